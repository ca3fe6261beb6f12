// The picture of a cost report: a table per workflow, what its budget leaves, and why what is unbounded is.

import type { Location } from "../../base/text/span.ts"
import type { Change, WorkflowChange } from "../../compiler/cost/compare.ts"
import { amountsAfter, amountsBefore } from "../../compiler/cost/compare.ts"
import type { Amounts, Bound, StepCost, Unit, WorkflowCost } from "../../compiler/cost/types.ts"
import { units } from "../../compiler/cost/types.ts"
import { wrap } from "../../base/text/columns.ts"
import { alignedTable } from "./table.ts"
import type { Column, Row } from "./table.ts"

export interface CostView {
  readonly unicode: boolean
  readonly columns: number
  readonly style: { readonly bold: (text: string) => string; readonly dim: (text: string) => string }
  /** "brief.agentflow:12:3" */
  readonly placeOf: (origin: Location) => string
}

const unitTitles: { readonly [Each in Unit]: string } = {
  tokens: "tokens", nanoDollars: "dollars", turns: "model calls", calls: "tool calls", steps: "steps",
  timeMs: "time", waitMs: "people",
}

const columns: readonly Column[] = [
  { title: "step", align: "left" },
  { title: "times", align: "right" },
  ...units.map((unit): Column => ({ title: unitTitles[unit], align: "right" })),
  { title: "held by the budget of", align: "left", below: true },
]

// ---------------------------------------------------------------- one report

export function costLines(workflow: WorkflowCost, view: CostView): readonly string[] {
  const { style } = view
  const steps = workflow.steps.map((step): Row => ({
    cells: [step.name, timesText(step.times, view), ...cellsOf(step.amounts, view)],
  }))
  const total: Row = { cells: ["worst case", "", ...cellsOf(workflow.total, view)], paint: style.bold }
  return [
    style.bold(workflow.name),
    ...alignedTable(columns, [...steps, "rule", total], { rule: view.unicode ? "─" : "-", dim: style.dim, columns: view.columns }),
    ...notesOf(workflow, view).flatMap((note) => wrap(note, view.columns - 2)).map((note) => `  ${note}`),
  ]
}

/** Once goes without saying. */
function timesText(times: Bound, view: CostView): string {
  return times.kind === "bounded" && times.value === 1 ? "" : boundText(times, "steps", view)
}

function cellsOf(amounts: Amounts, view: CostView): readonly string[] {
  const held = units.flatMap((unit) => (amounts[unit].kind === "bounded" ? amounts[unit].by : []))
  const names = [...new Set(held)].map((label) => label.replace(/^budget (of )?/, ""))
  return [...units.map((unit) => boundText(amounts[unit], unit, view)), names.join(", ")]
}

function notesOf(workflow: WorkflowCost, view: CostView): readonly string[] {
  const orders = workflow.steps.flatMap((step) => stepNotes(step, view))
  return [...new Set([...budgetNotes(workflow), ...orders, ...reasons(workflow, view)])]
}

/** How much of what is declared the worst case takes. */
function budgetNotes({ name, budget, total }: WorkflowCost): readonly string[] {
  if (budget === undefined) return [`${name} has no budget of its own.`]
  const parts = (["tokens", "nanoDollars", "turns", "calls"] as const).flatMap((unit) => {
    const cap = budget[unit]
    const bound = total[unit]
    if (cap === undefined || bound.kind === "unbounded") return []
    const share = Math.ceil((100 * bound.value) / cap)
    return [`${amountText(bound.value, unit)} of ${amountText(cap, unit)}${namedUnit(unit)} (${share} %)`]
  })
  return parts.length === 0 ? [] : [`of the budget of ${name}: ${parts.join(", ")}`]
}

function namedUnit(unit: Unit): string {
  return unit === "nanoDollars" ? "" : ` ${unitTitles[unit]}`
}

function stepNotes(step: StepCost, view: CostView): readonly string[] {
  const added = step.eachOrder
  if (added === undefined) return []
  const parts = (["tokens", "nanoDollars", "turns", "calls"] as const).flatMap((unit) => {
    const bound = added[unit]
    return bound.kind === "bounded" && bound.value === 0 ? [] : [`${boundText(bound, unit, view)}${namedUnit(unit)}`]
  })
  return [`${step.name}: each time that a person orders it again adds at most ${parts.join(", ") || "its time"}`]
}

