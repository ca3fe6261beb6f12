// Topics, schedules, HTTP and concurrency on our sidecar, and what two workers decide about one occasion.

import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Concurrency, Workflow } from "../../runtime/contract.ts"
import { createStarter, runIdOf } from "../../runtime/triggers/starter.ts"
import type { RunStarter } from "../../runtime/triggers/starter.ts"
import { daprSchedule, jobsOf, scheduleJobs } from "../../runtime/triggers/jobs.ts"
import { beginPatiently } from "../../runtime/triggers/patience.ts"
import { workflow } from "../../runtime/workflow.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { expectTriggers, freePort, openWorld } from "../harness/triggered.ts"
import { memoryState, record, schemaOf } from "./helpers.ts"

it("starts runs from outside on the embedded sidecar", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-triggers-"))
  const appPort = await freePort()
  const sidecar = await startSidecar({
    file: join(folder, "runs.db"), pubsubs: ["pubsub"], apps: { agentflow: `http://127.0.0.1:${appPort}` },
  })
  const world = await openWorld(sidecar, appPort)
  try {
    await expectTriggers(world)
  } finally {
    await world.close()
    await sidecar.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

interface Hosted extends RunStarter {
  readonly starts: string[]
  readonly states: Map<string, "running" | "completed">
}

function host(): Hosted {
  const starts: string[] = []
  const states = new Map<string, "running" | "completed">()
  return {
    starts,
    states,
    start(_name, _input, id) {
      starts.push(id)
      states.set(id, "running")
      return Promise.resolve(id)
    },
    read(id) {
      const state = states.get(id)
      return Promise.resolve(state === undefined ? undefined : { state })
    },
  }
}

function flow(concurrency?: Concurrency<{ topic: string }>): Workflow {
  const parameters = schemaOf<{ topic: string }>(record({ topic: { type: "string" } }))
  return workflow<{ topic: string }, null>(
    { name: "Flow", parameters, result: schemaOf(true), ...(concurrency === undefined ? {} : { concurrency }) },
    function* () {
      return null
    },
  ) as unknown as Workflow
}

describe("one occasion", () => {
  const occasion = (topic: string, id = topic): { id: string; input: unknown } => ({ id, input: { topic } })

  it("starts one run, after its end and after a purge too", async () => {
    const [state, runs] = [memoryState(), host()]
    const starter = createStarter({ state, runs, now: () => 0 })
    expect(await starter.begin({ workflow: flow(), ...occasion("a") })).toEqual({ kind: "started", id: "a" })
    runs.states.set("a", "completed")
    expect(await starter.begin({ workflow: flow(), ...occasion("a") })).toEqual({ kind: "repeated", id: "a" })
    runs.states.delete("a")
    expect(await starter.begin({ workflow: flow(), ...occasion("a") })).toEqual({ kind: "repeated", id: "a" })
    expect(runs.starts).toEqual(["a"])
  })

  it("is finished by another worker when the first one died on the way, and only then", async () => {
    const [state, runs] = [memoryState(), host()]
    let now = 0
    const dying: RunStarter = { ...runs, start: () => new Promise(() => undefined) }
    void createStarter({ state, runs: dying, now: () => now }).begin({ workflow: flow(), ...occasion("a") })
    await expect.poll(() => state.values.size).toBe(1)
    const other = createStarter({ state, runs, now: () => now })
    expect(await other.begin({ workflow: flow(), ...occasion("a") })).toEqual({ kind: "busy" })
    now = 60_000
    expect(await other.begin({ workflow: flow(), ...occasion("a") })).toEqual({ kind: "started", id: "a" })
  })

  it("is begun as soon as it can be for a sender that would not come again", async () => {
    const [state, runs, notes] = [memoryState(), host(), [] as string[]]
    const ending = new AbortController()
    const patience = { signal: ending.signal, note: (message: string) => notes.push(message) }
    let refusals = 5
    const refusing: RunStarter = { ...runs, start: (...given) => (refusals-- > 0 ? Promise.reject(new Error("no worker")) : runs.start(...given)) }
    const starter = createStarter({ state, runs: refusing, now: Date.now })
    expect(await beginPatiently(starter, { workflow: flow(), ...occasion("a") }, patience)).toEqual({ kind: "started", id: "a" })
    expect(notes).toEqual(["run a can't be started: no worker; trying on"])
    const dying: RunStarter = { ...runs, start: () => new Promise(() => undefined) }
    let now = 0
    void createStarter({ state, runs: dying, now: () => now }).begin({ workflow: flow(), ...occasion("b") })
    await expect.poll(() => state.values.size).toBe(2)
    const waiting = beginPatiently(createStarter({ state, runs, now: () => now }), { workflow: flow(), ...occasion("b") }, patience)
    now = 5_001
    expect(await waiting).toEqual({ kind: "started", id: "b" })
    const busy = beginPatiently({ begin: () => Promise.resolve({ kind: "busy" }) }, { workflow: flow(), ...occasion("c") }, patience)
    ending.abort()
    expect(await busy).toBeUndefined()
  })

  it("is claimed by nobody whose host can't be asked", async () => {
    const [state, runs] = [memoryState(), host()]
    const away: RunStarter = { ...runs, read: () => Promise.reject(new Error("connection dropped")) }
    await expect(createStarter({ state, runs: away, now: () => 0 }).begin({ workflow: flow(), ...occasion("a") })).rejects.toThrow("dropped")
    expect(state.values.size).toBe(0)
    expect(await createStarter({ state, runs, now: () => 0 }).begin({ workflow: flow(), ...occasion("a") })).toMatchObject({ kind: "started" })
  })

  it("is gone on with at once by the worker that claimed it, whatever of its claim was lost, and by no other", async () => {
    const runs = host()
    for (const [lost, id] of [["the claim's answer, twice", "a"], ["the start, and the taking back", "b"]] as const) {
      const state = memoryState()
      let isBroken = true
      const broken = (): Promise<never> => Promise.reject(new Error("connection dropped"))
      const breaking: typeof state = {
        ...state,
        saveFirst: async (key, value) => {
          const saved = await state.saveFirst(key, value)
          return isBroken && id === "a" ? broken() : saved
        },
        saveMatching: (...given) => (isBroken ? broken() : state.saveMatching(...given)),
      }
      const start: RunStarter["start"] = (...given) => (isBroken ? broken() : runs.start(...given))
      const starter = createStarter({ state: breaking, runs: { ...runs, start }, now: () => 0 })
      await expect(starter.begin({ workflow: flow(), ...occasion(id) }), lost).rejects.toThrow("dropped")
      isBroken = false
      expect(await createStarter({ state, runs, now: () => 0 }).begin({ workflow: flow(), ...occasion(id) }), lost).toEqual({ kind: "busy" })
      const twice = await Promise.all([1, 2].map(() => starter.begin({ workflow: flow(), ...occasion(id) })))
      expect(twice.map(({ kind }) => kind), lost).toEqual(["started", "busy"])
    }
    expect(runs.starts).toEqual(["a", "b"])
  })

  it("can be tried again at once when the sidecar refused it", async () => {
    const [state, runs] = [memoryState(), host()]
    const refusing: RunStarter = { ...runs, start: () => Promise.reject(new Error("no worker")) }
    await expect(createStarter({ state, runs: refusing, now: () => 0 }).begin({ workflow: flow(), ...occasion("a") })).rejects.toThrow("no worker")
    expect(await createStarter({ state, runs, now: () => 0 }).begin({ workflow: flow(), ...occasion("a") })).toMatchObject({ kind: "started" })
  })

  it.each([
    ["queue", ["started", "queued", "queued"]],
    ["drop", ["started", "dropped", "dropped"]],
    ["join", ["started", "queued", "joined"]],
  ] as const)("finds no room: %s", async (whenFull, kinds) => {
    const [state, runs] = [memoryState(), host()]
    const workflow = flow({ atMost: 1, whenFull })
    const starter = createStarter({ state, runs, now: () => 0 })
    const begun = [await starter.begin({ workflow, ...occasion("a") }), await starter.begin({ workflow, ...occasion("b") }),
      await starter.begin({ workflow, ...occasion("b", "b2") })]
    expect(begun.map(({ kind }) => kind)).toEqual(kinds)
    runs.states.set("a", "completed")
    await starter.tend(workflow)
    expect(runs.starts).toEqual(whenFull === "drop" ? ["a"] : ["a", "b"])
  })

  it("counts by key, and a worker that died between admission and start leaves no hole", async () => {
    const [state, runs] = [memoryState(), host()]
    const workflow = flow({ atMost: 1, by: ({ topic }) => topic[0], whenFull: "queue" } as Concurrency<{ topic: string }>)
    const dying: RunStarter = { ...runs, start: () => new Promise(() => undefined) }
    void createStarter({ state, runs: dying, now: () => 0 }).begin({ workflow, ...occasion("a1") })
    await new Promise((resolve) => setTimeout(resolve, 10))
    const starter = createStarter({ state, runs, now: () => 0 })
    expect(await starter.begin({ workflow, ...occasion("b1") })).toMatchObject({ kind: "started" })
    expect(await starter.begin({ workflow, ...occasion("a2") })).toMatchObject({ kind: "queued" })
    expect(runs.starts).toEqual(["b1", "a1"])
    runs.states.set("a1", "completed")
    await starter.tend(workflow)
    expect(runs.starts).toEqual(["b1", "a1", "a2"])
    for (const id of ["b1", "a2"]) runs.states.set(id, "completed")
    await starter.tend(workflow)
    expect(state.values.get("gate:Flow")).toEqual({ v: 1, groups: {} })
  })
})

it("makes ids that every host takes and that differ by origin", () => {
  expect(runIdOf("Flow", "order 7/ß", "pubsub/orders/shop")).toMatch(/^Flow-order-7---[0-9a-f]{8}$/)
  expect(runIdOf("Flow", "1", "a")).not.toBe(runIdOf("Flow", "1", "b"))
})

it("gives Dapr its seconds", () => {
  expect(daprSchedule("0 8 * * *")).toBe("0 0 8 * * *")
  expect(daprSchedule("*/5 * * * * *")).toBe("*/5 * * * * *")
  expect(daprSchedule("@every 1m")).toBe("@every 1m")
})

describe("scheduled jobs", () => {
  const body = function* (): Generator<never, null, void> {
    return null
  }
  const daily = workflow({ name: "Daily", parameters: schemaOf<object>(record({})), result: schemaOf(true), triggers: [{ on: "schedule", cron: "0 7 * * *" }] }, body as never)

  it("are told to a sidecar that is away at first", async () => {
    const port = await freePort()
    const told: string[] = []
    const server = createServer((request, response) => {
      told.push(`${request.method} ${request.url}`)
      response.writeHead(204).end()
    })
    const scheduling = scheduleJobs({ sidecar: { httpUrl: `http://127.0.0.1:${port}` }, jobs: jobsOf([daily]) })
    await new Promise((resolve) => setTimeout(resolve, 300))
    server.listen(port, "127.0.0.1")
    await scheduling
    server.close()
    expect(told).toEqual(["POST /v1.0-alpha1/jobs/agentflow-Daily-1"])
  })

  it("that are refused are an error at once", async () => {
    const port = await freePort()
    let asked = 0
    const server = createServer((_request, response) => {
      asked++
      response.writeHead(400).end("no such schedule")
    })
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
    await expect(scheduleJobs({ sidecar: { httpUrl: `http://127.0.0.1:${port}` }, jobs: jobsOf([daily]) })).rejects.toThrow(/was not taken: 400 no such schedule/)
    server.close()
    expect(asked).toBe(1)
  })
})
