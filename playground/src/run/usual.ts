// The world of a run: what the visitor says, and for everything else a value that is made to be read.

import type { JsonSchema } from "@agentflow/runtime/contract"
import type { Program, ScriptedOutcome, World } from "../../../simulator/index.ts"
import { readableSample } from "./samples.ts"

/** What one answer of a model costs here: a fifth of a cent. */
const answerNanoDollars = 2_000_000

export function schemaOf(schema: unknown): JsonSchema | undefined {
  return (schema as { readonly json?: JsonSchema } | undefined)?.json
}

/** By name of the callable; nothing for one that gives nothing. */
export function samplesOf(program: Program): ReadonlyMap<string, unknown> {
  return new Map([...program.callables.values()].flatMap(({ name, spec }) => {
    const schema = schemaOf(spec.result)
    return schema === undefined ? [] : [[name, readableSample(schema, name.replace(/^(fetch|get|load|find|read|save|create|make|post|send)(?=[A-Z])/, ""))] as const]
  }))
}

export function filledWorld(program: Program, samples: ReadonlyMap<string, unknown>, world: Partial<World>): Partial<World> & Pick<World, "given"> {
  const usual = (name: string, value: unknown): ScriptedOutcome => ({ action: "returns", value, ...(program.callables.get(name)?.kind === "agent" ? { nanoDollars: answerNanoDollars } : {}) })
  const all: Record<string, readonly ScriptedOutcome[]> = Object.fromEntries([...samples].map(([name, value]) => [name, [usual(name, value)]]))
  for (const [name, outcomes] of Object.entries(world.given ?? {})) {
    all[name] = outcomes.map((outcome) => (outcome.action === "returns" && !("value" in outcome) && outcome.instead === undefined && samples.has(name) ? { ...usual(name, samples.get(name)), ...outcome } : outcome))
  }
  return { eventsMax: 6000, ...world, given: all }
}
