// The shapes of protocol messages as grpc-js hands them over: absent fields are undefined.

export interface WireText { readonly value?: string }
export interface WireTime { readonly seconds?: number; readonly nanos?: number }

export interface WireFailure {
  readonly errorType?: string
  readonly errorMessage?: string
  readonly stackTrace?: WireText
  readonly innerFailure?: WireFailure
  readonly isNonRetriable?: boolean
}

export interface WireInstanceReference { readonly instanceId?: string; readonly executionId?: WireText }

interface WireParent {
  readonly taskScheduledId?: number
  readonly name?: WireText
  readonly orchestrationInstance?: WireInstanceReference
}

interface WireNamed { readonly name?: string; readonly input?: WireText }
export interface WireOutcome { readonly result?: WireText; readonly failureDetails?: WireFailure }
interface WireAnswer extends WireOutcome { readonly taskScheduledId?: number }

export interface WireEvent {
  readonly eventId?: number
  readonly timestamp?: WireTime
  readonly executionStarted?: WireNamed & {
    readonly orchestrationInstance?: WireInstanceReference
    readonly parentInstance?: WireParent
    readonly scheduledStartTimestamp?: WireTime
  }
  readonly executionCompleted?: WireOutcome & { readonly orchestrationStatus?: number }
  readonly executionTerminated?: { readonly input?: WireText; readonly recurse?: boolean }
  readonly taskScheduled?: WireNamed
  readonly taskCompleted?: WireAnswer
  readonly taskFailed?: WireAnswer
  readonly subOrchestrationInstanceCreated?: WireNamed & { readonly instanceId?: string }
  readonly subOrchestrationInstanceCompleted?: WireAnswer
  readonly subOrchestrationInstanceFailed?: WireAnswer
  readonly timerCreated?: { readonly fireAt?: WireTime }
  readonly timerFired?: { readonly fireAt?: WireTime; readonly timerId?: number }
  readonly orchestratorStarted?: object
  readonly orchestratorCompleted?: object
  readonly eventSent?: WireNamed & { readonly instanceId?: string }
  readonly eventRaised?: WireNamed
  readonly genericEvent?: object
  readonly historyState?: object
  readonly continueAsNew?: object
  readonly executionSuspended?: { readonly input?: WireText }
  readonly executionResumed?: { readonly input?: WireText }
}

export interface WireAction {
  readonly id?: number
  readonly scheduleTask?: WireNamed
  readonly createSubOrchestration?: WireNamed & { readonly instanceId?: string }
  readonly createTimer?: { readonly fireAt?: WireTime }
  readonly sendEvent?: { readonly instance?: WireInstanceReference; readonly name?: string; readonly data?: WireText }
  readonly completeOrchestration?: {
    readonly orchestrationStatus?: number
    readonly result?: WireText
    readonly carryoverEvents?: readonly WireEvent[]
    readonly failureDetails?: WireFailure
  }
  readonly terminateOrchestration?: object
}

export interface WireTurnResponse {
  readonly instanceId?: string
  readonly actions?: readonly WireAction[]
  readonly customStatus?: WireText
  readonly completionToken?: string
}

export interface WireActivityResponse {
  readonly instanceId?: string
  readonly taskId?: number
  readonly result?: WireText
  readonly failureDetails?: WireFailure
}

export interface WireState {
  readonly instanceId?: string
  readonly name?: string
  readonly orchestrationStatus?: number
  readonly scheduledStartTimestamp?: WireTime
  readonly createdTimestamp?: WireTime
  readonly lastUpdatedTimestamp?: WireTime
  readonly input?: WireText
  readonly output?: WireText
  readonly customStatus?: WireText
  readonly failureDetails?: WireFailure
}

export interface WireGetInstanceResponse { readonly exists?: boolean; readonly orchestrationState?: WireState }

export interface WireQuery {
  readonly runtimeStatus?: readonly number[]
  readonly createdTimeFrom?: WireTime
  readonly createdTimeTo?: WireTime
  readonly maxInstanceCount?: number
  readonly continuationToken?: WireText
  readonly instanceIdPrefix?: WireText
  readonly fetchInputsAndOutputs?: boolean
}
