// The world that a test describes, and single faults that are put into it.

import type { Program } from "../program.ts"
import type { Fault, Outcome, ScriptedOutcome, World } from "../world.ts"
import type { FaultPlace, LoadedOutcome, LoadedTest } from "./tests.ts"

type Given = Pick<World, "given" | "decisions" | "faults">

/** What is given for one callable in several places adds up, in the order in which it stands. */
export function worldOf(program: Program, test: LoadedTest): Given {
  const given: Record<string, ScriptedOutcome[]> = {}
  const decisions: Record<string, World["decisions"][string]> = {}
  const faults: Fault[] = []
  for (const step of test.steps) {
    if (step.kind === "crash" && step.where.kind === "call") {
      const { callable, point, nth } = step.where
      faults.push({ kind: "crashAt", callable, point: point === "in" ? "during" : point, nth })
    }
    if (step.kind === "crash" && step.where.kind === "boundary") faults.push({ kind: "crash", boundary: step.where.index })
    if (step.kind === "fault" && step.where.kind !== "everywhere") faults.push(faultOf(program, step.where))
    if (step.kind !== "given") continue
    for (const outcome of step.outcomes) {
      if (outcome.action === "answers" && isWorked(program, step.callable)) decisions[step.callable] = { action: "skip", value: outcome.value?.() ?? null }
      else (given[step.callable] ??= []).push(scripted(program, step.callable, outcome))
    }
  }
  return { given, decisions, faults }
}

/** What a person is not asked for at once, but only where it has failed. */
function isWorked({ callables }: Program, callable: string): boolean {
  return callables.get(callable)?.kind !== "human"
}

function scripted(program: Program, callable: string, outcome: LoadedOutcome): ScriptedOutcome {
  const { action, value, error, times, takesMs, costsNanoDollars, retryAfterMs } = outcome
  const common = {
    ...(times === undefined ? {} : { times }), ...(takesMs === undefined ? {} : { takesMs }),
    ...(costsNanoDollars === undefined ? {} : { nanoDollars: costsNanoDollars }),
  }
  if (action === "fails") return { ...failure(program, callable, error ?? "unavailable", retryAfterMs === undefined ? {} : { retryAfterMs }), ...common }
  return { action: "returns", ...(value === undefined ? {} : { value: value() }), ...common }
}

/** A person fails by not answering. */
export function failure({ callables }: Program, callable: string, kind: string, options: { readonly effect?: boolean; readonly retryAfterMs?: number } = {}): Outcome {
  if (callables.get(callable)?.kind === "human") return { action: "returns", instead: "silence" }
  return { action: "fails", kind, ...(options.effect === true ? { effect: true } : {}), ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }) }
}

export function faultOf(program: Program, where: Exclude<FaultPlace, { kind: "everywhere" }>): Fault {
  if (where.kind === "message") {
    const { how, message } = where
    return how === "delay" ? { kind: "delay", message, byMs: 5_000 } : { kind: how, message }
  }
  const { callable, nth, error, ...how } = where
  return { kind: "outcome", callable, nth, outcome: failure(program, callable, error, how) }
}
