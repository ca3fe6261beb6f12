// Decides what one input does to one instance. Pure: time and fresh ids come in as arguments.

import { unreachable } from "../base/assert.ts"
import { fold, noFacts } from "./apply.ts"
import { hasEnded } from "./instance.ts"
import { rerun } from "./rerun.ts"
import { startTimerId } from "./timers.ts"
import { beginTurn, completeTurn } from "./turn.ts"
import type {
  Effect, EventOf, FailureDetails, HistoryEvent, Input, Instance, ParentReference, StartInput, StepResult,
} from "./types.ts"

/** Each of them is read, and sent, in one turn. */
const eventsUnreadMax = 10_000

export function step(instance: Instance | null, input: Input, now: number): StepResult {
  if (input.kind === "start") return start(instance, input, now)
  if (input.kind === "rerun") return rerun(instance, input, now)
  if (!instance) return { instance, effects: [], refusal: "notFound" }
  switch (input.kind) {
    case "purge": return purge(instance, input.recursive)
    case "turnBegun": return { instance: beginTurn(instance, now), effects: [] }
    case "turnCompleted": return completeTurn(instance, input, now)
    case "raiseEvent": {
      if (instance.inbox.length >= eventsUnreadMax) return { instance, effects: [], refusal: "inboxFull" }
      return deliver(instance, { kind: "eventRaised", ...header(now), ...named(input) })
    }
    case "suspend": return deliver(instance, { kind: "executionSuspended", ...header(now), ...reason(input) })
    case "resume": return deliver(instance, { kind: "executionResumed", ...header(now), ...reason(input) })
    case "terminate": {
      const output = input.output === undefined ? {} : { output: input.output }
      // What is held for later need not wait for its time to end.
      return deliver(released(instance), { kind: "executionTerminated", ...header(now), recursive: input.recursive, ...output })
    }
    case "activityCompleted": return deliver(instance, activityEvent(input, now), input.generation)
    case "timerFired": return fireTimer(instance, input, now)
    case "childEnded": return deliver(instance, childEvent(input, now), input.generation)
    default: return unreachable(input)
  }
}

type InputOf<Kind extends Input["kind"]> = Extract<Input, { readonly kind: Kind }>

function header(now: number): { readonly eventId: number; readonly timestampMs: number } {
  return { eventId: -1, timestampMs: now }
}

function named(input: InputOf<"raiseEvent">): { readonly name: string; readonly input?: string } {
  return { name: input.name, ...(input.input === undefined ? {} : { input: input.input }) }
}

function reason(input: { readonly reason?: string }): { readonly reason?: string } {
  return input.reason === undefined ? {} : { reason: input.reason }
}

/** Puts an event into the inbox, unless it is a duplicate, meant for another generation, or too late. */
function deliver(instance: Instance, event: HistoryEvent, generation = instance.generation): StepResult {
  if (generation !== instance.generation || hasEnded(instance)) return { instance, effects: [] }
  const { facts, accepted } = fold(instance.facts, [event])
  if (accepted.length === 0) return { instance, effects: [] }
  const inbox = [...instance.inbox, { sequence: instance.nextSequence, event }]
  return { instance: { ...instance, facts, inbox, nextSequence: instance.nextSequence + 1 }, effects: [] }
}

function start(existing: Instance | null, input: StartInput, now: number): StepResult {
  if (existing && !hasEnded(existing)) {
    const effects = input.parent ? [childRefused(input.parent, input.instanceId)] : []
    return { instance: existing, effects, refusal: "alreadyActive" }
  }
  const { instanceId, executionId, name, parent, scheduledStartMs } = input
  const event: EventOf<"executionStarted"> = {
    kind: "executionStarted", ...header(now), name, instanceId, executionId,
    ...(input.input === undefined ? {} : { input: input.input }),
    ...(parent ? { parent } : {}),
    ...(scheduledStartMs === undefined ? {} : { scheduledStartMs }),
  }
  const held = scheduledStartMs !== undefined && scheduledStartMs > now
  const generation = existing ? existing.generation + 1 : (input.firstGeneration ?? 1)
  const instance: Instance = {
    id: instanceId, generation, facts: fold(noFacts, [event]).facts, history: [], continued: false,
    inbox: [{ sequence: 1, event }], nextSequence: 2, turnNumber: 0, createdAtMs: now, updatedAtMs: now,
    ...(held ? { heldUntilMs: scheduledStartMs } : {}),
  }
  if (!held) return { instance, effects: [] }
  return { instance, effects: [{ kind: "setTimer", generation, timerId: startTimerId, fireAtMs: scheduledStartMs }] }
}

/** daprd retries such a parent for ever; here it learns at once why its child can't start. */
function childRefused(parent: ParentReference, childId: string): Effect {
  const failure: FailureDetails = {
    errorType: "InstanceIdConflict",
    errorMessage: `an active workflow with ID '${childId}' already exists`,
  }
  return { kind: "send", to: parent.instanceId, input: childFailure(parent, failure) }
}

function childFailure(parent: ParentReference, failure: FailureDetails): Input {
  return { kind: "childEnded", generation: parent.generation, taskId: parent.taskId, status: "failed", failure }
}

function fireTimer(instance: Instance, input: InputOf<"timerFired">, now: number): StepResult {
  const { generation, timerId, fireAtMs } = input
  if (timerId !== startTimerId) {
    return deliver(instance, { kind: "timerFired", ...header(now), timerId, fireAtMs }, generation)
  }
  if (generation !== instance.generation || instance.heldUntilMs === undefined) return { instance, effects: [] }
  return { instance: released(instance), effects: [] }
}

function released(instance: Instance): Instance {
  if (instance.heldUntilMs === undefined) return instance
  const { heldUntilMs: _, ...rest } = instance
  return rest
}

function activityEvent(input: InputOf<"activityCompleted">, now: number): HistoryEvent {
  const { taskId, failure, result } = input
  if (input.failed) return { kind: "taskFailed", ...header(now), taskId, ...(failure ? { failure } : {}) }
  return { kind: "taskCompleted", ...header(now), taskId, ...(result === undefined ? {} : { result }) }
}

function childEvent(input: InputOf<"childEnded">, now: number): HistoryEvent {
  const { taskId, failure, result } = input
  if (input.status !== "completed") {
    return { kind: "childFailed", ...header(now), taskId, ...(failure ? { failure } : {}) }
  }
  return { kind: "childCompleted", ...header(now), taskId, ...(result === undefined ? {} : { result }) }
}

function purge(instance: Instance, recursive: boolean): StepResult {
  if (!hasEnded(instance)) return { instance, effects: [], refusal: "notEnded" }
  const children = recursive ? instance.history.filter((event) => event.kind === "childCreated") : []
  return {
    instance: null,
    effects: children.map((child) => ({ kind: "send", to: child.instanceId, input: { kind: "purge", recursive } })),
  }
}
