// A turn: the batch of events that a worker gets, and what its answer changes.

import { unreachable } from "../base/assert.ts"
import { fold, noFacts } from "./apply.ts"
import { wantsTurn } from "./instance.ts"
import { defaultChildId } from "./timers.ts"
import type {
  Action, Effect, EndStatus, EventOf, Facts, FailureDetails, HistoryEvent, InboxEntry, Input, Instance, StepResult,
  Turn,
} from "./types.ts"

type ActionOf<Kind extends Action["kind"]> = Extract<Action, { readonly kind: Kind }>
type TurnAnswer = Extract<Input, { readonly kind: "turnCompleted" }>

/** Freezes all that has arrived into a batch; a batch that is already under way stays as it is. */
export function beginTurn(instance: Instance, now: number): Instance {
  if (instance.turn || !wantsTurn(instance)) return instance
  // The worker's clock is this timestamp: it must not run backwards when the host's clock does.
  const timestampMs = Math.max(now, instance.updatedAtMs)
  const opening: HistoryEvent = { kind: "orchestratorStarted", eventId: -1, timestampMs }
  const turn: Turn = {
    number: instance.turnNumber + 1,
    events: [opening, ...instance.inbox.map((entry) => entry.event)],
    lastSequence: instance.inbox.at(-1)?.sequence ?? 0,
  }
  return { ...instance, turn, turnNumber: turn.number }
}

export function completeTurn(instance: Instance, answer: TurnAnswer, now: number): StepResult {
  const { turn } = instance
  if (!turn) return { instance, effects: [] }
  const current: Instance = {
    ...withoutTurn(instance),
    updatedAtMs: Math.max(now, turn.events[0]?.timestampMs ?? now),
    ...(answer.customStatus === undefined ? {} : { customStatus: answer.customStatus }),
  }
  const unread = instance.inbox.filter((entry) => entry.sequence > turn.lastSequence)
  const renewal = answer.actions.find((action) => action.kind === "continueAsNew")
  if (renewal) return continueAsNew({ instance: current, turn, unread, renewal, executionId: answer.executionId })
  return applyActions({ instance: current, turn, unread, answer })
}

function withoutTurn(instance: Instance): Instance {
  const { turn: _, ...rest } = instance
  return rest
}

interface ApplyArguments {
  readonly instance: Instance
  readonly turn: Turn
  readonly unread: readonly InboxEntry[]
  readonly answer: TurnAnswer
}

function applyActions({ instance, turn, unread, answer }: ApplyArguments): StepResult {
  const actions = untilEnd(answer.actions.filter(stays).filter((action) => isNew(instance, action)))
  const caused = actions.map((action) => consequence(instance, action, answer.executionId))
  const events = caused.map((one) => one.event)
  const { facts } = fold(instance.facts, events)
  const history = [...instance.history, ...turn.events, ...events]
  const effects = caused.flatMap((one) => one.effects)
  const { completion } = facts
  if (!completion) return { instance: { ...instance, facts, history, inbox: unread }, effects }
  // What nobody has read by the end never happened.
  const read = fold(noFacts, history).facts
  const ended: Instance = { ...instance, facts: read, history, inbox: [], completedAtMs: completion.timestampMs }
  return { instance: ended, effects: [...effects, ...endEffects(facts, completion)] }
}

/** A suspended worker of the official SDK asks in each turn again for what it asked for in the turn it was suspended. */
function isNew({ facts }: Instance, { id, kind }: StayingAction): boolean {
  const ends = kind === "complete" || kind === "unsupported"
  return ends || id > facts.lastActionId
}

/** Whatever a worker lists behind its end is dropped. */
function untilEnd(actions: readonly StayingAction[]): readonly StayingAction[] {
  const end = actions.findIndex(({ kind }) => kind === "complete" || kind === "unsupported")
  return end < 0 ? actions : actions.slice(0, end + 1)
}

interface Consequence {
  readonly event: HistoryEvent
  readonly effects: readonly Effect[]
}

type StayingAction = Exclude<Action, { readonly kind: "continueAsNew" }>

function stays(action: Action): action is StayingAction {
  return action.kind !== "continueAsNew"
}

function consequence(instance: Instance, action: StayingAction, executionId: string): Consequence {
  const header = { eventId: action.id, timestampMs: instance.updatedAtMs }
  const { generation } = instance
  switch (action.kind) {
    case "scheduleTask": {
      const { id: taskId, name } = action
      const input = inputOf(action)
      return {
        event: { kind: "taskScheduled", ...header, name, ...input },
        effects: [{ kind: "runActivity", generation, taskId, name, ...input }],
      }
    }
    case "createTimer": {
      const { id: timerId, fireAtMs } = action
      return {
        event: { kind: "timerCreated", ...header, fireAtMs },
        effects: [{ kind: "setTimer", generation, timerId, fireAtMs }],
      }
    }
    case "createChild": return createChild(instance, action, executionId)
    case "sendEvent": {
      const { instanceId: to, name } = action
      return {
        event: { kind: "eventSent", ...header, instanceId: to, name, ...inputOf(action) },
        effects: [{ kind: "send", to, input: { kind: "raiseEvent", name, ...inputOf(action) } }],
      }
    }
    case "complete": {
      const { status, result, failure } = action
      return { event: completed(header, status, { result, failure }), effects: [] }
    }
    case "unsupported": {
      const errorMessage = `the worker asked for '${action.type}', which this sidecar does not support`
      const failure = { errorType: "UnsupportedAction", errorMessage }
      return { event: completed(header, "failed", { failure }), effects: [] }
    }
    default: return unreachable(action)
  }
}

