// What is known of a chosen step, and what can be done with it.

import type { ComponentChildren } from "preact"
import type { OwnBox, OwnGraph, OwnNode } from "../language/own.ts"
import { Icon } from "../shell/icons.tsx"

export function nodeOf(nodes: readonly OwnNode[], id: string): OwnNode | undefined {
  for (const node of nodes) {
    const found = node.id === id ? node : nodeOf(node.children, id)
    if (found !== undefined) return found
  }
  return undefined
}

interface InspectorProps {
  readonly graph: OwnGraph
  readonly box: OwnBox
  readonly onClose: () => void
  readonly children?: ComponentChildren
}

export function Inspector({ graph, box, onClose, children }: InspectorProps) {
  const node = nodeOf(graph.nodes, box.id)
  return (
    <aside class="inspector" aria-label={`Step ${node?.label ?? box.id}`}>
      <header class="inspector-head">
        <h2><span class={`kind-dot kind-${box.kind}`} aria-hidden="true" />{node?.label ?? graph.name}<span class="inspector-kind">{node?.kind ?? "workflow"}</span></h2>
        <button type="button" class="button button-quiet button-small" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
      </header>
      {node?.detail === undefined ? null : <p class="inspector-detail">{node.detail}</p>}
      {node?.cost === undefined ? null : <p class="inspector-detail">worst case {node.cost}</p>}
      {node === undefined || node.clauses.length === 0 ? null : <ul class="clauses">{node.clauses.map((clause) => <li key={clause}><code>{clause}</code></li>)}</ul>}
      {children}
    </aside>
  )
}
