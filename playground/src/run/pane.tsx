// The run of a program: the graph with what happens on it, faults to drop, people to answer, budgets, undo, and time.

import { computed } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Canvas } from "../graph/canvas.tsx"
import { Inspector } from "../graph/inspector.tsx"
import { chosen, hover, shownGraph, showWorkflow, whyNoGraph } from "../graph/pane.tsx"
import type { StepMark } from "../graph/drawing.tsx"
import type { OwnBox } from "../language/own.ts"
import { errorCount } from "../shell/problems.tsx"
import { Icon } from "../shell/icons.tsx"
import { program, reveal } from "../state/project.ts"
import { tabId, TabPanel, Tabs, type Tab } from "../shell/tabs.tsx"
import { narrow, runPart, type RunPart } from "../state/view.ts"
import { HistoryPane } from "../timeline/history.tsx"
import { TimelinePane } from "../timeline/pane.tsx"
import { faultKinds, type FaultId } from "./fault-kinds.ts"
import { armed, dropFault, faultsAt, setFaults } from "./faults.ts"
import { boxOfStep, marksOf } from "./marks.ts"
import { Matrix } from "./matrix.tsx"
import { asksMe, chooseWorkflow, event, info, inputText, matrixOpen, outdated, phase, prepare, problem, run, trace, workflow, worldState } from "./session.ts"
import { Side } from "./side.tsx"
import { TestsPane } from "./tests-pane.tsx"
import { StepNotes } from "./step-notes.tsx"
import { Transport } from "./transport.tsx"
import { exportTest } from "./export-test.ts"

let lastMarks: ReadonlyMap<string, StepMark> = new Map()
const marks = computed(() => {
  const graph = shownGraph.value
  lastMarks = graph === undefined ? new Map() : marksOf(graph, worldState.value, { faultsOf: faultsAt(graph), last: lastMarks })
  return lastMarks
})

/** Where the run is now, while it plays or time is moved. */
const running = computed(() => {
  const graph = shownGraph.value
  const { run: id, step } = event.value ?? {}
  const view = id === undefined || step === undefined ? undefined : worldState.value?.runs[id]?.steps[step]
  return graph === undefined || view === undefined ? undefined : boxOfStep(graph, view)?.id
})

export function RunPane() {
  useEffect(() => {
    if (errorCount.peek() === 0) prepare()
  }, [program.value])
  const graph = shownGraph.value
  if (graph === undefined) return <p class="empty" role="status">{whyNoGraph("A run needs a workflow.")}</p>
  const box = graph.layout.boxes.find(({ id }) => id === chosen.value)
  const choose = (each: OwnBox): void => {
    if (armed.peek() !== undefined) return void dropFault(graph, each, armed.peek()!)
    chosen.value = each.id
    if (each.range !== undefined && !narrow.peek()) reveal({ path: program.peek(), range: each.range }, { focus: false })
  }
  return (
    <div class="run" onKeyDown={(event) => { if (event.key === "Escape") armed.value = undefined }}>
      <RunBar />
      <Palette />
      {problem.value === "" || phase.value !== "failed" ? null : <p class="run-problem" role="alert">{problem.value}</p>}
      {narrow.value ? <div class="run-parts"><Tabs name="run-part" label="Parts of the run" tabs={parts} chosen={runPart.value} onChoose={(part) => { runPart.value = part }} /></div> : null}
      {narrow.value && runPart.value !== "graph" ? <TabPanel name="run-part" chosen={runPart.value}>{partOf(runPart.value)}</TabPanel> : (
        <div class="run-body" {...(narrow.value ? { role: "tabpanel", id: "run-part-panel", "aria-labelledby": tabId("run-part", "graph") } : {})}>
          <Canvas graph={graph} chosen={chosen.value} at={undefined} follow={running} marks={marks} onHover={hover} onChoose={choose} onDrop={(each, data) => void dropFault(graph, each, data as FaultId)}>
            <SetFaults />
            {box === undefined ? null : <Inspector graph={graph} box={box} onClose={() => { chosen.value = undefined }}><StepNotes graph={graph} box={box} /></Inspector>}
          </Canvas>
          <Side />
        </div>
      )}
      <Transport />
      {matrixOpen.value && trace.value !== undefined ? <Matrix /> : null}
    </div>
  )
}

