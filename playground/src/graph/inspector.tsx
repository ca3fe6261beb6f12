// What is known of a chosen step, and what can be done with it: moved, deleted, its clauses changed, another one added.

import type { ComponentChildren } from "preact"
import { useSignal } from "@preact/signals"
import type { OwnBox, OwnGraph, OwnNode } from "../language/own.ts"
import { Icon } from "../shell/icons.tsx"
import { activeText } from "../state/project.ts"
import { callables, changeGraph } from "./change.ts"

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
    <aside class="inspector" aria-label={`Step ${node?.label ?? box.id}`} onKeyDown={(event) => { if (event.key === "Escape") onClose() }}>
      <header class="inspector-head">
        <h2><span class={`kind-dot kind-${box.kind}`} aria-hidden="true" />{node?.label ?? graph.name}<span class="inspector-kind">{node?.kind ?? "workflow"}</span></h2>
        <button type="button" class="button button-quiet button-small" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
      </header>
      {node?.detail === undefined ? null : <p class="inspector-detail">{node.detail}</p>}
      {node?.cost === undefined ? null : <p class="inspector-detail">worst case {node.cost}</p>}
      {children ?? (node === undefined ? null : <Changes key={box.id} box={box} node={node} />)}
    </aside>
  )
}

function Changes({ box, node }: { readonly box: OwnBox; readonly node: OwnNode }) {
  const isStep = node.kind === "tool" || node.kind === "agent" || node.kind === "human" || node.kind === "workflow"
  return (
    <>
      {isStep ? <Clauses box={box} node={node} /> : null}
      <div class="inspector-actions" role="group" aria-label="Change the step">
        <button type="button" class="button button-small" onClick={() => void changeGraph(box, { kind: "move", by: -1 })}><Icon name="up" />Up</button>
        <button type="button" class="button button-small" onClick={() => void changeGraph(box, { kind: "move", by: 1 })}><Icon name="down" />Down</button>
        <button type="button" class="button button-small button-danger push" onClick={() => void changeGraph(box, { kind: "delete" })}><Icon name="trash" />Delete</button>
      </div>
      <AddStep box={box} />
    </>
  )
}

function Clauses({ box, node }: { readonly box: OwnBox; readonly node: OwnNode }) {
  const adding = useSignal("")
  return (
    <div class="clauses">
      {node.clauses.map((clause) => <ClauseForm key={clause} clause={clause} onChange={(after) => changeGraph(box, { kind: "clause", before: clause, after })} />)}
      <form class="clause-form" onSubmit={(event) => {
        event.preventDefault()
        if (adding.value.trim() !== "") void changeGraph(box, { kind: "clause", before: "", after: adding.value.trim() }).then((done) => { if (done) adding.value = "" })
      }}>
        <input class="input" aria-label="New clause" placeholder="retry 3 times on unavailable" list="clause-kinds" value={adding.value} onInput={(event) => { adding.value = event.currentTarget.value }} />
        <datalist id="clause-kinds">{clauseSamples.map((each) => <option key={each} value={each} />)}</datalist>
        <button type="submit" class="button button-small" aria-label="Add the clause"><Icon name="plus" /></button>
      </form>
    </div>
  )
}

const clauseSamples = ["retry 3 times on rate_limited, unavailable backoff 1s to 30s jitter", "timeout 20s", "deadline 5m", "limit 10 per 1m", "circuit opens after 5 failures in 1m, retries after 30s", "manual by \"ops\" within 4h"]

/** Enter takes the change; an empty text takes the clause away. */
function ClauseForm({ clause, onChange }: { readonly clause: string; readonly onChange: (after: string) => Promise<boolean> }) {
  const text = useSignal(clause)
  const send = (): void => {
    if (text.peek().trim() === clause) return
    void onChange(text.peek().trim()).then((done) => {
      if (!done) text.value = clause
    })
  }
  return (
    <form class="clause-form" onSubmit={(event) => { event.preventDefault(); send() }}>
      <input class="input" aria-label={`Clause: ${clause}`} spellcheck={false} value={text.value} onInput={(event) => { text.value = event.currentTarget.value }} onBlur={send} />
      <button type="button" class="button button-quiet button-small" aria-label={`Take away: ${clause}`} onClick={() => void onChange("")}><Icon name="close" size={12} /></button>
    </form>
  )
}

function AddStep({ box }: { readonly box: OwnBox }) {
  const names = callables(activeText.value)
  const chosen = useSignal(names[0] ?? "")
  if (names.length === 0) return null
  return (
    <form class="add-step" onSubmit={(event) => { event.preventDefault(); void changeGraph(box, { kind: "add", callable: chosen.value }) }}>
      <label class="field"><span class="visually-hidden">Step to add</span><select value={chosen.value} onChange={(event) => { chosen.value = event.currentTarget.value }}>{names.map((name) => <option key={name} value={name}>{name}</option>)}</select></label>
      <button type="submit" class="button button-small"><Icon name="plus" />Add after</button>
    </form>
  )
}
