// The faults of the SDK and of daprd, one test each, as what is written in the language meets them: with our runtime and client.

import { randomUUID } from "node:crypto"
import { DaprWorkflowClient } from "@dapr/dapr"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "../../runtime/client.ts"
import type { Client } from "../../runtime/client.ts"
import type { Flow, Run, Workflow } from "../../runtime/contract.ts"
import { event } from "../../runtime/define.ts"
import { caught, FlowError, ToolError } from "../../runtime/errors.ts"
import { startWorker } from "../../runtime/worker.ts"
import type { Worker } from "../../runtime/worker.ts"
import { workflow } from "../../runtime/workflow.ts"
import { connect as connectOwn } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { anything, objectSchema, testTool } from "./callables.ts"
import type { Fields } from "./callables.ts"
import type { Host } from "./constructs.ts"
import { startProxy } from "./proxy.ts"
import type { Proxy } from "./proxy.ts"

export interface FaultyHost extends Host {
  readonly kind: "sidecar" | "daprd"
}

const reached = new Map<string, number>()
const gates = new Map<string, { readonly opened: Promise<void>; readonly open: () => void }>()

function gateOf(name: string): { readonly opened: Promise<void>; readonly open: () => void } {
  const known = gates.get(name)
  if (known) return known
  let open = (): void => undefined
  const made = { opened: new Promise<void>((resolve) => { open = resolve }), open: () => open() }
  gates.set(name, made)
  return made
}

const untilReached = (name: string): Promise<void> =>
  expect.poll(() => reached.get(name) ?? 0, { timeout: 30_000 }).toBeGreaterThan(0)

/** Holds until its gate is opened, then gives its answer. */
const gated = testTool("gated", {
  idempotent: true,
  async run({ gate, answer }) {
    reached.set(String(gate), (reached.get(String(gate)) ?? 0) + 1)
    await gateOf(String(gate)).opened
    return answer ?? null
  },
})
const crowd = { now: 0, most: 0 }
const pause = testTool("pause", {
  effect: "reads",
  async run({ ms = 0, fails = false }) {
    crowd.most = Math.max(crowd.most, ++crowd.now)
    await new Promise((resolve) => setTimeout(resolve, Number(ms)))
    crowd.now--
    if (fails === true) throw new ToolError("Sold", "sold out")
    return ms
  },
})
const echo = testTool("echo", { effect: "reads", run: ({ value }) => value ?? null })
/** Longer than daprd waits for an answer to its ping: 10 seconds to the ping, 5 for the answer. */
const blockedMs = 17_000
/** Blocks the event loop of its worker, once. */
const blocks = testTool("blocks", {
  idempotent: true,
  run() {
    const isFirst = !reached.has("blocked")
    reached.set("blocked", (reached.get("blocked") ?? 0) + 1)
    if (isFirst) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs)
    return isFirst ? "blocked" : "free"
  },
})
const large = testTool("large", { effect: "reads", run: ({ bytes }) => "x".repeat(Number(bytes)) })
const throwing: Readonly<Record<string, () => unknown>> = {
  typed: () => new ToolError("Sold", "sold out", { data: { seats: 0 } }), null: () => null, text: () => "just text",
  empty: () => new Error(""), code: () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
}
const throws = testTool("throws", { effect: "reads", run: ({ how }) => { throw throwing[String(how)]?.() } })
const Go = event({ name: "Go", schema: anything })

const plain = { parameters: objectSchema, result: anything } as const
const declared: Workflow[] = []
function flow(name: string, body: (run: Run, parameters: Fields) => Flow<unknown>): Workflow<Fields, unknown> {
  const made = workflow({ ...plain, name }, body)
  declared.push(made as unknown as Workflow)
  return made
}

