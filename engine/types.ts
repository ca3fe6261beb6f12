// The vocabulary of the durable core: instances, history events, actions, inputs and effects, all plain data.

export type EndStatus = "completed" | "failed" | "terminated" | "canceled"
export type InstanceStatus = EndStatus | "pending" | "running" | "suspended" | "continued_as_new"

export interface FailureDetails {
  readonly errorType: string
  readonly errorMessage: string
  readonly stackTrace?: string
  readonly innerFailure?: FailureDetails
  readonly isNonRetriable?: boolean
}

/** Where the end of a child is reported; the generation keeps an answer from reaching a later run of the same id. */
export interface ParentReference {
  readonly instanceId: string
  readonly generation: number
  readonly taskId: number
  readonly name: string
  readonly executionId?: string
}

interface EventHeader {
  /** The action's id for events that an action caused, -1 for all others. */
  readonly eventId: number
  readonly timestampMs: number
}

interface ExecutionStarted {
  readonly kind: "executionStarted"
  readonly name: string
  readonly instanceId: string
  readonly executionId?: string
  readonly input?: string
  readonly parent?: ParentReference
  readonly scheduledStartMs?: number
}

type EventBody =
  | { readonly kind: "orchestratorStarted" }
  | ExecutionStarted
  | {
      readonly kind: "executionCompleted"
      readonly status: EndStatus
      readonly result?: string
      readonly failure?: FailureDetails
    }
  | { readonly kind: "executionTerminated"; readonly output?: string; readonly recursive: boolean }
  | { readonly kind: "executionSuspended"; readonly reason?: string }
  | { readonly kind: "executionResumed"; readonly reason?: string }
  | { readonly kind: "taskScheduled"; readonly name: string; readonly input?: string }
  | { readonly kind: "taskCompleted"; readonly taskId: number; readonly result?: string }
  | { readonly kind: "taskFailed"; readonly taskId: number; readonly failure?: FailureDetails }
  | { readonly kind: "childCreated"; readonly instanceId: string; readonly name: string; readonly input?: string }
  | { readonly kind: "childCompleted"; readonly taskId: number; readonly result?: string }
  | { readonly kind: "childFailed"; readonly taskId: number; readonly failure?: FailureDetails }
  | { readonly kind: "timerCreated"; readonly fireAtMs: number }
  | { readonly kind: "timerFired"; readonly timerId: number; readonly fireAtMs: number }
  | { readonly kind: "eventRaised"; readonly name: string; readonly input?: string }
  | { readonly kind: "eventSent"; readonly instanceId: string; readonly name: string; readonly input?: string }
  /** Read from other hosts only: an event type that this engine neither writes nor interprets. */
  | { readonly kind: "other"; readonly type: string }

export type EventKind = EventBody["kind"]
export type HistoryEvent = EventHeader & EventBody
export type EventOf<Kind extends EventKind> = EventHeader & Extract<EventBody, { readonly kind: Kind }>

/** Work that was started and has not been answered yet. */
export type OpenWork =
  | { readonly kind: "task"; readonly taskId: number; readonly name: string }
  | { readonly kind: "timer"; readonly taskId: number; readonly fireAtMs: number }
  | { readonly kind: "child"; readonly taskId: number; readonly instanceId: string }

/** What the events of one generation, committed or waiting, add up to. */
export interface Facts {
  readonly name: string
  readonly executionId: string
  readonly input?: string
  readonly parent?: ParentReference
  readonly started: boolean
  readonly suspended: boolean
  readonly termination?: { readonly recursive: boolean; readonly output?: string }
  readonly completion?: EventOf<"executionCompleted">
  readonly open: ReadonlyMap<string, OpenWork>
  /** Of the work and the events asked for so far. Ids only grow: a smaller one is asked for again. */
  readonly lastActionId: number
}

export interface InboxEntry {
  readonly sequence: number
  readonly event: HistoryEvent
}

/** The batch of a turn, frozen until it is answered: whoever asks again gets the same events with the same times. */
export interface Turn {
  readonly number: number
  readonly events: readonly HistoryEvent[]
  readonly lastSequence: number
}

export interface Instance {
  readonly id: string
  readonly generation: number
  readonly facts: Facts
  readonly history: readonly HistoryEvent[]
  readonly inbox: readonly InboxEntry[]
  readonly nextSequence: number
  readonly turnNumber: number
  readonly turn?: Turn
  readonly customStatus?: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly completedAtMs?: number
  /** Set while the start lies in the future. */
  readonly heldUntilMs?: number
  /** True once a continue-as-new happened: such an instance is running even before its generation's first turn. */
  readonly continued: boolean
}

