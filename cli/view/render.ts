// Draws a run as a tree of lines for the terminal: steps, attempts, waits, tokens and dollars. Pure: `nowMs` comes in.

import type { Terminal } from "../terminal.ts"
import { hasEnded, type AttemptView, type RunView, type StepView } from "./fold.ts"

export interface DrawOptions {
  readonly terminal: Pick<Terminal, "style" | "unicode" | "columns">
  readonly nowMs: number
  /** Everything finished is folded to one line per step of the top level. */
  readonly fold: boolean
}

type State = "done" | "failed" | "running" | "waiting"

/** The whole picture, a line per element. */
export function drawRun(view: RunView, options: DrawOptions): readonly string[] {
  const { style } = options.terminal
  const { summary } = view
  const elapsed = seconds((hasEnded(summary) ? summary.updatedAtMs : options.nowMs) - summary.createdAtMs)
  const colour = summary.status === "completed" ? style.green : summary.status === "failed" || summary.status === "terminated" ? style.red : style.yellow
  const phase = view.status?.phase === "compensating" && summary.status === "running" ? "undoing" : summary.status
  const head = `${style.bold(summary.name || "run")} ${style.dim(summary.id)}  ${colour(phase)}  ${style.dim(elapsed)}  ${spending(view, options)}`.trimEnd()
  return [...broken(head, "  ", options), ...drawSteps(groups(view.steps), "", options)]
}

/** "$0.0132 of $0.50, 31,204 of 200,000 tokens" */
export function spending({ status }: RunView, { terminal: { style } }: DrawOptions): string {
  if (status === undefined) return ""
  const { spent, budget } = status
  if (budget === undefined && spent.tokens + spent.nanoDollars === 0) return ""
  const of = (limit: string | undefined): string => (limit === undefined ? "" : style.dim(` of ${limit}`))
  return [
    `${dollars(spent.nanoDollars)}${of(budget?.nanoDollars === undefined ? undefined : dollars(budget.nanoDollars))}`,
    `${count(spent.tokens)}${of(budget?.tokens === undefined ? undefined : count(budget.tokens))} tokens`,
  ].join(style.dim(", "))
}

export function dollars(nanoDollars: number): string {
  // Whole cents as cents; model calls cost fractions of one.
  if (nanoDollars > 0 && nanoDollars < 1e5) return "<$0.0001"
  return `$${(nanoDollars / 1e9).toFixed(nanoDollars % 1e7 === 0 || nanoDollars >= 1e9 ? 2 : 4)}`
}

export function count(n: number): string {
  return n.toLocaleString("en-US")
}

/** Iterations `sources[0]`, `sources[1]`, … stand together under `sources`. */
interface Group {
  readonly name: string
  readonly steps: readonly StepView[]
  readonly loop: boolean
}

function groups(steps: readonly StepView[]): readonly Group[] {
  const result = new Map<string, { name: string; steps: StepView[]; loop: boolean }>()
  for (const step of steps) {
    const base = /^(.*)\[\d+\]$/.exec(step.name)?.[1]
    const group = result.get(base ?? step.name)
    if (group !== undefined) group.steps.push(step)
    else result.set(base ?? step.name, { name: base ?? step.name, steps: [step], loop: base !== undefined })
  }
  return [...result.values()]
}

function drawSteps(all: readonly Group[], lead: string, options: DrawOptions): readonly string[] {
  const { unicode, style } = options.terminal
  return all.flatMap((group, index) => {
    const last = index === all.length - 1
    const branch = style.dim(unicode ? (last ? "└─ " : "├─ ") : last ? "`- " : "|- ")
    const under = style.dim(unicode ? (last ? "   " : "│  ") : last ? "   " : "|  ")
    const state = stateOf(group.steps)
    const lines = [...broken(`${lead}${branch}${mark(state, options)} ${drawGroup(group, state, options)}`, `${lead}${under}  `, options)]
    const inner = group.loop ? group.steps : group.steps.flatMap(visibleChildren)
    const shown = inner.filter((step) => !options.fold || stateOf([step]) !== "done" || (!group.loop && isUndo(step)))
    if (state === "done" && options.fold) return lines
    if (group.loop) lines.push(...drawIterations(shown, `${lead}${under}`, options))
    else lines.push(...drawSteps(groups(shown), `${lead}${under}`, options))
    return lines
  })
}

