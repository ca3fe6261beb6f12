// The run on the picture of its workflow: what is done, what failed, where it waits.

import { useSignal } from "@preact/signals"
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks"
import type { Graph, RunDetail, StepRow } from "../../../cli/studio/api.ts"
import { Canvas } from "../graph/canvas.tsx"
import type { StepMark } from "../graph/drawing.tsx"
import type { OwnGraph } from "../language/own.ts"
import { ask, textOf } from "./client.ts"
import { chooseStep, program, step } from "./state.ts"

/** The picture asks for places in a text, which there is none of here. */
const nowhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }

function drawable({ workflow, layout }: Graph): OwnGraph {
  const boxes = layout.boxes.map((box) => (box.span === undefined || box.role === "link" ? box : { ...box, range: nowhere }))
  return { name: workflow, signature: "", range: nowhere, nodes: [], layout: { ...layout, boxes } }
}

/** The box that a step belongs to: its own, or that of the step which it is a part of, such as a turn of an agent. */
function boxOf(path: string, boxes: ReadonlyMap<string, string>): string | undefined {
  const parts = path.replace(/^([^/@]+)@\d+/, "$1").replaceAll(/\[\d+\]/g, "").split("/")
  for (let length = parts.length; length > 1; length--) {
    const box = boxes.get(parts.slice(0, length).join("/"))
    if (box !== undefined) return box
  }
  return undefined
}

function markOf(steps: readonly StepRow[]): StepMark {
  const is = (state: StepRow["state"]): boolean => steps.some((each) => each.state === state)
  const attempts = Math.max(...steps.map(({ bars }) => bars.filter(({ kind }) => kind === "attempt").length))
  const text = steps.length > 1 ? `${steps.filter((each) => each.state === "done").length} of ${steps.length}` : attempts > 1 ? `attempt ${attempts}` : undefined
  const asks = steps.some(({ waiting }) => waiting?.for === "answer" || waiting?.for === "manual")
  const state = asks ? "asked" : is("running") ? "running" : is("waiting") ? "waiting" : is("failed") ? "failed" : "completed"
  return { state, ...(text === undefined ? {} : { text }) }
}

export function RunGraph({ run }: { readonly run: RunDetail }) {
  const [graph, setGraph] = useState<OwnGraph>()
  const [problem, setProblem] = useState<string>()
  const build = program.value?.build
  useEffect(() => {
    let isCurrent = true
    ask<Graph>("GET", `graph?workflow=${encodeURIComponent(run.workflow)}`).then(
      (found) => isCurrent && setGraph(drawable(found)),
      (failed: unknown) => isCurrent && setProblem(textOf(failed)),
    )
    return () => {
      isCurrent = false
    }
  }, [run.workflow, build])
  const boxes = useMemo(() => new Map(graph?.layout.boxes.flatMap(({ id, role, runPath }) => (runPath === undefined || role === "link" ? [] : [[runPath, id] as const]))), [graph])
  const marks = useSignal<ReadonlyMap<string, StepMark>>(new Map())
  useLayoutEffect(() => {
    const byBox = new Map<string, StepRow[]>()
    for (const each of run.steps) {
      const box = each.isUndo || each.bars.length === 0 ? undefined : boxOf(each.path, boxes)
      if (box !== undefined) byBox.set(box, [...(byBox.get(box) ?? []), each])
    }
    marks.value = new Map([...byBox].map(([box, steps]) => [box, markOf(steps)]))
  }, [run.steps, boxes])
  if (problem !== undefined) return <p class="empty">{problem}</p>
  if (graph === undefined) return <p class="empty" role="status">Drawing the workflow …</p>
  const chosen = step.value === undefined ? undefined : boxOf(step.value, boxes)
  return (
    <Canvas graph={graph} chosen={chosen} at={undefined} marks={marks} onHover={() => undefined}
      onChoose={({ id }) => chooseStep(id === chosen ? undefined : run.steps.findLast(({ path, isUndo }) => !isUndo && boxOf(path, boxes) === id)?.path)} />
  )
}
