// The driver on the SDK's own executor: what the fake host assumes of Dapr's turns is what they are.

import { createRequire } from "node:module"
import { describe, expect, it } from "vitest"
import type { ActivityInput, Envelope, Task, Workflow, WorkflowContext } from "../../runtime/contract.ts"
import { FlowError, parseRunFailure } from "../../runtime/errors.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testHuman, testTool } from "../harness/callables.ts"

const require = createRequire(import.meta.url)
const internal = "@dapr/dapr/workflow/internal/durabletask"

interface PbEvent { setTimestamp(timestamp: unknown): void }
interface PbAction {
  getId(): number
  getScheduletask(): { getName(): string; getInput(): { getValue(): string } } | undefined
  getCreatetimer(): { getFireat(): { toDate(): Date } } | undefined
  getCompleteorchestration(): { getOrchestrationstatus(): number; getResult(): { getValue(): string } | undefined; getFailuredetails(): { getErrortype(): string; getErrormessage(): string } | undefined } | undefined
}
interface SdkContext { instanceId: string; currentUtcDateTime: Date; isReplaying: boolean; callActivity(name: string, input: unknown): Task; createTimer(at: Date): Task; waitForExternalEvent(name: string): Task; setCustomStatus(status: string): void }

const events = require(`${internal}/utils/pb-helper.util`) as Record<string, (...values: unknown[]) => PbEvent>
const { OrchestrationExecutor } = require(`${internal}/worker/orchestration-executor`) as {
  OrchestrationExecutor: new (registry: unknown) => { logger: object; execute(id: string, past: PbEvent[], fresh: PbEvent[]): Promise<{ actions: PbAction[]; customStatus: string }> }
}
const { Registry } = require(`${internal}/worker/registry`) as { Registry: new () => { addNamedOrchestrator(name: string, fn: unknown): void } }
const { WhenAnyTask } = require(`${internal}/task/when-any-task`) as { WhenAnyTask: new (tasks: Task[]) => Task }

const unused = (): never => { throw new Error("not used here") }
const adapted = (sdk: SdkContext): WorkflowContext => ({
  getWorkflowInstanceId: () => sdk.instanceId,
  getCurrentUtcDateTime: () => sdk.currentUtcDateTime,
  isReplaying: () => sdk.isReplaying,
  callActivity: (name, input) => sdk.callActivity(name, input),
  createTimer: (at) => sdk.createTimer(at),
  waitForExternalEvent: (name) => sdk.waitForExternalEvent(name),
  setCustomStatus: (status) => sdk.setCustomStatus(status),
  whenAny: (tasks) => new WhenAnyTask(tasks),
  callChildWorkflow: unused,
  continueAsNew: unused,
})

/** Runs to completion, `together` events to a turn; every turn replays the whole history on a new executor. */
async function runOnSdk(flow: Workflow, script: (name: string, input: ActivityInput) => Envelope | undefined, raise: readonly { after: number; name: string; payload: unknown }[], together: number) {
  const past: PbEvent[] = []
  const pending: PbEvent[] = [events["newExecutionStartedEvent"]?.(flow.workflowName, "run-1", "{}") as PbEvent]
  let now = Date.UTC(2030, 0, 1)
  for (let turn = 0; turn < 200; turn++) {
    for (const { name, payload } of raise.filter(({ after }) => after === turn)) pending.push(events["newEventRaisedEvent"]?.(name, JSON.stringify(payload)) as PbEvent)
    const fresh = [events["newOrchestratorStartedEvent"]?.(new Date(now)) as PbEvent, ...pending.splice(0, together)]
    const registry = new Registry()
    registry.addNamedOrchestrator(flow.workflowName, (sdk: SdkContext, input: unknown) => flow(adapted(sdk), input))
    const executor = new OrchestrationExecutor(registry)
    Object.assign(executor.logger, { info: () => undefined, debug: () => undefined, warn: () => undefined, error: () => undefined })
    const { actions } = await executor.execute("run-1", past, fresh)
    past.push(...fresh)
    now += 1_000
    for (const action of actions) {
      const ended = action.getCompleteorchestration()
      if (ended) return { status: ended.getOrchestrationstatus(), result: ended.getResult()?.getValue(), failure: ended.getFailuredetails() }
      const [task, timer] = [action.getScheduletask(), action.getCreatetimer()]
      if (timer) {
        const at = timer.getFireat().toDate()
        past.push(events["newTimerCreatedEvent"]?.(action.getId(), at) as PbEvent)
        if (at.getTime() < now + 3_600_000) pending.push(events["newTimerFiredEvent"]?.(action.getId(), at) as PbEvent)
      }
      if (task) {
        past.push(events["newTaskScheduledEvent"]?.(action.getId(), task.getName(), task.getInput().getValue()) as PbEvent)
        const envelope = script(task.getName(), JSON.parse(task.getInput().getValue()) as ActivityInput)
        pending.push(envelope
          ? events["newTaskCompletedEvent"]?.(action.getId(), JSON.stringify(envelope)) as PbEvent
          : events["newTaskFailedEvent"]?.(action.getId(), new Error("no such activity")) as PbEvent)
      }
    }
  }
  throw new Error("the run does not end")
}

describe("on the SDK's executor", () => {
  const book = testTool("book", { policy: { retry: { times: 2 } }, compensate(run) { return run.call(testTool("cancel"), {}) } })
  const flow = (fails: boolean) => workflow({ name: "W", parameters: objectSchema, result: anything, deadline: "2d" }, function* (run) {
    const got = yield* run.each("all", [1, 2, 3, 4, 5], { atATime: 3, failures: "skip" }, function* (inner, n) { return yield* inner.call(book, { n }) })
    const verdict = yield* run.call(testHuman("approve", { policy: { timeout: "20h" } }), {})
    if (fails) throw new FlowError("Revision", "again")
    return { got, verdict }
  })
  const script = (name: string, input: ActivityInput): Envelope | undefined => {
    if (name === "cancel" && input.step.includes("all[1]")) return undefined
    const { n } = input.parameters as { n?: number }
    if (n === 2 && input.attempt < 3) return { ok: false, kind: "unavailable", message: "away" }
    return n === 3 ? { ok: false, kind: "denied", message: "no" } : { ok: true, value: n ?? null }
  }
  const raise = [{ after: 2, name: "answer:w/approve", payload: { v: 7 } }, { after: 9, name: "answer:W/approve", payload: { v: "yes" } }]

  it.each([1, 2, 50])("completes with %i events to a turn", async (together) => {
    const { status, result } = await runOnSdk(flow(false), script, raise, together)
    expect([status, JSON.parse(result ?? "")]).toEqual([1, { got: [1, 2, 4, 5], verdict: "yes" }])
  })

  it.each([1, 50])("fails with its record after the undo, with %i events to a turn", async (together) => {
    const { status, failure } = await runOnSdk(flow(true), script, raise, together)
    expect([status, failure?.getErrortype()]).toEqual([3, "RunFailed"])
    expect(parseRunFailure(failure?.getErrormessage() ?? "")).toMatchObject({
      kind: "Revision", message: "again", undone: ["W/all[4]/book", "W/all[3]/book", "W/all[0]/book"],
      undoFailed: [{ kind: "internal", step: "W/all[1]/book/undo/cancel" }],
    })
  })
})