/** Each reason once, with what it leaves unbounded: first what nothing holds, then what only a budget holds. */
function reasons(workflow: WorkflowCost, view: CostView): readonly string[] {
  const open = groupedReasons([...workflow.steps.map(({ amounts }) => amounts), workflow.total])
  const held = groupedReasons(workflow.steps.map(({ computed }) => computed))
    .filter(({ why }) => !open.some((each) => each.why === why))
  const line = ({ why, origin, unbounded }: Reason, said: string): string => {
    const what = [...unbounded].map((unit) => unitTitles[unit]).join(", ")
    return `${what} ${said}: ${why.replaceAll("`", "")} (${view.placeOf(origin)})`
  }
  return [
    ...open.map((reason) => line(reason, "unbounded")),
    ...held.map((reason) => line(reason, "held by a budget alone")),
  ]
}

interface Reason {
  readonly why: string
  readonly origin: Location
  readonly unbounded: Set<Unit>
}

function groupedReasons(all: readonly Amounts[]): readonly Reason[] {
  const found = new Map<string, Reason>()
  for (const amounts of all) {
    for (const unit of units) {
      const bound = amounts[unit]
      if (bound.kind === "bounded") continue
      const reason = found.get(bound.why) ?? { why: bound.why, origin: bound.origin, unbounded: new Set() }
      reason.unbounded.add(unit)
      found.set(bound.why, reason)
    }
  }
  return [...found.values()]
}

// ---------------------------------------------------------------- two reports

const changeColumns: readonly Column[] = [
  { title: "step", align: "left" },
  { title: "what", align: "left" },
  { title: "before", align: "right" },
  { title: "after", align: "right" },
  { title: "difference", align: "right" },
]

export function changeLines(change: WorkflowChange, view: CostView): readonly string[] {
  const { style } = view
  const rows = change.steps.flatMap((step) => changeRows(step, step.name, view))
  const total = changeRows(change, "worst case", view).map((row): Row => ({ ...row, paint: style.bold }))
  const fate = change.before === undefined ? " (new)" : change.after === undefined ? " (removed)" : ""
  const heading = `${change.name}${fate}`
  if (rows.length === 0 && total.length === 0) return [style.bold(heading), "  no change"]
  const drawn = { rule: view.unicode ? "─" : "-", dim: style.dim, columns: view.columns }
  return [style.bold(heading), ...alignedTable(changeColumns, [...rows, "rule", ...total], drawn)]
}

function changeRows(change: Change, name: string, view: CostView): readonly Row[] {
  const rows = units.flatMap((unit) => {
    const [before, after] = [amountsBefore(change)[unit], amountsAfter(change)[unit]]
    const difference = differenceText(before, after, unit, view)
    if (difference === undefined) return []
    return [[unitTitles[unit], boundText(before, unit, view), boundText(after, unit, view), difference]]
  })
  return rows.map((cells, index) => ({ cells: [index === 0 ? name : "", ...cells] }))
}

/** Undefined where nothing changed. */
function differenceText(before: Bound, after: Bound, unit: Unit, view: CostView): string | undefined {
  if (before.kind === "unbounded") return after.kind === "unbounded" ? undefined : "now bounded"
  if (after.kind === "unbounded") return "now unbounded"
  const difference = after.value - before.value
  if (difference === 0) return undefined
  const minus = view.unicode ? "−" : "-"
  return `${difference > 0 ? "+" : minus}${amountText(Math.abs(difference), unit)}`
}

// ---------------------------------------------------------------- amounts

function boundText(bound: Bound, unit: Unit, view: CostView): string {
  if (bound.kind === "unbounded") return "unbounded"
  return bound.value === 0 ? (view.unicode ? "·" : ".") : amountText(bound.value, unit)
}

function amountText(value: number, unit: Unit): string {
  switch (unit) {
    case "nanoDollars": return dollarText(value)
    case "timeMs": case "waitMs": return durationText(value)
    default: return grouped(value)
  }
}

/** Rounded up to a millionth, so that the shown amount is a bound, too. */
function dollarText(nanoDollars: number): string {
  const micro = Math.ceil(nanoDollars / 1_000)
  const fraction = String(micro % 1_000_000).padStart(6, "0").replace(/0{1,4}$/, "")
  return `$${grouped(Math.floor(micro / 1_000_000))}.${fraction}`
}

function grouped(value: number): string {
  return String(Math.ceil(value)).replace(/\B(?=(\d{3})+$)/g, ",")
}

const durationParts = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]] as const

/** As the language writes it: "1h30m". */
function durationText(ms: number): string {
  let rest = Math.ceil(ms)
  return durationParts.flatMap(([name, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count === 0 ? [] : [`${count}${name}`]
  }).join("")
}