/** An agent's turns are told on its own line; the tools that it called in them stand below it. */
function visibleChildren(step: StepView): readonly StepView[] {
  return step.children.flatMap((child) => (isTurn(child) ? child.children : [child]))
}

function isTurn(step: StepView): boolean {
  return /^turn\[\d+\]$/.test(step.name)
}

function isUndo(step: StepView): boolean {
  return step.name === "undo"
}

/** While a run goes, a wide loop must not push the rest off the screen. */
const iterationsShown = 6

function drawIterations(steps: readonly StepView[], lead: string, options: DrawOptions): readonly string[] {
  const shown = options.fold ? steps.slice(0, iterationsShown) : steps
  const hidden = steps.length - shown.length
  const lines = shown.flatMap((step, index) => drawIteration(step, lead, hidden === 0 && index === shown.length - 1, options))
  const more = options.terminal.unicode ? `└─ … ${hidden} more` : `\`- ${hidden} more`
  return hidden === 0 ? lines : [...lines, `${lead}${options.terminal.style.dim(more)}`]
}

function drawIteration(step: StepView, lead: string, last: boolean, options: DrawOptions): readonly string[] {
  const { unicode, style } = options.terminal
  const inner = step.children.find((child) => stateOf([child]) !== "done") ?? step.children[0]
  const branch = style.dim(unicode ? (last ? "└─ " : "├─ ") : last ? "`- " : "|- ")
  const state = stateOf([step])
  const under = style.dim(last ? "   " : unicode ? "│  " : "|  ")
  return broken(`${lead}${branch}${mark(state, options)} ${step.name} ${style.dim(inner?.name ?? "")} ${details(step, state, options)}`.trimEnd(), `${lead}${under}  `, options)
}

