// The workflows and activities that every host runs: small, and each written for one question.

import type { WorkflowContext } from "@dapr/dapr"
import messages from "@dapr/dapr/workflow/internal/durabletask/proto/orchestrator_service_pb.js"
import { StringValue } from "google-protobuf/google/protobuf/wrappers_pb.js"
import { gate } from "../harness.ts"
import type { Program } from "../harness.ts"

/** Names of gates that activities wait at, opened by the cases. */
export const gates = new Map<string, ReturnType<typeof gate>>()
/** How often an activity ran, by the key it was given. */
export const calls = new Map<string, number>()

export function closeGate(name: string): ReturnType<typeof gate> {
  const made = gate()
  gates.set(name, made)
  return made
}

function count(key: string): number {
  const number = (calls.get(key) ?? 0) + 1
  calls.set(key, number)
  return number
}

class TransferError extends Error {}

const activities: Program["activities"] = {
  echo: (input) => input,
  add: ({ a, b }: { a: number; b: number }) => a + b,
  kind: (input: unknown) => input === undefined ? "undefined" : JSON.stringify(input),
  nothing: () => undefined,
  text: (length: number) => "x".repeat(length),
  count: (key: string) => count(key),
  step: ({ key, value }: { key: string; value: unknown }) => ({ value, run: count(`${key} ${String(value)}`) }),
  slow: (input) => new Promise((resolve) => setTimeout(() => resolve(input), 5)),
  date: () => new Date(0),
  notANumber: () => Number.NaN,
  map: () => new Map([[1, 2]]),
  big: () => 10n,
  fail: (message: string) => { throw new TransferError(message) },
  failText: () => { throw "a text" as unknown as Error },
  about: (_input, context) => ({ instance: context.getWorkflowInstanceId(), task: context.getWorkflowActivityId() }),
  async gated(name: string) {
    count(name)
    await gates.get(name)?.opened
    return name
  },
}

/** The part of the SDK's own context that no workflow sees. */
interface Sending {
  nextSequenceNumber(): number
  readonly _pendingActions: Record<number, messages.OrchestratorAction>
}

interface Child { readonly child: string; readonly input?: unknown; readonly id?: string }
type Step = { readonly key: string; readonly count: number }

const sequences: Program["workflows"] = {
  async *nothing() { return undefined },
  async *constant(_context, value: unknown) { return value },
  async *call(context, { name, input }: { name: string; input?: unknown }) {
    return yield context.callActivity(name, input) as never
  },
  async *sequence(context, start: number) {
    let sum = start
    for (let i = 0; i < 5; i++) sum = yield context.callActivity("add", { a: sum, b: i }) as never
    return sum
  },
  async *steps(context, { key, count: number }: Step) {
    const results: unknown[] = []
    for (let value = 1; value <= number; value++) results.push(yield context.callActivity("step", { key, value }) as never)
    return results
  },
  async *kinds(context, inputs: readonly unknown[]) {
    const kinds: unknown[] = []
    for (const input of inputs) kinds.push(yield context.callActivity("kind", input) as never)
    return kinds
  },
  async *fanOut(context, width: number) {
    const tasks = Array.from({ length: width }, (_, index) => context.callActivity("slow", index + 1))
    const all: number[] = yield context.whenAll(tasks as never) as never
    return all.reduce((sum, one) => sum + one, 0)
  },
  async *forget(context, key: string) {
    context.callActivity("count", key)
    return "done"
  },
  async *replaying(context) {
    const seen = [context.isReplaying()]
    yield context.callActivity("echo", 1) as never
    seen.push(context.isReplaying())
    return seen
  },
  async *clock(context) {
    const before = context.getCurrentUtcDateTime().getTime()
    yield context.callActivity("slow", 1) as never
    return [before, context.getCurrentUtcDateTime().getTime()]
  },
  async *identity(context) { return context.getWorkflowInstanceId() },
  async *ids(context) {
    yield context.callActivity("echo", 1) as never
    yield context.createTimer(0.01) as never
    yield context.callChildWorkflow("constant", 1) as never
    yield context.waitForExternalEvent("go") as never
    return "end"
  },
}

const failures: Program["workflows"] = {
  async *throws(_context, message: string) { throw new RangeError(message) },
  async *catches(context, { name, input }: { name: string; input?: unknown }) {
    try {
      yield context.callActivity(name, input) as never
      return "not reached"
    } catch (error) {
      const { message, details } = error as Error & { details?: { errorType: string } }
      const type: unknown = details?.errorType
      return yield context.callActivity("echo", { message, ...(type === undefined ? {} : { type }) }) as never
    }
  },
  async *retries(context, key: string) {
    for (let attempt = 1; ; attempt++) {
      const run: number = yield context.callActivity("count", key) as never
      if (run >= 3) return attempt
      yield context.createTimer(0.02) as never
    }
  },
  /** Asks for another activity on replay than it did at first. */
  async *wavering(context, key: string) {
    const replayed = context.isReplaying()
    yield context.callActivity(replayed ? "kind" : "count", key) as never
    return "not reached"
  },
  async *bigResult() { return 10n },
}

