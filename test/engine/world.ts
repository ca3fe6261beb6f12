// Short hands for tests of the engine: an instance driven input by input, with a clock of its own.

import { step } from "../../engine/step.ts"
import type { Action, Effect, HistoryEvent, Input, Instance, Refusal } from "../../engine/types.ts"

export interface World {
  now: number
  instance: Instance | null
  readonly effects: Effect[]
  refusal: Refusal | undefined
}

export function emptyWorld(): World {
  return { now: 1_000, instance: null, effects: [], refusal: undefined }
}

/** Feeds inputs in order, one millisecond apart; returns the effects of the last one. */
export function feed(world: World, ...inputs: readonly Input[]): readonly Effect[] {
  let effects: readonly Effect[] = []
  for (const input of inputs) {
    const result = step(world.instance, input, ++world.now)
    world.instance = result.instance
    world.refusal = result.refusal
    effects = result.effects
    world.effects.push(...effects)
  }
  return effects
}

export const begin: Input = { kind: "turnBegun" }

export function startOf(id = "a", more: Partial<Extract<Input, { kind: "start" }>> = {}): Input {
  return { kind: "start", instanceId: id, executionId: `${id}-1`, name: "flow", input: "1", ...more }
}

export function answer(...actions: readonly Action[]): Input {
  return { kind: "turnCompleted", actions, executionId: "next", customStatus: "" }
}

export const turn = (...actions: readonly Action[]): readonly Input[] => [begin, answer(...actions)]

export const task = (id: number): Action => ({ id, kind: "scheduleTask", name: `task ${id}`, input: `${id}` })

export const taskDone = (taskId: number, generation = 1): Input =>
  ({ kind: "activityCompleted", generation, taskId, result: `"${taskId}"`, failed: false })

export const complete = (id: number, result = "\"done\""): Action =>
  ({ id, kind: "complete", status: "completed", result })

export function started(...more: readonly Input[]): World {
  const world = emptyWorld()
  feed(world, startOf(), ...more)
  return world
}

export function alive(world: World): Instance {
  if (!world.instance) throw new Error("there is no instance")
  return world.instance
}

export function kinds(events: readonly HistoryEvent[]): readonly string[] {
  return events.map((event) => event.kind)
}

export function inboxKinds(world: World): readonly string[] {
  return kinds(alive(world).inbox.map((entry) => entry.event))
}
