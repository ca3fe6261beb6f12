// A workflow as the host runs it: the one driver of durable code, from the input to the result or a failure's record.

import type { Flow, Run, RunFailure, Workflow, WorkflowContext, WorkflowSpec, Task } from "./contract.ts"
import { asFlowError, FlowError, RunFailed } from "./errors.ts"
import { runOf } from "./flow/run.ts"
import { openDeadline, openScope } from "./flow/scope.ts"
import { isDurable } from "./flow/signal.ts"
import type { Frame, RunState } from "./flow/state.ts"
import { statusOf } from "./flow/status.ts"
import { compensate } from "./flow/undo.ts"
import { capsOf, openAccount } from "./policy/budget.ts"
import { durationMs } from "./policy/duration.ts"
import { accept } from "./schema/accept.ts"

/** Declares a workflow; what it gives can be registered with the SDK's own `WorkflowRuntime`. */
export function workflow<P extends object, R>(
  spec: WorkflowSpec<P, R>, body: (run: Run, parameters: NoInfer<P>) => Flow<NoInfer<R>>,
): Workflow<P, R> {
  async function* execute(context: WorkflowContext, input: unknown): AsyncGenerator<Task, R, unknown> {
    const state = openRun(context, spec)
    let shown = ""
    const show = (): void => {
      const status = JSON.stringify(statusOf(state))
      if (status !== shown) context.setCustomStatus(status)
      shown = status
    }
    try {
      const flow = untilSettled(state, spec, body, input)
      for (let next = flow.next(); ; next = flow.next()) {
        show()
        if (next.done) return next.value
        const tasks = next.value.filter(isDurable)
        if (!next.value.some((task) => task.isComplete)) yield context.whenAny(tasks)
      }
    } catch (thrown) {
      show()
      throw thrown
    }
  }
  Object.defineProperty(execute, "name", { value: spec.name })
  return Object.assign(execute, { workflowName: spec.name, spec })
}

type RunSpec = Pick<WorkflowSpec<object, unknown>, "name" | "budget" | "steps">

function openRun(context: WorkflowContext, spec: RunSpec): RunState {
  return {
    context,
    workflow: spec.name,
    id: context.getWorkflowInstanceId(),
    start: context.getCurrentUtcDateTime().getTime(),
    steps: spec.steps ?? {},
    account: openAccount(spec.name, capsOf(spec.budget)),
    phase: "running",
    stepsStarted: 0,
    undo: [],
    waiting: new Set(),
    events: new Map(),
    runOf,
  }
}

function* untilSettled<P extends object, R>(
  state: RunState, spec: WorkflowSpec<P, R>, body: (run: Run, parameters: P) => Flow<R>, input: unknown,
): Flow<R> {
  const parameters = accept(spec.parameters, input ?? {})
  if (!parameters.ok) throw endOf(state, new FlowError("invalid_input", parameters.problems.join("; ")))
  const scope = spec.deadline === undefined
    ? openScope()
    : openDeadline(state.context, { of: "run", lengthMs: durationMs(spec.deadline) })
  const frame: Frame = { state, path: spec.name, scope, account: state.account, names: new Map(), isUndo: false }
  try {
    const result = accept(spec.result, yield* body(runOf(frame), parameters.value))
    if (!result.ok) throw new FlowError("invalid_output", result.problems.join("; "))
    state.phase = "done"
    return result.value
  } catch (thrown) {
    state.phase = "compensating"
    const { undone, failed, unknown } = yield* compensate(frame)
    throw endOf(state, asFlowError(thrown), { undone, undoFailed: failed, undoUnknown: unknown })
  }
}

function endOf(state: RunState, error: FlowError, compensated: Partial<RunFailure> = {}): RunFailed {
  state.phase = "done"
  return new RunFailed({
    v: 1,
    kind: error.kind,
    message: error.message,
    ...(error.step === undefined ? {} : { step: error.step }),
    ...(error.data === undefined ? {} : { data: error.data }),
    undone: [],
    undoFailed: [],
    undoUnknown: [],
    ...compensated,
  })
}