/** What is known about an instance without reading its history. */
export interface InstanceSummary {
  readonly id: string
  readonly generation: number
  readonly executionId: string
  readonly name: string
  readonly status: InstanceStatus
  readonly input?: string
  readonly output?: string
  readonly failure?: FailureDetails
  readonly customStatus?: string
  readonly parent?: ParentReference
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly completedAtMs?: number
  readonly heldUntilMs?: number
  readonly continued: boolean
}

/** What a worker's turn asks for. */
export type Action = { readonly id: number } & (
  | { readonly kind: "scheduleTask"; readonly name: string; readonly input?: string }
  | { readonly kind: "createTimer"; readonly fireAtMs: number }
  | { readonly kind: "createChild"; readonly name: string; readonly instanceId?: string; readonly input?: string }
  | { readonly kind: "sendEvent"; readonly instanceId: string; readonly name: string; readonly input?: string }
  | {
      readonly kind: "complete"
      readonly status: EndStatus
      readonly result?: string
      readonly failure?: FailureDetails
    }
  | { readonly kind: "continueAsNew"; readonly input?: string; readonly carriedEvents: readonly HistoryEvent[] }
  | { readonly kind: "unsupported"; readonly type: string }
)

export interface StartInput {
  readonly kind: "start"
  readonly instanceId: string
  readonly executionId: string
  readonly name: string
  readonly input?: string
  readonly parent?: ParentReference
  readonly scheduledStartMs?: number
  /** Generation of a first run; above 1 when answers for a purged run of the same id may still be under way. */
  readonly firstGeneration?: number
}

/** What an ended instance leaves to the one that goes on from one of its steps. */
export interface RerunInput {
  readonly kind: "rerun"
  readonly instanceId: string
  readonly executionId: string
  /** The history of the ended instance. */
  readonly history: readonly HistoryEvent[]
  /** The step to begin with: the id of the event that scheduled it. */
  readonly eventId: number
  /** Replaces the input of that step, also by none. */
  readonly input?: { readonly value?: string }
  readonly childInstanceId?: string
  readonly firstGeneration?: number
}

export type Input =
  | StartInput
  | RerunInput
  | { readonly kind: "raiseEvent"; readonly name: string; readonly input?: string }
  | { readonly kind: "suspend"; readonly reason?: string }
  | { readonly kind: "resume"; readonly reason?: string }
  | { readonly kind: "terminate"; readonly output?: string; readonly recursive: boolean }
  | { readonly kind: "turnBegun" }
  | {
      readonly kind: "turnCompleted"
      readonly actions: readonly Action[]
      /** Absent when the worker could not run the turn; the status then stays as it is. */
      readonly customStatus?: string
      /** A fresh id, used for the next generation and for children. */
      readonly executionId: string
    }
  | {
      readonly kind: "activityCompleted"
      readonly generation: number
      readonly taskId: number
      readonly result?: string
      readonly failure?: FailureDetails
      readonly failed: boolean
    }
  | { readonly kind: "timerFired"; readonly generation: number; readonly timerId: number; readonly fireAtMs: number }
  | {
      readonly kind: "childEnded"
      readonly generation: number
      readonly taskId: number
      readonly status: EndStatus
      readonly result?: string
      readonly failure?: FailureDetails
    }
  | { readonly kind: "purge"; readonly recursive: boolean }

/** What must happen outside, after the commit of the transition that returned it. */
export type Effect =
  | {
      readonly kind: "runActivity"
      readonly generation: number
      readonly taskId: number
      readonly name: string
      readonly input?: string
    }
  | { readonly kind: "setTimer"; readonly generation: number; readonly timerId: number; readonly fireAtMs: number }
  | { readonly kind: "clearTimers" }
  | { readonly kind: "send"; readonly to: string; readonly input: Input }

export type Refusal =
  | "alreadyActive" | "notFound" | "notEnded"
  /** Of a raised event only: too many of them wait to be read. */
  | "inboxFull"
  /** Of a rerun only. */
  | "alreadyCreated" | "isChild" | "noSuchStep" | "notAStep" | "doesNotFit"

export interface StepResult {
  /** Null when no instance exists after the step. */
  readonly instance: Instance | null
  readonly effects: readonly Effect[]
  readonly refusal?: Refusal
}