const Gated = flow("Gated", function* (run, { gate, answer }) {
  return yield* run.call(gated, { gate, answer })
})
const Blocked = flow("Blocked", function* (run) {
  return [yield* run.call(blocks, {}), yield* run.call(echo, { value: "on" })]
})
const Crowd = flow("Crowd", function* (run) {
  const part = (name: string) => (inner: Run): Flow<unknown[]> =>
    inner.each(name, Array.from({ length: 60 }, (_, index) => index), { atATime: 60 }, (one) => one.call(pause, { ms: 100 }))
  const { a, b, c } = yield* run.parallel("all", { a: part("a"), b: part("b"), c: part("c") })
  return [a, b, c].map((values) => (values as unknown[]).length)
})
const WaitsAndGoes = flow("WaitsAndGoes", function* (run) {
  const heard = yield* run.waitFor(Go)
  return [heard, yield* run.call(echo, { value: "on" })]
})
const All = flow("All", function* (run) {
  const none = yield* run.each("none", [], { atATime: 4 }, (one) => one.call(pause, { ms: 1 }))
  const some = yield* run.each("some", [30, 1, 15], { atATime: 3 }, (one, ms) => one.call(pause, { ms }))
  return [none, some]
})
/** The failure comes first, or last; the others finish after it, or before. */
const CaughtAll = flow("CaughtAll", function* (run, { failsAt }) {
  const found: unknown[] = []
  try {
    yield* run.parallel("both", {
      bad: (one) => one.call(pause, { ms: failsAt === "first" ? 1 : 80, fails: true }),
      good: (one) => one.call(pause, { ms: failsAt === "first" ? 80 : 1 }),
    })
  } catch (thrown) {
    found.push(caught(thrown).kind)
  }
  found.push(yield* run.call(echo, { value: "afterwards" }))
  return found
})
const ReadyBefore = flow("ReadyBefore", function* (run) {
  const { slow, quick } = yield* run.parallel("late", {
    *slow(one) {
      yield* one.call(pause, { ms: 60 })
      return yield* one.parallel("inner", { *done() { return "done" }, next: (two) => two.call(echo, { value: "next" }) })
    },
    quick: (one) => one.call(echo, { value: "quick" }),
  })
  return [slow, quick]
})
const Renewed = flow("Renewed", function* (run, { round, name }) {
  if (round === 2) return yield* run.call(gated, { gate: `${name}-new`, answer: "new" })
  yield* run.race("either", {
    old: (one) => one.call(gated, { gate: `${name}-old`, answer: "old" }), *go(one) { return yield* one.waitFor(Go) },
  })
  return run.continueAsNew({ round: 2, name })
})
const Falsy = flow("Falsy", function* (run, parameters) {
  const values: unknown[] = []
  for (const value of [0, false, "", null]) values.push(yield* run.call(echo, { value }))
  return { parameters, values }
})
const Large = flow("Large", function* (run, { bytes }) {
  try {
    return (yield* run.call(large, { bytes }) as Flow<string>).length
  } catch (thrown) {
    return caught(thrown).kind
  }
})
const Grows = flow("Grows", function* (run, { bytes, times }) {
  let sum = 0
  for (let number = 0; number < Number(times); number++) sum += (yield* run.call(large, { bytes }) as Flow<string>).length
  return sum
})
const Types = flow("Types", function* (run) {
  const kinds: unknown[] = []
  for (const how of Object.keys(throwing)) {
    try {
      yield* run.call(throws, { how }, { as: how })
    } catch (thrown) {
      const { kind, message, data } = caught(thrown)
      kinds.push([how, kind, message, ...(data === undefined ? [] : [data])])
    }
  }
  return kinds
})
const Fails = flow("Fails", function* () {
  yield* []
  throw new FlowError("Sold", "sold out", { seats: 0 })
})
const CatchesChild = flow("CatchesChild", function* (run) {
  try {
    return yield* run.call(Fails, {})
  } catch (thrown) {
    const { kind, message, data } = caught(thrown)
    return [kind, message, data]
  }
})
const SecondWait = flow("SecondWait", function* (run) {
  const first = yield* run.race("first", { *go(one) { return yield* one.waitFor(Go) }, *late(one) { yield* one.sleep("1s") } })
  yield* run.call(gated, { gate: run.id })
  return [first.winner, yield* run.waitFor(Go)]
})

const quickly = { timeoutMs: 60_000, pollMs: 20 }

