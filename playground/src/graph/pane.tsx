// The workflows of the program as a graph that follows the text; a chosen step can be looked at and changed.

import { computed, effect, signal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { compilerFailed, graphs, state } from "../language/session.ts"
import type { OwnBox, OwnGraph } from "../language/own.ts"
import { runCommand } from "../editor/commands.ts"
import { Icon } from "../shell/icons.tsx"
import { linkedSource } from "../preview/link.ts"
import { errorCount } from "../shell/problems.tsx"
import { active, cursor, program, reveal, type Point, type TextRange } from "../state/project.ts"
import { Canvas } from "./canvas.tsx"
import { Inspector } from "./inspector.tsx"

const wanted = signal("")
export const chosen = signal<string | undefined>(undefined)

/** The workflow that is drawn: the one that the cursor is in, until another is asked for. */
export const shownGraph = computed<OwnGraph | undefined>(() => graphs.value?.find(({ name }) => name === wanted.value) ?? graphs.value?.[0])

export function showWorkflow(name: string): void {
  wanted.value = name
}

function isBefore(a: Point, b: Point): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character)
}

export function holds({ start, end }: TextRange, point: Point): boolean {
  return !isBefore(point, start) && !isBefore(end, point)
}

/** The smallest box that the cursor is in. */
export const boxAtCursor = computed<OwnBox | undefined>(() => {
  if (active.value !== program.value) return undefined
  const at = cursor.value
  const around = (shownGraph.value?.layout.boxes ?? []).filter(({ range }) => range !== undefined && holds(range, at))
  return around.sort((a, b) => a.span!.end - a.span!.start - (b.span!.end - b.span!.start))[0]
})

effect(() => {
  const inside = graphs.value?.find(({ range }) => holds(range, cursor.value))
  if (inside !== undefined && active.value === program.value) wanted.value = inside.name
})

export function GraphPane() {
  useEffect(() => () => {
    linkedSource.value = undefined
  }, [])
  const graph = shownGraph.value
  if (graph === undefined) return <p class="empty" role="status">{whyNoGraph("A graph appears when the program has a workflow.")}</p>
  const box = graph.layout.boxes.find(({ id }) => id === chosen.value)
  return (
    <div class="graph">
      <GraphBar />
      <Canvas graph={graph} chosen={chosen.value} at={boxAtCursor.value?.id} onHover={hover}
        onChoose={(each) => {
          chosen.value = each.id
          if (each.range !== undefined) reveal({ path: program.peek(), range: each.range }, { focus: false })
        }}>
        {box === undefined ? null : <Inspector graph={graph} box={box} onClose={() => { chosen.value = undefined }} />}
      </Canvas>
    </div>
  )
}

/** What is said where a graph would be. */
export function whyNoGraph(whenEmpty: string): string {
  if (state.value === "failed") return compilerFailed
  return graphs.value === undefined && program.value !== "" ? "Reading the program …" : whenEmpty
}

export function hover(box: OwnBox | undefined): void {
  linkedSource.value = box?.range === undefined ? undefined : { path: program.peek(), range: box.range }
}

export function GraphBar() {
  const all = graphs.value ?? []
  const graph = shownGraph.value
  if (graph === undefined) return null
  return (
    <div class="graph-bar">
      {all.length > 1
        ? <label class="field"><span class="visually-hidden">Workflow</span><select value={graph.name} onChange={(event) => { wanted.value = event.currentTarget.value }}>{all.map(({ name }) => <option key={name} value={name}>{name}</option>)}</select></label>
        : null}
      <code class="graph-signature">{graph.signature}</code>
      {errorCount.value > 0 ? <span class="graph-note" role="status">has errors; drawn as far as it is understood</span> : null}
      <button type="button" class="button button-primary button-small push graph-run" disabled={errorCount.value > 0} title="Run it here, in virtual time, and break it" onClick={() => runCommand("run", program.peek(), graph.name)}><Icon name="play" />Run</button>
    </div>
  )
}