const waiting: Program["workflows"] = {
  async *timer(context, seconds: number) {
    const before = context.getCurrentUtcDateTime().getTime()
    yield context.createTimer(seconds) as never
    return context.getCurrentUtcDateTime().getTime() - before
  },
  async *timerAt(context, at: string) {
    yield context.createTimer(new Date(at)) as never
    return "fired"
  },
  async *timers(context) {
    const [slow, fast] = [context.createTimer(0.3), context.createTimer(0.05)]
    const first: unknown = yield context.whenAny([slow, fast] as never) as never
    return first === fast ? "fast" : "slow"
  },
  /** What no official context offers: an event for another instance, as other SDKs send it. */
  async *sends(context, { to, name, data }: { to: string; name: string; data: unknown }) {
    const { _innerContext: inner } = context as unknown as { readonly _innerContext?: Sending }
    if (!inner) throw new Error("this context keeps the official one to itself")
    const event = new messages.SendEventAction()
    event.setInstance(new messages.OrchestrationInstance().setInstanceid(to))
    event.setName(name)
    event.setData(new StringValue().setValue(JSON.stringify(data)))
    const action = new messages.OrchestratorAction()
    action.setId(inner.nextSequenceNumber())
    action.setSendevent(event)
    inner._pendingActions[action.getId()] = action
    yield context.createTimer(0.01) as never
    return "sent"
  },
  async *waitFor(context, name: string) { return yield context.waitForExternalEvent(name) as never },
  async *waitForMany(context, names: readonly string[]) {
    const got: unknown[] = []
    for (const name of names) got.push(yield context.waitForExternalEvent(name) as never)
    return got
  },
  async *gatedThenWait(context, { gate: name, events }: { gate: string; events: readonly string[] }) {
    yield context.callActivity("gated", name) as never
    const got: unknown[] = []
    for (const event of events) got.push(yield context.waitForExternalEvent(event) as never)
    return got
  },
  async *race(context, seconds: number) {
    const event = context.waitForExternalEvent("go")
    const winner: unknown = yield context.whenAny([event, context.createTimer(seconds)] as never) as never
    return winner === event ? "event" : "timer"
  },
  async *lostWaiter(context) {
    const lost = context.waitForExternalEvent("go")
    yield context.whenAny([lost, context.createTimer(0.02)] as never) as never
    const second: unknown = yield context.whenAny([context.waitForExternalEvent("go"), context.createTimer(60)] as never) as never
    return (second as { getResult(): unknown }).getResult()
  },
  async *status(context) {
    context.setCustomStatus("half way")
    yield context.waitForExternalEvent("go") as never
    context.setCustomStatus("nearly")
    return "done"
  },
}

const composed: Program["workflows"] = {
  async *parent(context, { child, input, id }: Child) {
    return yield context.callChildWorkflow(child, input, id) as never
  },
  async *catchesChild(context, { child, input, id }: Child) {
    try {
      yield context.callChildWorkflow(child, input, id) as never
      return "not reached"
    } catch (error) {
      const { message, details } = error as Error & { details?: { errorType: string } }
      return yield context.callActivity("echo", { message, type: details?.errorType }) as never
    }
  },
  async *rounds(context, round: number) {
    if (round >= 30) return round
    yield context.callActivity("echo", round) as never
    context.continueAsNew(round + 1, false)
    return undefined
  },
  async *spins(context, round: number) {
    if (round >= 25) return round
    context.continueAsNew(round + 1, false)
    return undefined
  },
  async *renewWithout(context, input: number | undefined) {
    if (input === undefined) return "nothing came"
    context.continueAsNew(0, false)
    return undefined
  },
  async *collect(context, { keep, seen }: { keep: boolean; seen: readonly unknown[] }) {
    yield* gatedOnce(context, seen.length === 0 ? `collect ${context.getWorkflowInstanceId()}` : "")
    const event: unknown = yield context.waitForExternalEvent("tick") as never
    const all = [...seen, event]
    if (all.length === 2) return all
    context.continueAsNew({ keep, seen: all }, keep)
    return undefined
  },
  async *staleAcrossGenerations(context, { round, name }: { round: number; name: string }) {
    if (round === 2) return yield context.callActivity("gated", `${name}-new`) as never
    const old = context.callActivity("gated", `${name}-old`)
    yield context.whenAny([old, context.waitForExternalEvent("renew")] as never) as never
    context.continueAsNew({ name, round: 2 }, false)
    return undefined
  },
}

async function* gatedOnce(context: WorkflowContext, name: string) {
  if (name) yield context.callActivity("gated", name) as never
}

export const program: Program = { activities, workflows: { ...sequences, ...failures, ...waiting, ...composed } }
