// Contexts that a worker keeps between turns: whatever is lost, told twice or done by another worker, as a replay would be.

import { WorkflowRuntime } from "@dapr/dapr"
import messages from "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb.js"
import fc from "fast-check"
import { expect, it } from "vitest"
import type { Workflow } from "../../runtime/contract.ts"
import { registerOn, silenceSdk } from "../../runtime/dapr.ts"
import { loadExecutorInside } from "../../runtime/sdk/inside.ts"
import { actionOf, eventMessage } from "../../runtime/sdk/messages.ts"
import type { ExecutorAction, ExecutorEvent } from "../../runtime/sdk/messages.ts"
import type { TurningWorker } from "../../runtime/sdk/turns.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool } from "../harness/callables.ts"

silenceSdk()
const executor = await loadExecutorInside()
const step = testTool("step", { policy: { retry: { times: 2, backoff: { first: "1s" } } } })
const Flow = workflow({ name: "Flow", parameters: objectSchema, result: anything, budget: { calls: 40 } }, function* (run) {
  opened += 1
  const values = yield* run.each("all", [0, 1, 2, 3, 4, 5], { atATime: 3, failures: "skip" }, function* (inner, n) {
    yield* inner.call(step, { n })
    if (n % 2 === 0) yield* inner.sleep("1s")
    return yield* inner.call(step, { n, again: true })
  })
  return values.length
})
/** How often the function was begun: once without a replay. */
let opened = 0

interface Answer {
  readonly actions: readonly ExecutorAction[]
  readonly status: string | undefined
}

type Turn = (past: readonly ExecutorEvent[], fresh: readonly ExecutorEvent[]) => Promise<Answer>

/** The SDK's worker with our workflow on it, without a connection. */
function worker(): Turn {
  const runtime = new WorkflowRuntime({ daprHost: "127.0.0.1", daprPort: "1" })
  registerOn(runtime, { workflows: [Flow as unknown as Workflow], activities: new Map(), onLog: () => undefined }, executor)
  const { worker: turning } = runtime as unknown as { readonly worker: TurningWorker }
  return async (past, fresh) => {
    const request = new messages.OrchestratorRequest()
    request.setInstanceid("flow")
    request.setPasteventsList(past.map(eventMessage))
    request.setNeweventsList(fresh.map(eventMessage))
    let answer: Answer | undefined
    await turning._executeOrchestrator(request, {
      completeOrchestratorTask(response: messages.OrchestratorResponse, told: (error: unknown) => void) {
        answer = { actions: response.getActionsList().map(actionOf), status: response.getCustomstatus()?.getValue() }
        told(null)
      },
    })
    if (answer === undefined) throw new Error("the turn was not answered")
    return answer
  }
}

/** What an action is in a history, and what it leads to. */
function eventsOf(action: ExecutorAction, nowMs: number, isOk: boolean): readonly [ExecutorEvent, ExecutorEvent] | undefined {
  const scheduled = { eventId: action.id, timestampMs: nowMs }
  const outcome = { eventId: -1, timestampMs: nowMs + 10 }
  if (action.kind === "createTimer") {
    const { fireAtMs } = action
    return [{ ...scheduled, kind: "timerCreated", fireAtMs }, { ...outcome, timestampMs: fireAtMs, kind: "timerFired", timerId: action.id, fireAtMs }]
  }
  if (action.kind !== "scheduleTask") return undefined
  const result = JSON.stringify(isOk ? { ok: true, value: action.id } : { ok: false, kind: "unavailable", message: "down" })
  return [{ ...scheduled, kind: "taskScheduled", name: action.name }, { ...outcome, kind: "taskCompleted", taskId: action.id, result }]
}

const kinds = ["taken", "taken", "taken", "lost", "other worker"] as const
const script = fc.array(fc.record({ kind: fc.constantFrom(...kinds), count: fc.integer({ min: 1, max: 3 }), isOk: fc.boolean() }), { minLength: 1, maxLength: 12 })

async function drive(turns: readonly { readonly kind: (typeof kinds)[number]; readonly count: number; readonly isOk: boolean }[]): Promise<{ ends: ExecutorAction; lost: number }> {
  const kept = worker()
  const startMs = Date.UTC(2030, 0, 1)
  let [nowMs, lost] = [startMs, 0]
  let past: ExecutorEvent[] = []
  let pending: ExecutorEvent[] = [{ kind: "executionStarted", eventId: -1, timestampMs: nowMs, name: "Flow", instanceId: "flow", input: "{}" }]
  for (let number = 0; number < 200; number += 1) {
    const { kind, count, isOk } = turns[number % turns.length]!
    nowMs += 1_000
    const taken = pending.slice(0, count)
    const fresh: ExecutorEvent[] = [{ kind: "orchestratorStarted", eventId: -1, timestampMs: nowMs }, ...taken]
    // A worker that has never seen the run knows it from its history alone.
    const replayed = await worker()(past, fresh)
    if (kind !== "other worker") expect(await kept(past, fresh)).toEqual(replayed)
    // An answer that got lost: the same comes again later, with whatever has come meanwhile.
    if (kind === "lost" && lost < 20) {
      lost += 1
      continue
    }
    const end = replayed.actions.find((action) => action.kind === "complete")
    if (end !== undefined) return { ends: end, lost }
    const known = new Set(past.map(({ eventId }) => eventId))
    const next = replayed.actions.flatMap((action) => {
      const events = known.has(action.id) ? undefined : eventsOf(action, nowMs, isOk || number > 100)
      return events === undefined ? [] : [events]
    })
    past = [...past, ...fresh, ...next.map(([scheduled]) => scheduled)]
    pending = [...pending.slice(taken.length), ...next.map(([, outcome]) => outcome)]
  }
  throw new Error("the run does not end")
}

it("property: every turn of a kept context is the turn of a replay", { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(script, async (turns) => {
    expect((await drive(turns)).ends).toMatchObject({ kind: "complete", status: "completed" })
  }), { seed: 81, numRuns: 60 })
})

it("begins the function once where nothing gets in between, and keeps no run that has ended", async () => {
  const kept = worker()
  const before = opened
  const startMs = Date.UTC(2030, 0, 1)
  const started: ExecutorEvent[] = [
    { kind: "orchestratorStarted", eventId: -1, timestampMs: startMs }, { kind: "executionStarted", eventId: -1, timestampMs: startMs, name: "Flow", instanceId: "flow", input: "{}" },
  ]
  const { actions } = await kept([], started)
  const events = actions.flatMap((action) => eventsOf(action, startMs, true) ?? [])
  const past = [...started, ...events.filter(({ kind }) => kind === "taskScheduled")]
  const fresh: ExecutorEvent[] = [{ kind: "orchestratorStarted", eventId: -1, timestampMs: startMs + 5 }, ...events.filter(({ kind }) => kind === "taskCompleted")]
  expect((await kept(past, fresh)).actions.length).toBeGreaterThan(0)
  expect(opened - before).toBe(1)
  // The id again, with a history of its own.
  const again = started.map((event) => ({ ...event, timestampMs: event.timestampMs + 60_000 }))
  await kept([], again)
  expect(opened - before).toBe(2)
})