function inputOf(action: { readonly input?: string }): { readonly input?: string } {
  return action.input === undefined ? {} : { input: action.input }
}

interface Outcome {
  readonly result?: string | undefined
  readonly failure?: FailureDetails | undefined
}

function completed(
  header: { readonly eventId: number; readonly timestampMs: number }, status: EndStatus, { result, failure }: Outcome,
): HistoryEvent {
  return {
    kind: "executionCompleted", ...header, status,
    ...(result === undefined ? {} : { result }),
    ...(failure ? { failure } : {}),
  }
}

function createChild(instance: Instance, action: ActionOf<"createChild">, executionId: string): Consequence {
  const { id: taskId, name } = action
  const childId = action.instanceId || defaultChildId(instance.id, taskId)
  const input = inputOf(action)
  const parent = {
    instanceId: instance.id, generation: instance.generation, taskId,
    name: instance.facts.name, executionId: instance.facts.executionId,
  }
  return {
    event: {
      kind: "childCreated", eventId: taskId, timestampMs: instance.updatedAtMs, instanceId: childId, name, ...input,
    },
    effects: [{
      kind: "send", to: childId,
      input: { kind: "start", instanceId: childId, executionId: `${executionId}-${taskId}`, name, parent, ...input },
    }],
  }
}

function endEffects(facts: Facts, completion: EventOf<"executionCompleted">): readonly Effect[] {
  const { parent, termination, open } = facts
  const effects: Effect[] = [{ kind: "clearTimers" }]
  if (parent) {
    const { status, result, failure } = completion
    const outcome = { ...(result === undefined ? {} : { result }), ...(failure ? { failure } : {}) }
    const { generation, taskId } = parent
    const input: Input = { kind: "childEnded", generation, taskId, status, ...outcome }
    effects.push({ kind: "send", to: parent.instanceId, input })
  }
  if (completion.status === "terminated" && termination?.recursive) {
    const { output } = termination
    for (const work of open.values()) {
      if (work.kind !== "child") continue
      const input: Input = { kind: "terminate", recursive: true, ...(output === undefined ? {} : { output }) }
      effects.push({ kind: "send", to: work.instanceId, input })
    }
  }
  return effects
}

interface RenewalArguments {
  readonly instance: Instance
  readonly turn: Turn
  readonly unread: readonly InboxEntry[]
  readonly renewal: ActionOf<"continueAsNew">
  readonly executionId: string
}

function continueAsNew({ instance, turn, unread, renewal, executionId }: RenewalArguments): StepResult {
  const now = instance.updatedAtMs
  const { name, parent } = instance.facts
  const begin: HistoryEvent = {
    kind: "executionStarted", eventId: -1, timestampMs: now, name, instanceId: instance.id, executionId,
    ...(renewal.input === undefined ? {} : { input: renewal.input }),
    ...(parent ? { parent } : {}),
  }
  const carried = renewal.carriedEvents.map((event) => ({ ...event, eventId: -1, timestampMs: now }))
  const kept = unread.map((entry) => entry.event).filter((event) => !answersOldWork(event))
  const events = [begin, ...carried, ...standingOrders(instance, turn, kept, now), ...kept]
  const { facts, accepted } = fold(noFacts, events)
  const inbox = accepted.map((event, index) => ({ sequence: instance.nextSequence + index, event }))
  return {
    instance: {
      ...instance, generation: instance.generation + 1, facts, history: [], inbox, turnNumber: 0, continued: true,
      createdAtMs: now, nextSequence: instance.nextSequence + inbox.length,
    },
    effects: [{ kind: "clearTimers" }],
  }
}

function answersOldWork({ kind }: HistoryEvent): boolean {
  return kind === "taskCompleted" || kind === "taskFailed" || kind === "timerFired"
    || kind === "childCompleted" || kind === "childFailed"
}

/** A suspend or terminate that the worker read in the very turn of its renewal holds for the new generation too. */
function standingOrders(
  instance: Instance, turn: Turn, kept: readonly HistoryEvent[], now: number,
): readonly HistoryEvent[] {
  const orders: HistoryEvent[] = []
  const read = fold(fold(noFacts, instance.history).facts, turn.events).facts
  if (read.suspended) orders.push({ kind: "executionSuspended", eventId: -1, timestampMs: now })
  const termination = turn.events.find((event) => event.kind === "executionTerminated")
  if (termination && !kept.includes(termination)) orders.push({ ...termination, timestampMs: now })
  return orders
}
