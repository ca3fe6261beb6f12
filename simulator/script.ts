// Which outcome the next call of a callable has: what the world gives, else what fits its type.

import type { JsonSchema } from "@agentflow/runtime/contract"
import { draw } from "./random.ts"
import { sampleOf } from "./sample.ts"
import { usualMs } from "./world.ts"
import type { Outcome, ScriptedOutcome, World } from "./world.ts"

export interface Asked {
  readonly callable: string
  readonly kind: keyof typeof usualMs
  readonly step: string
  readonly result: JsonSchema
}

export interface Chosen extends Outcome {
  readonly takesMs: number
}

export interface Script {
  /** The outcome of the next call: each call takes one from its script. */
  next(asked: Asked): Chosen
  /** Callables that were called, however they were answered. */
  readonly called: ReadonlySet<string>
  /** Who took an outcome, in order. */
  readonly taken: readonly Taken[]
}

export type Taken = Pick<Asked, "callable" | "step">

export function createScript(world: World): Script {
  const used = new Map<string, number>()
  const calls = new Map<string, number>()
  const usual = new Map<string, unknown>()
  const called = new Set<string>()
  const taken: Taken[] = []
  const count = (map: Map<string, number>, key: string): number => {
    const before = map.get(key) ?? 0
    map.set(key, before + 1)
    return before
  }
  return {
    called, taken,
    next(asked) {
      called.add(asked.callable)
      taken.push({ callable: asked.callable, step: asked.step })
      const nth = count(calls, asked.step)
      const place = count(used, asked.callable)
      const fault = world.faults.find((each) => each.kind === "outcome"
        && ((each.callable === asked.callable && each.nth === place + 1) || (each.callable === asked.step && each.nth === nth + 1)))
      const given = fault?.kind === "outcome" ? fault.outcome : outcomeAt(world.given[asked.callable] ?? [], place)
      const outcome = given ?? { action: "returns" as const }
      return { ...filled(outcome, asked, usual), takesMs: outcome.takesMs ?? durationOf(world, asked, nth) }
    },
  }
}

/** The last outcome without a count goes on; one without a count before others is one call long. */
export function outcomeAt(outcomes: readonly ScriptedOutcome[], place: number): ScriptedOutcome | undefined {
  let left = place
  for (const [index, outcome] of outcomes.entries()) {
    const isLast = index === outcomes.length - 1
    const times = outcome.times ?? (isLast ? Infinity : 1)
    if (left < times) return outcome
    left -= times
  }
  return undefined
}

function filled(outcome: Outcome, { callable, result }: Asked, usual: Map<string, unknown>): Outcome {
  if (outcome.action === "fails" || "value" in outcome || outcome.instead !== undefined) return outcome
  if (!usual.has(callable)) usual.set(callable, sampleOf(result)?.value ?? null)
  return { ...outcome, value: usual.get(callable) }
}

/** With a seed from half to one and a half of what is usual. */
function durationOf({ seed }: World, { kind, step }: Asked, nth: number): number {
  const usual = usualMs[kind]
  return seed === 0 ? usual : Math.max(1, Math.round(usual * (0.5 + draw(seed, `${step}/${nth}`))))
}
