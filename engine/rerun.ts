// A rerun: a new instance that takes over what an ended one had done before a chosen step, and goes on from there.

import { fold, noFacts } from "./apply.ts"
import { defaultChildId } from "./timers.ts"
import type { Effect, EventOf, HistoryEvent, Instance, Refusal, RerunInput, StepResult } from "./types.ts"

type StepEvent = EventOf<"taskScheduled"> | EventOf<"timerCreated"> | EventOf<"childCreated">

/** Starts the instance that `input` describes; none may be there yet. */
export function rerun(existing: Instance | null, input: RerunInput, now: number): StepResult {
  const refusal = existing ? "alreadyCreated" : refusalOf(input)
  if (refusal) return { instance: existing, effects: [], refusal }
  const { instanceId, eventId, firstGeneration: generation = 1 } = input
  const target = input.history.findIndex((event) => event.eventId === eventId && isStep(event))
  const earlier = input.history.slice(0, target)
  const unfinished = openSteps(earlier)
  const restarted = [...unfinished, ...input.history.slice(target, target + 1)].filter(isStep)
  const taken = earlier.filter((event) => !isStep(event) || !unfinished.includes(event))
  const steps = restarted.map((event) => renewed(event, input, now))
  const history = [...taken.map((event) => adopted(event, input)), ...steps]
  const instance: Instance = {
    id: instanceId, generation, facts: fold(noFacts, history).facts, history, inbox: [], nextSequence: 1,
    turnNumber: history.filter(({ kind }) => kind === "orchestratorStarted").length,
    createdAtMs: now, updatedAtMs: now, continued: false,
  }
  return { instance, effects: steps.map((event) => effectOf(event, instance)) }
}

function refusalOf({ history, eventId, input, childInstanceId }: RerunInput): Refusal | undefined {
  const { facts } = fold(noFacts, history)
  if (!facts.completion) return "notEnded"
  if (facts.parent) return "isChild"
  const found = history.find((event) => event.eventId === eventId)
  if (!found) return "noSuchStep"
  if (!isStep(found)) return "notAStep"
  const misfit = (childInstanceId !== undefined && found.kind !== "childCreated")
    || (input !== undefined && found.kind === "timerCreated")
  return misfit ? "doesNotFit" : undefined
}

function isStep(event: HistoryEvent): event is StepEvent {
  return event.kind === "taskScheduled" || event.kind === "timerCreated" || event.kind === "childCreated"
}

/** Steps that were begun and had no answer yet: the new instance begins them again. */
function openSteps(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const { open } = fold(noFacts, events).facts
  const ids = new Set([...open.values()].map(({ taskId }) => taskId))
  return events.filter((event) => isStep(event) && ids.has(event.eventId))
}

function adopted(event: HistoryEvent, { instanceId, executionId }: RerunInput): HistoryEvent {
  return event.kind === "executionStarted" ? { ...event, instanceId, executionId } : event
}

function renewed(event: StepEvent, request: RerunInput, now: number): StepEvent {
  const isTarget = event.eventId === request.eventId
  const given = isTarget && request.input ? request.input : undefined
  if (event.kind === "timerCreated") return { ...event, timestampMs: now }
  const { input: original, ...rest } = event
  const value = given ? given.value : original
  const step = { ...rest, timestampMs: now, ...(value === undefined ? {} : { input: value }) }
  if (step.kind === "taskScheduled") return step
  const chosen = isTarget ? request.childInstanceId : undefined
  return { ...step, instanceId: chosen ?? defaultChildId(request.instanceId, event.eventId) }
}

function effectOf(event: StepEvent, { id, generation, facts }: Instance): Effect {
  switch (event.kind) {
    case "timerCreated": return { kind: "setTimer", generation, timerId: event.eventId, fireAtMs: event.fireAtMs }
    case "taskScheduled": {
      const { eventId: taskId, name } = event
      return { kind: "runActivity", generation, taskId, name, ...inputOf(event) }
    }
    case "childCreated": {
      const { instanceId, name, eventId: taskId } = event
      const executionId = `${facts.executionId}-${taskId}`
      const parent = { instanceId: id, generation, taskId, name: facts.name, executionId: facts.executionId }
      return {
        kind: "send", to: instanceId,
        input: { kind: "start", instanceId, executionId, name, parent, ...inputOf(event) },
      }
    }
  }
}

function inputOf({ input }: { readonly input?: string }): { readonly input?: string } {
  return input === undefined ? {} : { input }
}
