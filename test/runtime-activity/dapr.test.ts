// The worker and the client with the official SDK on our own sidecar: ready, a run, a lost sidecar, a stop.

import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ClientError, connect } from "../../runtime/client.ts"
import type { Client } from "../../runtime/client.ts"
import { human, tool } from "../../runtime/define.ts"
import { FlowError, ToolError } from "../../runtime/errors.ts"
import { answerInbox, createStateStore, listInbox } from "../../runtime/inbox.ts"
import type { InboxAccess } from "../../runtime/inbox.ts"
import type { StateStore } from "../../runtime/state.ts"
import { startWorker, waitForSidecar, WorkerStartError } from "../../runtime/worker.ts"
import type { Worker } from "../../runtime/worker.ts"
import { workflow } from "../../runtime/workflow.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"
import { record, schemaOf } from "./helpers.ts"

const number = record({ n: { type: "integer" } })
const double = tool<{ n: number }, number>({
  name: "double",
  parameters: schemaOf(number),
  result: schemaOf({ type: "integer" }),
  effect: "reads",
  run({ n }) {
    if (n === 13) throw new ToolError("conflict", "unlucky")
    if (n === 14) throw null
    return n * 2
  },
})
const confirm = human<{ n: number }, boolean>({
  name: "confirm",
  parameters: schemaOf(number),
  result: schemaOf({ type: "boolean" }),
  ask: ({ n }) => `${n}?`,
})
const Doubling = workflow<{ n: number }, number>(
  { name: "Doubling", parameters: schemaOf(number), result: schemaOf({ type: "integer" }) },
  function* (run, { n }) {
    run.log(`doubling ${n}`)
    const doubled = yield* run.call(double, { n })
    if (n >= 100 && !(yield* run.call(confirm, { n: doubled }))) throw new FlowError("denied", "not confirmed")
    return doubled
  },
)

const folder = mkdtempSync(join(tmpdir(), "agentflow-worker-"))
const file = join(folder, "state.db")
const lines: string[] = []
let sidecar: Sidecar
let worker: Worker
let client: Client
let state: StateStore

const variablesOf = ({ grpcPort, httpPort }: Pick<Sidecar, "grpcPort" | "httpPort">): Record<string, string> => ({
  DAPR_GRPC_PORT: String(grpcPort),
  DAPR_HTTP_PORT: String(httpPort),
})

beforeAll(async () => {
  sidecar = await startSidecar({ file })
  const variables = variablesOf(sidecar)
  worker = await startWorker(
    { app: "test", workflows: [Doubling], callables: [double, confirm] },
    { variables, write: (line) => lines.push(line) },
  )
  client = await connect({ variables })
  state = createStateStore({ sidecar: { httpUrl: `http://127.0.0.1:${sidecar.httpPort}` }, store: "statestore" })
})

afterAll(async () => {
  await Promise.all([worker?.stop(), client?.close()])
  await sidecar?.close()
  rmSync(folder, { recursive: true })
})

describe("a worker", () => {
  it("says that it is usable, after a run has proved it", () => {
    expect(lines.map((line) => JSON.parse(line))).toContainEqual({ agentflow: "ready", app: "test", pid: process.pid })
  })

  it("runs a workflow, with its log on the event stream", async () => {
    const run = await client.start(Doubling, { n: 21 }, { id: "simple" })
    expect(await run.wait({ timeoutMs: 20_000 })).toMatchObject({
      ok: true,
      value: 42,
      run: { id: "simple", workflow: "Doubling", state: "completed", status: { phase: "done" } },
    })
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ agentflow: "log", run: "simple", message: "doubling 21" }),
    )
  })

  it("tells a failed run's kind, message and step", async () => {
    const failed = await (await client.start(Doubling, { n: 13 })).wait({ timeoutMs: 20_000 })
    expect(failed).toMatchObject({
      ok: false,
      error: { kind: "conflict", message: "unlucky", step: "Doubling/double" },
    })
    expect(await (await client.start(Doubling, { n: 14 })).wait({ timeoutMs: 20_000 })).toMatchObject({
      ok: false,
      error: { kind: "internal", message: expect.stringContaining("threw null") },
    })
  })

  it("takes an answer through the inbox, once", async () => {
    const run = await client.start(Doubling, { n: 100 }, { id: "asks" })
    const access: InboxAccess = { state, raiseEvent: (id, name, payload) => client.raiseEvent(id, name, payload) }
    await expect
      .poll(async () => (await listInbox(access, { now: new Date() })).map(({ ask }) => ask), { timeout: 20_000 })
      .toEqual(["200?"])
    const answers = await Promise.all(
      [1, 2].map((by) =>
        answerInbox(access, { run: "asks", step: "Doubling/confirm", value: true, by: `person ${by}` }),
      ),
    )
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(["already answered", "answered"])
    expect(await run.wait({ timeoutMs: 20_000 })).toMatchObject({ ok: true, value: 200 })
  })

  it("comes back after its sidecar was gone", async () => {
    const { grpcPort, httpPort } = sidecar
    const run = await client.start(Doubling, { n: 101 }, { id: "survives" })
    const access: InboxAccess = { state, raiseEvent: (id, name, payload) => client.raiseEvent(id, name, payload) }
    await expect.poll(async () => (await listInbox(access, { now: new Date() })).length, { timeout: 20_000 }).toBe(1)
    await sidecar.close()
    sidecar = await startSidecar({ file, grpcPort, httpPort })
    // A connection kept from before fails once: the answer is given again.
    const answer = () => answerInbox(access, { run: "survives", step: "Doubling/confirm", value: true, by: "ann" })
    await expect.poll(() => answer().then(({ kind }) => kind, String), { timeout: 20_000 }).toMatch(/^(already )?answered$/)
    expect(await run.wait({ timeoutMs: 40_000 })).toMatchObject({ ok: true, value: 202 })
  })
})

