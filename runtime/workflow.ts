// A workflow as the host runs it: the one driver of durable code, from the input to the result or a failure's record.

import { cancelEvent } from "./contract.ts"
import type {
  CarriedRun, ChildResult, Duration, Flow, Observation, OverBudget, Run, RunEnvelope, RunFailure, Task, Workflow, WorkflowContext,
  WorkflowSpec,
} from "./contract.ts"
import { asFlowError, FlowError, RunFailed } from "./errors.ts"
import { governed } from "./flow/body.ts"
import type { Ended } from "./flow/body.ts"
import { carriedCompensated, carriedSaga, carry, readInput } from "./flow/carry.ts"
import type { RunInput } from "./flow/carry.ts"
import { waitsOf, withBackground } from "./flow/fibers.ts"
import { Leave } from "./flow/leave.ts"
import { runOf } from "./flow/run.ts"
import { openDeadline, openScope, throwIfStopped } from "./flow/scope.ts"
import type { Scope } from "./flow/scope.ts"
import { isDurable } from "./flow/signal.ts"
import type { Frame, RunState } from "./flow/state.ts"
import { statusOf } from "./flow/status.ts"
import { readSettings, tellDeadLetter, tellLeftovers } from "./flow/surroundings.ts"
import { compensate, compensatedOf } from "./flow/undo.ts"
import { capsOf, leastCaps, noAmounts, openAccount, overOf } from "./policy/budget.ts"
import { durationMs } from "./policy/duration.ts"
import { accept } from "./schema/accept.ts"

/** Declares a workflow; what it gives can be registered with the SDK's own `WorkflowRuntime`. */
export function workflow<P extends object, R>(
  spec: WorkflowSpec<P, R>, body: (run: Run, parameters: NoInfer<P>) => Flow<NoInfer<R>>,
): Workflow<P, R> {
  async function* execute(context: WorkflowContext, input: unknown): AsyncGenerator<Task, R, unknown> {
    const read = readInput(input)
    const frame = openRun(context, spec, read)
    const { state } = frame
    const show = shownOn(context, state)
    try {
      const flow = untilSettled(frame, spec, body, read)
      for (let next = flow.next(); ; next = flow.next()) {
        show()
        if (next.done) return ending(context, read, state, next.value)
        const tasks = next.value.filter(isDurable)
        if (!next.value.some((task) => task.isComplete)) yield context.whenAny(tasks)
      }
    } catch (thrown) {
      show()
      throw thrown
    }
  }
  Object.defineProperty(execute, "name", { value: spec.name })
  return Object.assign(execute, { kind: "workflow" as const, workflowName: spec.name, spec })
}

/** What is to be done whenever the status may have changed. */
function shownOn(context: WorkflowContext, state: RunState): () => void {
  const make = (): string => JSON.stringify(statusOf(state))
  const observe = (): void => context.observe?.({ status: statusOf(state), undo: owed(state) })
  if (context.showStatus !== undefined) {
    context.showStatus(make)
    return context.observe === undefined ? () => undefined : observe
  }
  let shown = ""
  return () => {
    observe()
    const status = make()
    if (status !== shown) context.setCustomStatus(status)
    shown = status
  }
}

/** A child tells its caller what it spent; everyone else gets the plain result. */
function ending<R>(context: WorkflowContext, { allotment }: RunInput, { account }: RunState, ended: Ended<R>): R {
  if ("next" in ended) {
    context.continueAsNew(ended.next, true)
    return undefined as R
  }
  if (!allotment) return ended.result
  const answer: ChildResult = { "agentflow.run": 1, value: ended.result, spent: account.spent }
  return answer as R
}

function openRun<P extends object, R>(context: WorkflowContext, spec: WorkflowSpec<P, R>, input: RunInput): Frame {
  const { carried, allotment } = input
  const own = capsOf(spec.budget)
  const caps = carried?.caps ?? (allotment ? leastCaps(own, allotment) : own)
  const account = openAccount(spec.name, caps, undefined, overOf(spec.overBudget as OverBudget, {}, own))
  account.spent = carried?.spent ?? noAmounts
  const generation = carried?.generation ?? 1
  const state: RunState = {
    context,
    workflow: spec.name,
    id: context.getWorkflowInstanceId(),
    start: context.getCurrentUtcDateTime().getTime(),
    generation,
    sagas: new Set(),
    account,
    phase: "running",
    stepsStarted: carried?.stepsStarted ?? 0,
    compensated: carriedCompensated(carried),
    background: [],
    leftBehind: new Set(),
    waiting: new Set(),
    events: new Map(),
    mailboxes: new Map(Object.entries(carried?.events ?? {}).map(([name, received]) =>
      [name, { received: [...received], next: undefined }])),
    settings: carried?.settings ?? {},
    runOf,
  }
  const saga = carriedSaga(carried, spec.undos?.() ?? [])
  state.sagas.add(saga)
  return {
    state,
    // Every history has names of its own, so that no answer, key or child of one is taken for another's.
    path: generation === 1 ? spec.name : `${spec.name}#${generation}`,
    scope: { ...openRunScope(context, spec, carried), cancelRequest: context.waitForExternalEvent(cancelEvent) },
    account,
    defaults: spec.steps ?? {},
    saga,
    share: 1,
    names: new Map(),
    isUndo: false,
  }
}

