// What a test expects against what happened: nothing where it holds, else both in words.

import { unreachable } from "../../base/assert.ts"
import { equal, formatDuration } from "@agentflow/runtime/simulation"
import type { RunOutcome } from "../execute.ts"
import type { Program } from "../program.ts"
import type { CallRecord, EffectRecord, Outside } from "../trace.ts"
import type { AmountName, Expectation, Operator } from "./tests.ts"

export interface Facts {
  readonly program: Program
  /** Of the run that was started last. */
  readonly outcome: RunOutcome | undefined
  readonly outside: Outside
  readonly variant: boolean
}

export interface Difference {
  readonly expected: string
  readonly actual: string
}

const isEqual = equal as unknown as (a: unknown, b: unknown) => boolean

export function unmet(expected: Expectation, facts: Facts): Difference | undefined {
  const { outcome } = facts
  if (outcome === undefined) return { expected: "a run", actual: "the test runs nothing before" }
  switch (expected.kind) {
    case "status": return unmetStatus(expected, outcome)
    case "amount": {
      const actual = amountOf(expected.of, outcome, facts.outside)
      const wanted = Number(expected.value())
      if (compare(actual, expected.operator, wanted)) return undefined
      return { expected: `${expected.of} ${expected.operator} ${amountText(expected.of, wanted)}`, actual: amountText(expected.of, actual) }
    }
    case "value": return unmetValue(expected, outcome)
    case "holds": {
      const held = attempt(() => expected.condition(outcome.result))
      return held.ok && held.value === true ? undefined : { expected: "true", actual: held.ok ? shown(held.value) : held.problem }
    }
    case "called": {
      const count = callsOf(facts, expected.callable).length
      const { times } = expected
      if (times === undefined ? count > 0 : count === times) return undefined
      return { expected: times === undefined ? "called at least once" : `called ${times} times`, actual: `called ${count} times` }
    }
    case "calledWith": return unmetCall(expected, facts)
    case "order": return unmetOrder(expected, facts)
    case "effect": return unmetEffect(expected, facts)
    default: return unreachable(expected)
  }
}

type Of<Kind extends Expectation["kind"]> = Extract<Expectation, { readonly kind: Kind }>

// ---------------------------------------------------------------- how it ended

/** "failed with timeout", as a person would say it. */
export function statusText({ status, failure, message }: RunOutcome): string {
  if (failure?.kind === "cancelled") return "cancelled"
  if (status === "failed") return failure === undefined ? `failed: ${message ?? "without a record"}` : `failed with ${failure.kind}: ${failure.message}`
  return status === "running" || status === "pending" || status === "suspended" ? "waiting, with nothing left that would happen" : status
}

function unmetStatus({ status, error }: Of<"status">, outcome: RunOutcome): Difference | undefined {
  const isCancelled = outcome.failure?.kind === "cancelled"
  const isOver = outcome.status === "completed" || outcome.status === "failed" || outcome.status === "terminated"
  const holds = {
    completed: outcome.status === "completed",
    failed: outcome.status === "failed" && (error === undefined ? !isCancelled : outcome.failure?.kind === error),
    cancelled: isCancelled,
    waiting: !isOver,
    ended: isOver,
  }[status]
  return holds ? undefined : { expected: error === undefined ? status : `${status} with ${error}`, actual: statusText(outcome) }
}

function amountOf(of: AmountName, outcome: RunOutcome, outside: Outside): number {
  switch (of) {
    case "cost": return outcome.spent.nanoDollars / 1e9
    case "tokens": return outcome.spent.tokens
    case "calls": return outcome.spent.calls
    case "time": return outcome.elapsedMs
    case "steps": return outcome.steps
    case "inbox": return outside.asked.filter(({ answered }) => !answered).length
    case "deadLetters": return outside.deadLetters.length
    default: return unreachable(of)
  }
}

function amountText(of: AmountName, amount: number): string {
  return of === "cost" ? `$${amount}` : of === "time" ? formatDuration(amount) : String(amount)
}

