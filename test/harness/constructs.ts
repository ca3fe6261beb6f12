// The constructs that the in-memory host only imitates, on the official SDK and any host: one suite for all of them.

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "../../runtime/client.ts"
import type { Client } from "../../runtime/client.ts"
import type { Workflow } from "../../runtime/contract.ts"
import { agent, event, setting, tool } from "../../runtime/define.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { startWorker } from "../../runtime/worker.ts"
import type { Worker } from "../../runtime/worker.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, cheap, objectSchema, schemaOf, textSchema } from "./callables.ts"

export interface Host {
  readonly grpcPort: number
  readonly httpPort: number
  close(): Promise<void>
}

const calls: { readonly name: string; readonly parameters: unknown; readonly key: string }[] = []
const recording = (name: string) => (parameters: unknown, { idempotencyKey }: { idempotencyKey: string }): string => {
  calls.push({ name, parameters, key: idempotencyKey })
  return `${name} ${calls.length}`
}
const base = { parameters: objectSchema, result: anything, effect: "writes", idempotent: true } as const
const cancel = tool({ ...base, name: "cancel", run: recording("cancel") })
const book = tool({ ...base, name: "book", run: recording("book"), compensate: (undo, parameters) => undo.call(cancel, parameters) })
const channel = setting({ name: "channel", schema: textSchema, default: "#market" })
const Tick = event({ name: "Tick", schema: schemaOf<{ n: number }>({}, (value) => typeof (value as { n?: unknown } | null)?.n === "number") })
const helper = agent({ name: "helper", parameters: objectSchema, result: textSchema, models: [{ model: cheap }], prompt: () => "Hi", memory: { by: () => "k" } })
const plain = { parameters: objectSchema, result: anything } as const

const Child = workflow({ ...plain, name: "Child", settings: [channel] }, function* (run, { n, ends }) {
  yield* run.call(book, { n })
  if (ends === "badly") throw new FlowError("Sold", "out", { n })
  if (ends === "never") yield* run.sleep("1d")
  return run.setting(channel)
})
const Parent = workflow({ ...plain, name: "Parent", budget: { calls: 9 } }, function* (run) {
  const value = yield* run.call(Child, { n: 1 })
  try { yield* run.call(Child, { n: 2, ends: "badly" }) } catch (thrown) {
    const error = caught(thrown)
    if (!catches(error, "Sold")) throw thrown
    return [value, error.message, error.data]
  }
  return "not reached"
})
const Patient = workflow({ ...plain, name: "Patient" }, function* (run) {
  yield* run.call(book, { n: "parent" })
  return yield* run.call(Child, { n: 3, ends: "never" })
})
const Rounds = workflow({ ...plain, name: "Rounds", undos: () => [cancel] }, function* (run, { round = 1 }) {
  yield* run.call(book, { round })
  const tick = yield* run.waitFor(Tick, { by: ({ n }) => n === round })
  if ((round as number) < 3) return run.continueAsNew({ round: (round as number) + 1 })
  throw new FlowError("Enough", `after ${tick.n}`)
})
const Together = workflow({ ...plain, name: "Together" }, function* (run) {
  const first = yield* run.race("first", { *tick(run) { return yield* run.waitFor(Tick) }, *pause(run) { yield* run.sleep("1s") } })
  const { a, b } = yield* run.parallel("both", { a: (run) => run.call(helper, {}), b: (run) => run.call(helper, {}) })
  return { winner: first.winner, lengths: [typeof a, typeof b] }
})

const quickly = { timeoutMs: 60_000, pollMs: 20 }

/** `limitMs` is for the start of the host, and for each test. */
export function constructsOn(name: string, limitMs: number, openHost: () => Promise<Host>): void {
  describe(`constructs on ${name}`, { timeout: limitMs }, () => {
    let host: Host
    let worker: Worker
    let client: Client

    beforeAll(async () => {
      host = await openHost()
      const variables = {
        DAPR_GRPC_PORT: String(host.grpcPort), DAPR_HTTP_PORT: String(host.httpPort), AGENTFLOW_LOG: "silent",
        AGENTFLOW_PROVIDER: "offline", AGENTFLOW_SETTINGS: JSON.stringify({ channel: "#test" }),
      }
      const workflows = [Child, Parent, Patient, Rounds, Together] as readonly unknown[] as readonly Workflow[]
      worker = await startWorker({ app: "test", workflows, callables: [book, cancel, helper] }, { variables, write: () => undefined })
      client = await connect({ variables })
    }, limitMs)

    afterAll(async () => {
      await worker.stop()
      await client.close()
      await host.close()
    }, limitMs)

    it("calls child workflows: values, typed errors, settings, and what they spent", async () => {
      const run = await client.start(Parent, {})
      const finished = await run.wait(quickly)
      expect(finished).toMatchObject({ ok: true, value: ["#test", "out", { n: 2 }] })
      expect(finished.run.status).toMatchObject({ spent: { calls: 2 }, reserved: { calls: 0 } })
      expect(calls.filter(({ name, parameters }) => name === "cancel" && (parameters as { n: unknown }).n === 2)).toHaveLength(1)
    })

    it("passes a cancel on to the child, and undoes both", async () => {
      const run = await client.start(Patient, {})
      const started = (): boolean => calls.some(({ name, parameters }) => name === "book" && (parameters as { n: unknown }).n === 3)
      await expect.poll(started, { timeout: 30_000 }).toBe(true)
      await run.cancel()
      expect(await run.wait(quickly)).toMatchObject({ ok: false, error: { kind: "cancelled", undone: ["Patient/book"] } })
      expect(calls.slice(-2).map(({ name, parameters }) => [name, parameters])).toEqual([["cancel", { n: 3 }], ["cancel", { n: "parent" }]])
    })

    it("continues as new with events and undos, and undoes over all histories", async () => {
      const run = await client.start(Rounds, {})
      for (const n of [3, 1, 2]) await run.raiseEvent("tick", { n })
      expect(await run.wait(quickly)).toMatchObject({
        ok: false, error: { kind: "Enough", message: "after 3", undone: ["Rounds#3/book", "Rounds#2/book", "Rounds/book"] },
      })
      const ofRounds = calls.filter(({ parameters }) => (parameters as { round?: number }).round !== undefined)
      expect(ofRounds.map(({ name, parameters }) => `${name} ${(parameters as { round: number }).round}`)).toEqual([
        "book 1", "book 2", "book 3", "cancel 3", "cancel 2", "cancel 1",
      ])
      expect(new Set(ofRounds.map(({ key }) => key)).size).toBe(6)
    })

    it("races a wait with time, and remembers in the state store", async () => {
      const run = await client.start(Together, {})
      expect(await run.wait(quickly)).toMatchObject({ ok: true, value: { winner: "pause", lengths: ["string", "string"] } })
    })
  })
}