function owed({ sagas }: RunState): Observation["undo"] {
  const all = [...sagas].flatMap(({ undo }) => undo).sort((a, b) => a.start - b.start)
  return all.map(({ step, action }) => ({ step, outcome: action.outcome }))
}

function openRunScope(
  context: WorkflowContext, { deadline }: { readonly deadline?: Duration }, carried: CarriedRun | undefined,
): Scope {
  if (deadline === undefined) return openScope()
  const fireAt = carried?.deadlineAt
  return openDeadline(context, {
    of: "run", lengthMs: durationMs(deadline), ...(fireAt === undefined ? {} : { fireAt }),
  })
}

function* untilSettled<P extends object, R>(
  frame: Frame, spec: WorkflowSpec<P, R>, body: (run: Run, parameters: P) => Flow<R>, input: RunInput,
): Flow<Ended<R>> {
  const { state } = frame
  const parameters = accept(spec.parameters, input.parameters)
  try {
    if (!parameters.ok) throw new FlowError("invalid_input", parameters.problems.join("; "))
    if (!input.carried) yield* readSettings(frame, spec.settings ?? [])
    const { value } = parameters
    if (frame.account.over) frame.account.over.parameters = value
    const work = (own: Frame): Flow<Ended<R>> => leaving(own, spec, input, body(runOf(own), value))
    const ended = yield* withBackground(governed(frame, spec, value, work), state.background)
    // A body that was asked to stop while its last step was in flight has not finished its work.
    if (frame.scope.cancelRequest?.isComplete) throwIfStopped(frame.scope, frame.path)
    if ("result" in ended) yield* tellLeftovers(frame, spec, input)
    state.phase = "done"
    return ended
  } catch (thrown) {
    state.phase = "compensating"
    yield* withBackground(compensate(frame, frame.saga), state.background)
    const failure = failureOf(state, asFlowError(thrown))
    yield* tellDeadLetter(frame, spec, input, failure)
    state.phase = "done"
    throw new RunFailed(input.allotment ? { ...failure, spent: state.account.spent } : failure, thrown)
  }
}

/** A body that ends, or leaves from inside its blocks. */
function* leaving<P extends object, R>(
  frame: Frame, spec: WorkflowSpec<P, R>, input: RunInput, body: Flow<R>,
): Flow<Ended<R>> {
  let result: unknown
  try {
    result = yield* body
  } catch (thrown) {
    if (!(thrown instanceof Leave)) throw thrown
    if (thrown.how.to === "continue as new") return { next: yield* nextGeneration(frame, spec, input, thrown.how.parameters) }
    result = thrown.how.result
  }
  const accepted = accept(spec.result, result)
  if (!accepted.ok) throw new FlowError("invalid_output", accepted.problems.join("; "))
  return { result: accepted.value }
}

function* nextGeneration<P extends object, R>(
  frame: Frame, spec: WorkflowSpec<P, R>, { allotment }: RunInput, parameters: object,
): Flow<RunEnvelope> {
  throwIfStopped(frame.scope, frame.path)
  const accepted = accept(spec.parameters, parameters)
  if (!accepted.ok) throw new FlowError("invalid_input", accepted.problems.join("; "))
  // Lost branches of a race register nothing, but what they have in flight would reach the next history.
  while (frame.state.background.length > 0) yield waitsOf(frame.state.background)
  const carried = yield* carry(frame, spec.undos?.() ?? [])
  const { id, start } = frame.state
  return { "agentflow.run": 1, parameters: accepted.value, ...(allotment ? { allotment } : {}), carried, cause: { run: id, start, step: "" } }
}

function failureOf(state: RunState, error: FlowError): RunFailure {
  return {
    v: 1,
    kind: error.kind,
    message: error.message,
    ...(error.step === undefined ? {} : { step: error.step }),
    ...(error.data === undefined ? {} : { data: error.data }),
    ...compensatedOf(state),
  }
}