describe("a client", () => {
  it("says what is wrong before it asks the sidecar", async () => {
    await expect(client.start(Doubling, { n: "x" as unknown as number })).rejects.toThrow(
      new ClientError("Doubling: n must be a whole number"),
    )
    await expect(client.start(Doubling, { n: 1 }, { id: "a/b" })).rejects.toThrow("a run's id must not be empty")
    await expect(client.wait("nobody")).rejects.toThrow('there is no run "nobody"')
    expect(await client.status("nobody")).toBeUndefined()
  })

  it("ends a wait that is too short, and a run that is not wanted", async () => {
    const run = await client.start(Doubling, { n: 102 })
    await expect(run.wait({ timeoutMs: 50 })).rejects.toThrow(/is still \w+ after 50 ms/)
    await run.terminate()
    expect(await run.wait({ timeoutMs: 20_000 })).toMatchObject({ ok: false, error: { kind: "cancelled" } })
  })
})

describe("the state store", () => {
  it("lets the first write win, and a change only of what was read", async () => {
    expect(await state.get("k")).toBeUndefined()
    expect(await Promise.all([state.saveFirst("k", { a: 1 }), state.saveFirst("k", { a: 2 })])).toEqual(
      expect.arrayContaining(["saved", "exists"]),
    )
    const first = await state.get("k")
    expect(await state.saveMatching("k", { a: 3 }, first?.etag ?? "")).toBe("saved")
    expect(await state.saveMatching("k", { a: 4 }, first?.etag ?? "")).toBe("changed")
    expect(await state.get("k")).toMatchObject({ value: { a: 3 } })
    await state.delete("k")
    expect(await state.get("k")).toBeUndefined()
    expect(await state.saveFirst("inbox:a/b:Flow/x[3]", "ü|")).toBe("saved")
    expect(await state.get("inbox:a/b:Flow/x[3]")).toMatchObject({ value: "ü|" })
  })

  it("says who did not answer", async () => {
    const gone = createStateStore({ sidecar: { httpUrl: "http://127.0.0.1:9" }, store: "statestore" })
    await expect(gone.get("k")).rejects.toThrow('state store "statestore": the sidecar did not answer')
  })
})

describe("the state store over a connection that breaks", () => {
  it("reads and deletes again, and never saves twice", async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.method ?? "")
      if (asked.filter((method) => method === request.method).length === 1) request.socket.destroy()
      else response.end("7")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    const over = createStateStore({ sidecar: { httpUrl: `http://127.0.0.1:${port}` }, store: "statestore" })
    expect(await over.get("k")).toMatchObject({ value: 7 })
    await over.delete("k")
    await expect(over.saveFirst("k", 1)).rejects.toThrow('state store "statestore": the sidecar did not answer')
    expect(asked).toEqual(["GET", "GET", "DELETE", "DELETE", "POST"])
    server.closeAllConnections()
    server.close()
  })
})

describe("a start", () => {
  it("fails in words when there is no sidecar, or when the environment is wrong", async () => {
    await expect(waitForSidecar({ grpc: "127.0.0.1:9", httpUrl: "http://127.0.0.1:9" }, 300)).rejects.toThrow(
      /^no sidecar is ready at http:\/\/127.0.0.1:9 after 0s/,
    )
    const wrong = startWorker(
      { app: "x", workflows: [], callables: [] },
      { variables: { DAPR_HTTP_PORT: "no" }, write: () => undefined },
    )
    await expect(wrong).rejects.toThrow(WorkerStartError)
  })
})