/** A line that is wider than the terminal goes on below, between two of its facts. */
function broken(line: string, lead: string, { terminal: { columns } }: DrawOptions): readonly string[] {
  if (widthOf(line) <= columns) return [line]
  const lines: string[] = []
  // The indent and the branch are no facts.
  const [, head = "", rest = ""] = /^((?:\u001b\[[0-9;]*m|[ │├└─|`-])*)([^]*)$/.exec(line) ?? []
  let current = head
  let isEmpty = true
  for (const [, space = "", fact = ""] of rest.matchAll(/( {2,}|^)((?:(?! {2})[^])+)/g)) {
    const joined = isEmpty ? `${current}${fact}` : `${current}${space}${fact}`
    if (!isEmpty && widthOf(joined) > columns) {
      lines.push(current)
      current = `${lead}${fact}`
    } else current = joined
    isEmpty = false
  }
  return [...lines, current]
}

function widthOf(line: string): number {
  return line.replaceAll(/\u001b\[[0-9;]*m/g, "").length
}

function drawGroup(group: Group, state: State, options: DrawOptions): string {
  const { style } = options.terminal
  const name = group.name.padEnd(14)
  if (!group.loop) return `${name} ${details(group.steps[0]!, state, options)}`.trimEnd()
  const done = group.steps.filter((step) => stateOf([step]) === "done").length
  return `${name} ${done} of ${group.steps.length} ${style.dim("done")}  ${details({ path: "", name: "", attempts: [], children: group.steps }, state, options)}`.trimEnd()
}

/** Attempts, errors met, time and tokens of a step with all below it. */
function details(step: StepView, state: State, options: DrawOptions): string {
  const { style } = options.terminal
  // What its undo took is told on the undo's own line.
  const attempts = attemptsWithoutUndo(step)
  const tokens = attempts.reduce((sum, attempt) => sum + attempt.tokens, 0)
  const nanoDollars = attempts.reduce((sum, attempt) => sum + attempt.nanoDollars, 0)
  const parts: string[] = []
  if (allSteps(step).some((inner) => isUndo(inner) && stateOf([inner]) === "done")) parts.push(style.yellow("undone"))
  const turns = step.children.filter(isTurn)
  const model = turns.at(-1)?.attempts.at(-1)?.model
  if (model !== undefined) parts.push(`${turns.length} ${turns.length === 1 ? "turn" : "turns"}${state === "done" ? "" : ` ${model}`}`)
  if (step.answer !== undefined) parts.push(`${style.green(shown(step.answer.value))}${step.answer.by === undefined ? "" : style.dim(` by ${step.answer.by}`)}`)
  const waits = allSteps(step).flatMap((inner) => (inner.waiting === undefined ? [] : [inner.waiting]))
  for (const waiting of waits.slice(0, 1)) {
    const left = waiting.until === undefined ? "" : ` ${seconds(Math.max(0, waiting.until - options.nowMs))}`
    if (waiting.for === "retry") parts.push(style.yellow(`retries in${left}`) + style.dim(waiting.error === undefined ? "" : ` after ${waiting.error.split(":")[0]}`))
    if (waiting.for === "answer") parts.push(style.magenta(`waits for an answer${left === "" ? "" : `, lapses in${left}`}`))
    if (waiting.for === "manual") parts.push(style.magenta(`parked for a person${left === "" ? "" : `, lapses in${left}`}`))
  }
  const errors = tally(attempts, options)
  if (errors !== "") parts.push(style.dim(state === "failed" ? style.red(errors) : errors))
  if (tokens > 0) parts.push(style.dim(`${count(tokens)} tokens ${dollars(nanoDollars)}`))
  const from = Math.min(...attempts.map((attempt) => attempt.startedAtMs))
  const to = Math.max(...attempts.map((attempt) => attempt.endedAtMs ?? options.nowMs))
  if (attempts.length > 0) parts.push(style.dim(seconds(to - from)))
  return parts.join("  ")
}

/** "met unavailable ×2, rate_limited" */
function tally(attempts: readonly AttemptView[], { terminal: { unicode } }: DrawOptions): string {
  const kinds = new Map<string, number>()
  for (const attempt of attempts) if (attempt.error !== undefined) kinds.set(attempt.error.kind, (kinds.get(attempt.error.kind) ?? 0) + 1)
  const retried = [...kinds].map(([kind, times]) => (times === 1 ? kind : `${kind} ${unicode ? "×" : "x"}${times}`)).join(", ")
  return retried === "" ? "" : `met ${retried}`
}

function stateOf(steps: readonly StepView[]): State {
  const all = steps.flatMap(allSteps)
  if (all.some((step) => step.waiting !== undefined)) return "waiting"
  if (all.some((step) => step.attempts.some((attempt) => attempt.outcome === undefined))) return "running"
  const failed = (step: StepView): boolean => step.attempts.at(-1)?.outcome === "failed" && step.answer === undefined
  return steps.every((step) => allSteps(step).some(failed)) && steps.length > 0 ? "failed" : "done"
}

function mark(state: State, { terminal: { style, unicode } }: DrawOptions): string {
  switch (state) {
    case "done": return style.green(unicode ? "✓" : "+")
    case "failed": return style.red(unicode ? "✗" : "x")
    case "running": return style.yellow(unicode ? "●" : "*")
    case "waiting": return style.magenta(unicode ? "◌" : "~")
  }
}

function allSteps(step: StepView): readonly StepView[] {
  return [step, ...step.children.flatMap(allSteps)]
}

function attemptsWithoutUndo(step: StepView): readonly AttemptView[] {
  return [...step.attempts, ...step.children.filter((child) => !isUndo(child)).flatMap(attemptsWithoutUndo)]
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value)
}

function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes}m${Math.floor((ms % 60_000) / 1000)}s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours}h${minutes % 60}m` : `${Math.floor(hours / 24)}d${hours % 24}h`
}