/** `limitMs` is for the start of the host, and for each test. */
export function sdkFaultsOn(name: string, limitMs: number, openHost: () => Promise<FaultyHost>): void {
  describe(`faults of the SDK and of daprd, on ${name}`, { timeout: limitMs }, () => {
    let host: FaultyHost
    let proxy: Proxy
    let worker: Worker
    let client: Client
    let own: TaskHubClient
    let withoutWorker: unknown
    const tested = async (body: Workflow<Fields, unknown>, parameters: Fields = {}): Promise<unknown> => {
      const finished = await (await client.start(body, parameters)).wait(quickly)
      return finished.ok ? finished.value : finished.error
    }

    beforeAll(async () => {
      host = await openHost()
      proxy = await startProxy(host.grpcPort)
      const ports = { DAPR_HTTP_PORT: String(host.httpPort), AGENTFLOW_LOG: "silent", AGENTFLOW_PROVIDER: "offline" }
      const direct = { ...ports, DAPR_GRPC_PORT: String(host.grpcPort) }
      own = connectOwn({ grpcPort: host.grpcPort, deadlineMs: 30_000 })
      const hasty = await connect({ variables: direct, callTimeoutMs: 1_000 })
      withoutWorker = await hasty.start(Falsy, {}, { id: "early" }).then(({ id }) => id, (error: Error) => error.name)
      await hasty.close()
      worker = await startWorker(
        { app: "test", workflows: declared, callables: [gated, blocks, pause, echo, large, throws] },
        { variables: { ...ports, DAPR_GRPC_PORT: String(proxy.port) }, write: () => undefined },
      )
      client = await connect({ variables: direct })
    }, limitMs)

    afterAll(async () => {
      for (const gate of gates.values()) gate.open()
      await worker.stop()
      await client.close()
      own.close()
      await proxy.close()
      await host.close()
    }, limitMs)

    it("a call that hangs without a worker: it ends, and the run is there when a worker comes", async () => {
      expect(withoutWorker).toBe(host.kind === "daprd" ? "DeadlineError" : "early")
      // daprd may or may not keep a start that it has not answered: under its id it can be made again.
      if (host.kind === "daprd") {
        await client.start(Falsy, {}, { id: "early" }).catch((error: Error) => expect(error.message).toContain("already exists"))
      }
      expect(await client.wait("early", quickly)).toMatchObject({ ok: true })
    })

    it("a worker that dies at the first broken stream: it is built again, and its runs go on", async () => {
      const run = await client.start(Gated, { gate: "broken", answer: "whole" })
      await untilReached("broken")
      const before = worker.restarts()
      proxy.cut()
      await expect.poll(() => worker.restarts(), { timeout: 30_000 }).toBeGreaterThan(before)
      gateOf("broken").open()
      expect(await run.wait(quickly)).toMatchObject({ ok: true, value: "whole" })
      expect(await tested(Falsy)).toMatchObject({ parameters: {} })
    })

    it("an event loop that a step blocks for longer than daprd's pings wait: the run goes on, and so does the worker", async () => {
      const before = worker.restarts()
      const run = await client.start(Blocked, {})
      const ended = await run.wait(quickly)
      // daprd gives the connection up, and the step to whoever is there next; our sidecar waits.
      expect(ended).toMatchObject({ ok: true, value: [host.kind === "daprd" ? expect.stringMatching(/^(blocked|free)$/) : "blocked", "on"] })
      if (host.kind === "daprd") expect(worker.restarts()).toBeGreaterThan(before)
      else expect([worker.restarts(), reached.get("blocked")]).toEqual([before, 1])
      expect(await tested(Falsy)).toMatchObject({ parameters: {} })
    })

    it("work items beyond 10 running and 100 queued that are dropped: 180 at once all end", async () => {
      crowd.most = 0
      expect(await tested(Crowd)).toEqual([60, 60, 60])
      expect(crowd.most).toBeGreaterThan(10)
    })

    it("a second suspend that loops for ever after a resume: the run goes on, and so does the worker", async () => {
      const run = await client.start(WaitsAndGoes, {})
      await own.suspend(run.id)
      await own.suspend(run.id)
      // The official client sends it all the same.
      await suspendAgain(host.grpcPort, run.id)
      await run.raiseEvent("go", 1)
      await own.resume(run.id)
      expect(await run.wait(quickly)).toMatchObject({ ok: true, value: [1, "on"] })
      expect(await tested(All)).toEqual([[], [30, 1, 15]])
    })

    it("whenAll of nothing, which hangs: gives nothing", async () => {
      expect(await tested(All)).toEqual([[], [30, 1, 15]])
    })

    it("whenAll over a task that has ended, which hangs: goes on", async () => {
      expect(await tested(ReadyBefore)).toEqual([{ done: "done", next: "next" }, "quick"])
    })

    it("whenAll with a caught failure before another end, which fails the run: it goes on", async () => {
      expect(await tested(CaughtAll, { failsAt: "first" })).toEqual(["Sold", "afterwards"])
    })

    it("whenAll with a failure in the last to end, which can't be caught: is caught", async () => {
      expect(await tested(CaughtAll, { failsAt: "last" })).toEqual(["Sold", "afterwards"])
    })

    it("a stale result of an activity after continue-as-new: the new history gets its own", async () => {
      const name = randomUUID()
      const run = await client.start(Renewed, { round: 1, name })
      await untilReached(`${name}-old`)
      await run.raiseEvent("go", 1)
      gateOf(`${name}-old`).open()
      await untilReached(`${name}-new`)
      gateOf(`${name}-new`).open()
      expect(await run.wait(quickly)).toMatchObject({ ok: true, value: "new" })
    })

    it("a stale result of an activity after reuse of an id: the new run never ends with it", async () => {
      const id = randomUUID()
      const old = await client.start(Gated, { gate: `${id}-old`, answer: "old" }, { id })
      await untilReached(`${id}-old`)
      await old.terminate()
      // daprd refuses the id while the activity runs.
      const next = client.start(Gated, { gate: `${id}-new`, answer: "new" }, { id })
      const started = await next.then(() => true, () => false)
      gateOf(`${id}-old`).open()
      gateOf(`${id}-new`).open()
      if (!started) {
        await expect.poll(async () => client.start(Gated, { gate: `${id}-new`, answer: "new" }, { id }).then(() => true, () => false), { timeout: 40_000 }).toBe(true)
      }
      expect(await client.wait(id, quickly)).toMatchObject({ ok: true, value: "new" })
    })

    it("falsy inputs that vanish: arrive, in and out", async () => {
      const parameters = { zero: 0, no: false, empty: "", nothing: null }
      expect(await tested(Falsy, parameters)).toEqual({ parameters, values: [0, false, "", null] })
    })

    it("a result over 4 MiB, which stalls its activity: is a failure that can be caught", async () => {
      expect(await tested(Large, { bytes: 5 * 1024 * 1024 })).toBe("too_large")
      expect(await tested(Large, { bytes: 1024 * 1024 })).toBe(1024 * 1024)
    })

    it("a history over 4 MiB, which stalls on daprd: reading and waiting say so instead of failing within the SDK", async () => {
      const bytes = 1.5 * 1024 * 1024
      const run = await client.start(Grows, { bytes, times: 3 })
      if (host.kind === "sidecar") {
        expect(await run.wait(quickly)).toMatchObject({ ok: true, value: 3 * bytes })
      } else {
        await expect(run.wait(quickly)).rejects.toMatchObject({
          name: "StalledError", message: expect.stringMatching(new RegExp(`^run ${run.id} is stalled: .* start daprd with a larger --max-body-size`)),
        })
        await expect(client.status(run.id)).rejects.toMatchObject({ name: "StalledError" })
        // Our own client has a name for it: it runs, and waits for help.
        expect(await own.get(run.id)).toMatchObject({ status: "running" })
      }
      expect(await tested(Falsy)).toMatchObject({ parameters: {} })
    })

    it("error types that are lost: kinds, messages and data arrive, whatever was thrown", async () => {
      expect(await tested(Types)).toEqual([
        ["typed", "Sold", "sold out", { seats: 0 }], ["null", "internal", "the code threw null instead of an Error"],
        ["text", "internal", "just text"], ["empty", "internal", expect.any(String)],
        ["code", "network", "connect (ECONNREFUSED)"],
      ])
      expect(await tested(CatchesChild)).toEqual(["Sold", "sold out", { seats: 0 }])
    })

    it("an event that is swallowed by a wait which lost its race: the next wait hears it", async () => {
      const run = await client.start(SecondWait, {})
      await untilReached(run.id)
      await run.raiseEvent("go", "heard")
      gateOf(run.id).open()
      expect(await run.wait(quickly)).toMatchObject({ ok: true, value: ["late", "heard"] })
    })
  })
}

/** Past our own client's look at the status. */
async function suspendAgain(grpcPort: number, id: string): Promise<void> {
  const official = new DaprWorkflowClient({ daprHost: "127.0.0.1", daprPort: String(grpcPort) })
  await official.suspendWorkflow(id)
  await official.stop()
}