/** On a phone, which has no lower panel. */
const parts: readonly Tab<RunPart>[] = [{ id: "graph", label: "Graph" }, { id: "timeline", label: "Timeline" }, { id: "history", label: "History" }, { id: "tests", label: "Tests" }]

function partOf(part: Exclude<RunPart, "graph">) {
  switch (part) {
    case "timeline": return <TimelinePane />
    case "history": return <HistoryPane />
    case "tests": return <TestsPane />
  }
}

function RunBar() {
  const workflows = info.value?.workflows ?? []
  return (
    <div class="run-bar">
      <button type="button" class="button button-primary run-button" disabled={errorCount.value > 0} onClick={() => void run()}><Icon name="play" />{trace.value === undefined ? "Run" : "Run again"}</button>
      {workflows.length > 1
        ? <label class="field"><span class="visually-hidden">Workflow to run</span><select value={workflow.value} onChange={(event) => { chooseWorkflow(event.currentTarget.value); showWorkflow(event.currentTarget.value) }}>{workflows.map(({ name }) => <option key={name} value={name}>{name}</option>)}</select></label>
        : <span class="run-name">{workflow.value || shownGraph.value?.name}</span>}
      <details class="run-input">
        <summary class="button button-quiet">Input</summary>
        <div class="popover"><label>Input as JSON<textarea class="input" rows={8} spellcheck={false} value={inputText.value} onInput={(event) => { inputText.value = event.currentTarget.value }} /></label></div>
      </details>
      <label class="check"><input type="checkbox" checked={asksMe.value} onChange={(event) => { asksMe.value = event.currentTarget.checked }} /> ask me</label>
      <span class="run-note" role="status">{errorCount.value > 0 ? "has errors" : phase.value === "loading" ? "loading …" : outdated.value ? "the text has changed since" : ""}</span>
      <div class="push run-more">
        <button type="button" class="button button-quiet" disabled={trace.value === undefined} onClick={() => { matrixOpen.value = true }}><Icon name="matrix" />Fault everywhere</button>
        <button type="button" class="button button-quiet" disabled={trace.value === undefined} onClick={() => void exportTest()}><Icon name="flask" />Export as test</button>
      </div>
    </div>
  )
}

function Palette() {
  const set = setFaults()
  return (
    <div class="palette">
      <span class="palette-label" id="palette-label">Break it</span>
      <div class="palette-faults" role="group" aria-labelledby="palette-label">
        {faultKinds.map(({ id, label, title }) => (
          <button key={id} type="button" class="fault" draggable title={title} aria-pressed={armed.value === id} onClick={() => { armed.value = armed.peek() === id ? undefined : id }}
            onDragStart={(event) => { event.dataTransfer?.setData("text/plain", id); armed.value = undefined }}>{label}</button>
        ))}
      </div>
      <span class="palette-hint" role="status">{armed.value === undefined ? (set.length === 0 ? narrow.value ? "tap one, then a step" : "drop one on a step" : "") : "now choose a step"}</span>
    </div>
  )
}

/** Over the graph: one more moves nothing. */
function SetFaults() {
  const set = setFaults()
  if (set.length === 0) return null
  return (
    <ul class="set-faults" aria-label="Faults of this run">{set.map(({ key, text, remove }) => (
      <li key={key} class="set-fault"><span>{text}</span><button type="button" aria-label={`Take back: ${text}`} onClick={remove}><Icon name="close" size={12} /></button></li>
    ))}</ul>
  )
}
