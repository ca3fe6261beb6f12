// Watches a workflow function from outside: when its steps began and ended in workflow time, and how the run ended.

import type { Task, Workflow, WorkflowContext } from "../contract.ts"
import { parseRunFailure } from "../errors.ts"
import { readInput } from "../flow/carry.ts"
import type { RunEnd, StepFacts } from "./telemetry.ts"

interface Watched {
  readonly step: string
  readonly tasks: Task[]
  readonly startedAtMs: number
  endedAtMs: number
  /** How many of the tasks were seen complete. */
  completed: number
}

/** Workflow time is the same on every replay, so a run that was resumed elsewhere tells the same steps. */
export function observed(workflow: Workflow, ended: (end: RunEnd) => void): Workflow {
  async function* execute(context: WorkflowContext, input: unknown): AsyncGenerator<Task, unknown, unknown> {
    const steps = new Map<string, Watched>()
    const nowMs = (): number => context.getCurrentUtcDateTime().getTime()
    const startedAtMs = nowMs()
    const { cause } = readInput(input)
    const told = (failure?: unknown): void => {
      if (context.isReplaying()) return
      const message = failure instanceof Error ? failure.message : String(failure)
      const { kind = "internal", message: text = message } = failure === undefined ? {} : parseRunFailure(message) ?? {}
      ended({
        run: context.getWorkflowInstanceId(),
        workflow: workflow.workflowName,
        startedAtMs,
        endedAtMs: nowMs(),
        ...(cause === undefined ? {} : { cause }),
        steps: [...steps.values()].map(factsOf),
        ...(failure === undefined ? {} : { failure: { kind, message: text } }),
      })
    }
    const inner = workflow(watching(context, steps, nowMs), input)
    try {
      for (let next = await inner.next(); ; ) {
        if (next.done) {
          told()
          return next.value
        }
        const resumed: unknown = yield next.value
        settle(steps, nowMs())
        next = await inner.next(resumed)
      }
    } catch (thrown) {
      told(thrown)
      throw thrown
    }
  }
  Object.defineProperty(execute, "name", { value: workflow.name })
  const { kind, workflowName, spec } = workflow
  return Object.assign(execute, { kind, workflowName, spec })
}

function watching(context: WorkflowContext, steps: Map<string, Watched>, nowMs: () => number): WorkflowContext {
  const watched = (step: string, task: Task): Task => {
    const known = steps.get(step)
    const atMs = nowMs()
    if (known === undefined) steps.set(step, { step, tasks: [task], startedAtMs: atMs, endedAtMs: atMs, completed: 0 })
    else known.tasks.push(task)
    return task
  }
  return {
    getWorkflowInstanceId: () => context.getWorkflowInstanceId(),
    getCurrentUtcDateTime: () => context.getCurrentUtcDateTime(),
    isReplaying: () => context.isReplaying(),
    callActivity: (name, input) => watched(input.step, context.callActivity(name, input)),
    createTimer: (fireAt) => context.createTimer(fireAt),
    waitForExternalEvent: (name) => context.waitForExternalEvent(name),
    callChildWorkflow: (name, input, instanceId) => watched(readInput(input).cause?.step ?? name, context.callChildWorkflow(name, input, instanceId)),
    continueAsNew: (input, saveEvents) => context.continueAsNew(input, saveEvents),
    setCustomStatus: (status) => context.setCustomStatus(status),
    ...(context.showStatus === undefined ? {} : { showStatus: (make) => context.showStatus?.(make) }),
    whenAny: (tasks) => context.whenAny(tasks),
    ...(context.log === undefined ? {} : { log: (entry) => context.log?.(entry) }),
  }
}

function settle(steps: ReadonlyMap<string, Watched>, nowMs: number): void {
  for (const step of steps.values()) {
    if (step.completed === step.tasks.length || step.tasks.at(-1)?.isComplete !== true) continue
    step.completed = step.tasks.length
    step.endedAtMs = nowMs
  }
}

function factsOf({ step, tasks, startedAtMs, endedAtMs }: Watched): StepFacts {
  return { step, startedAtMs, endedAtMs, attempts: tasks.length }
}