function compare(actual: unknown, operator: Operator, expected: unknown): boolean {
  if (operator === "==") return isEqual(actual ?? null, expected ?? null)
  if (operator === "!=") return !isEqual(actual ?? null, expected ?? null)
  const [left, right] = [actual as number, expected as number]
  return operator === "<" ? left < right : operator === "<=" ? left <= right : operator === ">" ? left > right : left >= right
}

function unmetValue({ actual, operator, value }: Of<"value">, { result }: RunOutcome): Difference | undefined {
  const [is, wanted] = [attempt(() => actual(result)), attempt(() => value(result))]
  if (is.ok && wanted.ok && compare(is.value, operator, wanted.value)) return undefined
  return { expected: `${operator} ${wanted.ok ? shown(wanted.value) : wanted.problem}`, actual: is.ok ? shown(is.value) : is.problem }
}

type Attempt = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }

/** A run that gave nothing has no fields to look at. */
function attempt(work: () => unknown): Attempt {
  try {
    return { ok: true, value: work() }
  } catch {
    return { ok: false, problem: "no result to look at" }
  }
}

const shownMax = 300

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing"
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text
}

// ---------------------------------------------------------------- calls

/** Attempts that were sent; one that was sent again after a crash is the same. Of an agent its calls, however many turns they took. */
function callsOf({ outside }: Facts, callable: string): readonly CallRecord[] {
  const seen = new Set<string>()
  return outside.calls.filter((call) => {
    const step = call.kind === "agent" ? call.step.replace(/\/turn[^/]*$/, "") : `${call.step}/${call.attempt}`
    const key = `${call.run}/${step}`
    return call.callable === callable && !seen.has(key) && seen.add(key)
  })
}

function unmetCall({ callable, parameters }: Of<"calledWith">, facts: Facts): Difference | undefined {
  const wanted = parameters()
  const calls = callsOf(facts, callable)
  const fits = ({ parameters: actual }: CallRecord): boolean =>
    Object.entries(wanted).every(([name, value]) => isEqual((actual as Readonly<Record<string, unknown>> | null)?.[name] ?? null, value ?? null))
  if (calls.some(fits)) return undefined
  const actual = calls.length === 0 ? "never called" : calls.slice(0, 3).map((call) => shown(call.parameters)).join(", ")
  return { expected: `called with ${shown(wanted)}`, actual }
}

function unmetOrder({ callable, is, other }: Of<"order">, facts: Facts): Difference | undefined {
  const [first, second] = is === "before" ? [callable, other] : [other, callable]
  const place = (name: string): number => facts.outside.calls.findIndex((call) => call.callable === name)
  const [earlier, later] = [place(first), place(second)]
  if (earlier >= 0 && later >= 0 && earlier < later) return undefined
  const missing = earlier < 0 ? first : later < 0 ? second : undefined
  return { expected: `called ${is} ${other}`, actual: missing === undefined ? `${second} was called first` : `${missing} was never called` }
}

// ---------------------------------------------------------------- effects

export function undoOf(effect: EffectRecord, outside: Outside): EffectRecord | undefined {
  return outside.effects.find(({ run, step }) => run === effect.run && step.startsWith(`${effect.step}/undo/`))
}

function unmetEffect({ callable, how }: Of<"effect">, facts: Facts): Difference | undefined {
  const effects = facts.outside.effects.filter((effect) => effect.callable === callable)
  const counted = `${effects.length} effects`
  if (how === "never") return effects.length === 0 ? undefined : { expected: "no effect", actual: counted }
  if (how === "once") return effects.length === 1 ? undefined : { expected: "1 effect", actual: counted }
  const open = effects.filter((effect) => undoOf(effect, facts.outside) === undefined)
  if (effects.length === 0 && !facts.variant) return { expected: "an effect that is undone", actual: "no effect" }
  return open.length === 0 ? undefined : { expected: "every effect undone", actual: `${open.map(({ step }) => step).join(", ")} still stands` }
}
