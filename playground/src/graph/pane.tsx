// The workflows of the program as a graph.

import { graphs } from "../language/session.ts"
import type { OwnNode } from "../language/own.ts"
import { program, reveal } from "../state/project.ts"

export function GraphPane() {
  const all = graphs.value
  if (all === undefined) return <p class="empty" role="status">Reading the program …</p>
  if (all.length === 0) return <p class="empty">A graph appears when the program has a workflow.</p>
  return <div class="outline">{all.map(({ name, nodes }) => <section key={name}><h2>{name}</h2><Nodes nodes={nodes} /></section>)}</div>
}

function Nodes({ nodes }: { readonly nodes: readonly OwnNode[] }) {
  if (nodes.length === 0) return null
  return (
    <ul>
      {nodes.map(({ id, kind, label, range, children }) => (
        <li key={id}>
          <button type="button" class={`outline-node kind-${kind}`} onClick={() => reveal({ path: program.peek(), range })}><span class="outline-kind">{kind}</span> {label}</button>
          <Nodes nodes={children} />
        </li>
      ))}
    </ul>
  )
}
