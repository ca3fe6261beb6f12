// Every fault at every step, one run each: which of them the program survives, what they cost; a cell opens its run.

import { signal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { Fault, StepView } from "../../../simulator/index.ts"
import { Icon } from "../shell/icons.tsx"
import type { RunSummary } from "./protocol.ts"
import { runner } from "./runner.ts"
import { changeWorld, currentWorld, faults, info, inputText, matrixOpen, trace, workflow } from "./session.ts"
import { moneyText, timeText } from "./time.ts"

interface Column {
  readonly label: string
  readonly fault: (step: StepView) => Fault
}

const columns: readonly Column[] = [
  ...([["429", "rate_limited"], ["503", "unavailable"], ["timeout", "timeout"], ["cut", "network"], ["404", "not_found"]] as const).map(([label, kind]): Column => ({
    label, fault: ({ path }) => ({ kind: "outcome", callable: path, nth: 1, outcome: { action: "fails", kind, message: label, ...(kind === "timeout" || kind === "network" ? { effect: true } : {}) } }),
  })),
  ...(["before", "during", "after"] as const).map((point): Column => ({ label: `crash ${point}`, fault: ({ path }) => ({ kind: "crashAt", callable: path, point, nth: 1 }) })),
]

type Cells = ReadonlyMap<string, RunSummary | "failed">
const cells = signal<Cells>(new Map())

const key = (step: StepView, column: Column): string => `${step.path} ${column.label}`

interface Row {
  readonly step: StepView
  /** How many items of a loop this one stands for. */
  readonly alike: number
}

/** Steps that call something outside, as the run without more faults has them. */
function rows(): readonly Row[] {
  const last = trace.peek()?.events.at(-1)?.state
  const known = new Set(info.peek()?.callables.map(({ name }) => name))
  const all = Object.values(last?.runs ?? {}).flatMap(({ steps }) => Object.values(steps)).filter(({ callable, path }) => known.has(callable) && !path.includes("/undo"))
  // Items of a loop are alike: the first stands for them.
  const byPattern = new Map<string, StepView[]>()
  for (const step of all) {
    const pattern = step.path.replaceAll(/\[\d+\]/g, "[]")
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), step])
  }
  return [...byPattern.values()].map((steps) => ({ step: steps[0]!, alike: steps.length }))
}

async function fill(steps: readonly Row[], isGone: () => boolean): Promise<void> {
  const made = await runner()
  const input: unknown = JSON.parse(inputText.peek())
  for (const { step } of steps) {
    for (const column of columns) {
      if (isGone()) return
      const world = currentWorld()
      const found = await made.ask("outcome", { workflow: workflow.peek(), input, world: { ...world, faults: [...(world.faults ?? []), column.fault(step)] } }).catch(() => "failed" as const)
      cells.value = new Map(cells.peek()).set(key(step, column), found)
    }
  }
}

export function Matrix() {
  const dialog = useRef<HTMLDialogElement>(null)
  const steps = rows()
  useEffect(() => {
    let gone = false
    cells.value = new Map()
    dialog.current?.showModal()
    void fill(steps, () => gone)
    return () => {
      gone = true
    }
  }, [])
  const open = (step: StepView, column: Column): void => {
    dialog.current?.close()
    changeWorld(() => {
      faults.value = [...faults.peek(), column.fault(step)]
    })
  }
  const survived = [...cells.value.values()].filter((cell) => cell !== "failed" && cell.status === "completed").length
  return (
    <dialog class="dialog matrix" ref={dialog} aria-labelledby="matrix-title" onClose={() => { matrixOpen.value = false }}>
      <div class="dialog-head">
        <h2 id="matrix-title">Every fault at every step</h2>
        <p class="matrix-count" role="status">{survived} of {cells.value.size} completed{cells.value.size < steps.length * columns.length ? ` · ${steps.length * columns.length - cells.value.size} to go` : ""}</p>
        <button type="button" class="button button-quiet" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </div>
      <div class="matrix-body" tabIndex={0} role="region" aria-labelledby="matrix-title">
        <table>
          <thead><tr><th scope="col">Step</th>{columns.map(({ label }) => <th key={label} scope="col">{label}</th>)}</tr></thead>
          <tbody>
            {steps.map(({ step, alike }) => (
              <tr key={step.path}>
                <th scope="row"><code>{step.path.split("/").slice(1).join("/")}</code>{alike === 1 ? null : <span class="matrix-alike">the first of {alike} alike</span>}</th>
                {columns.map((column) => <td key={column.label}><Cell cell={cells.value.get(key(step, column))} onOpen={() => open(step, column)} label={`${column.label} at ${step.path}`} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </dialog>
  )
}

function Cell({ cell, label, onOpen }: { readonly cell: RunSummary | "failed" | undefined; readonly label: string; readonly onOpen: () => void }) {
  if (cell === undefined) return <span class="cell cell-open" aria-label="not run yet">·</span>
  if (cell === "failed") return <span class="cell cell-failed">could not run</span>
  const isFine = cell.status === "completed"
  const text = isFine ? "completed" : cell.undone > 0 ? `failed, ${cell.undone} undone` : cell.status === "running" ? "waits" : `failed${cell.kind === undefined ? "" : `: ${cell.kind}`}`
  return (
    <button type="button" class={`cell ${isFine ? "cell-fine" : cell.undone > 0 ? "cell-undone" : "cell-failed"}`} aria-label={`${label}: ${text}, ${timeText(cell.elapsedMs)}, ${moneyText(cell.nanoDollars)}`} onClick={onOpen}>
      <span>{text}</span><span class="cell-more tnum">{timeText(cell.elapsedMs)} · {moneyText(cell.nanoDollars)}</span>
    </button>
  )
}
