// What the state API answers, over HTTP and gRPC: measured on daprd, and the same on our sidecar.
//
// HTTP, `POST /v1.0/state/{store}` with a list of {key, value, etag?, options: {concurrency: "first-write"}}:
// - Without an etag, "first-write" means "only if the key is absent": 204 with an empty body, then 409. This holds too
//   when the key was last saved without any options, and when the etag is the empty text. An expired key counts as
//   absent.
// - With an etag, the save goes through only when the etag is the key's present one: 204, otherwise 409, also when the
//   key is absent. The etag is compared whatever `concurrency` says: "last-write" with a stale etag is 409 as well.
// - The 409 has the content type application/json and the body
//   {"errorCode":"ERR_STATE_SAVE","message":"failed saving state in state store {store}: possible etag mismatch. error
//   from state store"}; the store in memory adds a detail, such as ": item already exists and no etag was passed".
// - A list is not saved as a whole: items beside the one in conflict are stored, and the answer is 409.
// - Each save makes a new etag; a GET gives it in the header `etag`, without quotes. A GET of an absent key is 204.
// - An unknown concurrency is 500 ERR_STATE_SAVE; an unknown store 400 ERR_STATE_STORE_NOT_FOUND; bad JSON 400
//   ERR_MALFORMED_REQUEST; an empty list 204.
// - `DELETE /v1.0/state/{store}/{key}` with an `If-Match` that is not the present etag is 409 ERR_STATE_DELETE; without
//   one 204, also for an absent key.
// - In `/transaction` nothing is stored, and the answer to the same conflict is 500 ERR_STATE_TRANSACTION, not 409.
//
// gRPC, `SaveState`: the same conflicts are ABORTED (10), with the same message.
//
// The SDK's `state.save` takes only its own enumeration for `concurrency`: over HTTP the text "first-write" is left out
// without a word, so the save overwrites. Over HTTP it gives a conflict back as `{error}`, over gRPC it throws.
//
// Read in the source of Dapr's Redis store, not measured: there a first-write save overwrites a key that was last
// saved without "first-write", and a conflict without an etag is a plain error (500), not 409.
import { CommunicationProtocolEnum, DaprClient, StateConcurrencyEnum, StateConsistencyEnum } from "@dapr/dapr"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import type { Started } from "./conformance/suite.ts"

const startLimitMs = 20 * 60_000
const conflictMessage = "failed saving state in state store statestore: possible etag mismatch. error from state store"

interface Item {
  readonly key: string
  readonly value: unknown
  readonly etag?: string
  readonly options?: { readonly concurrency: string }
  readonly metadata?: Readonly<Record<string, string>>
}

interface Answer { readonly status: number; readonly body: string; readonly etag: string | null }

const firstWrite = { concurrency: "first-write" }
const saved: Answer = { status: 204, body: "", etag: null }
const conflict = { status: 409, etag: null, body: expect.stringContaining(conflictMessage) as string }

export interface StateHost {
  readonly name: string
  /** What the store in memory adds to its message. */
  readonly detail?: string
  readonly start: () => Promise<Started>
}

export function stateContract({ name, detail = "", start }: StateHost): void {
  describe(`state: ${name}`, () => {
    let starting: Promise<Started>
    beforeAll(async () => {
      starting = start()
      // A failure here would skip the tests; awaited in each of them, it fails them with the reason.
      await starting.catch(() => {})
    }, startLimitMs)
    afterAll(async () => void (await starting.then(({ stop }) => stop(), () => {})))
    stateCases(() => starting, detail)
  })
}

function stateCases(started: () => Promise<Started>, detail: string): void {
  const request = async (path: string, init?: RequestInit): Promise<Answer> => {
    const { httpPort } = await started()
    const answer = await fetch(`http://127.0.0.1:${httpPort}/v1.0/state/${path}`, init)
    return { status: answer.status, body: await answer.text(), etag: answer.headers.get("etag") }
  }
  const post = (path: string, body: unknown): Promise<Answer> =>
    request(path, { method: "POST", body: JSON.stringify(body) })
  const save = (...items: readonly Item[]): Promise<Answer> => post("statestore", items)
  const load = (key: string): Promise<Answer> => request(`statestore/${key}`)
  const etagOf = async (key: string): Promise<string> => (await load(key)).etag ?? ""

  it("without an etag saves only an absent key", async () => {
    expect(await save({ key: "a", value: { n: 1 }, options: firstWrite })).toEqual(saved)
    expect(await save({ key: "a", value: { n: 2 }, options: firstWrite })).toEqual(conflict)
    expect(await save({ key: "a", value: { n: 2 }, etag: "", options: firstWrite })).toEqual(conflict)
    expect(await load("a")).toMatchObject({ status: 200, body: '{"n":1}' })
  })

  it("without an etag does not overwrite a key that was saved without options", async () => {
    expect(await save({ key: "b", value: 1 })).toEqual(saved)
    expect(await save({ key: "b", value: 2, options: firstWrite })).toEqual(conflict)
  })

  it("without an etag lets exactly one of many at once win", async () => {
    const writers = Array.from({ length: 20 }, (_, n) => save({ key: "race", value: n, options: firstWrite }))
    const statuses = (await Promise.all(writers)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([204, ...Array.from({ length: 19 }, () => 409)])
  })

  it("with an etag saves only over that etag, whatever the concurrency", async () => {
    await save({ key: "c", value: 1 })
    const etag = await etagOf("c")
    expect(await save({ key: "c", value: 2, etag, options: firstWrite })).toEqual(saved)
    expect(await etagOf("c")).not.toBe(etag)
    for (const options of [firstWrite, { concurrency: "last-write" }, undefined]) {
      expect(await save({ key: "c", value: 3, etag, ...(options ? { options } : {}) })).toEqual(conflict)
    }
    expect(await save({ key: "absent", value: 1, etag, options: firstWrite })).toEqual(conflict)
    expect(await load("c")).toMatchObject({ status: 200, body: "2" })
  })

  it("names the conflict in the body", async () => {
    await save({ key: "d", value: 1 })
    const { body } = await save({ key: "d", value: 2, options: firstWrite })
    expect(JSON.parse(body)).toEqual({ errorCode: "ERR_STATE_SAVE", message: conflictMessage + detail })
  })

  it("stores the other items of a list in conflict, but none of a transaction", async () => {
    await save({ key: "e", value: 1 })
    expect(await save({ key: "e1", value: 1 }, { key: "e", value: 2, options: firstWrite })).toEqual(conflict)
    expect(await load("e1")).toMatchObject({ status: 200, body: "1" })
    const operations = [
      { operation: "upsert", request: { key: "e2", value: 1 } },
      { operation: "upsert", request: { key: "e", value: 2, options: firstWrite } },
    ]
    const refused = await post("statestore/transaction", { operations })
    expect(refused).toMatchObject({ status: 500, body: expect.stringContaining("ERR_STATE_TRANSACTION") })
    expect(await load("e2")).toEqual({ status: 204, body: "", etag: null })
  })

  it("takes a deleted key for absent, and deletes only over a given etag", async () => {
    await save({ key: "f", value: 1 })
    const stale = await request("statestore/f", { method: "DELETE", headers: { "if-match": "stale" } })
    expect(stale).toMatchObject({ status: 409, body: expect.stringContaining("ERR_STATE_DELETE") })
    expect(await request("statestore/f", { method: "DELETE" })).toEqual(saved)
    expect(await request("statestore/f", { method: "DELETE" })).toEqual(saved)
    expect(await save({ key: "f", value: 2, options: firstWrite })).toEqual(saved)
  })

  it("takes an expired key for absent", async () => {
    await save({ key: "i", value: 1, metadata: { ttlInSeconds: "1" } })
    const again = async (): Promise<number> => (await save({ key: "i", value: 2, options: firstWrite })).status
    expect(await again()).toBe(409)
    await expect.poll(again, { timeout: 10_000, interval: 200 }).toBe(204)
  }, 15_000)

  it("answers mistakes in the request", async () => {
    expect(await save()).toEqual(saved)
    const unknown = await save({ key: "g", value: 1, options: { concurrency: "nonsense" } })
    expect(unknown).toMatchObject({ status: 500, body: expect.stringContaining("ERR_STATE_SAVE") })
    const noStore = await post("nostore", [])
    expect(noStore).toMatchObject({ status: 400, body: expect.stringContaining("ERR_STATE_STORE_NOT_FOUND") })
    const malformed = await request("statestore", { method: "POST", body: "{" })
    expect(malformed).toMatchObject({ status: 400, body: expect.stringContaining("ERR_MALFORMED_REQUEST") })
  })

  it("is ABORTED over gRPC", async () => {
    const quiet = vi.spyOn(console, "info").mockReturnValue()
    const { grpcPort } = await started()
    const client = new DaprClient({
      daprHost: "127.0.0.1", daprPort: String(grpcPort), communicationProtocol: CommunicationProtocolEnum.GRPC,
    })
    const options = {
      concurrency: StateConcurrencyEnum.CONCURRENCY_FIRST_WRITE,
      consistency: StateConsistencyEnum.CONSISTENCY_STRONG,
    }
    await client.state.save("statestore", [{ key: "h", value: 1, options }])
    const again = client.state.save("statestore", [{ key: "h", value: 2, options }])
    const aborted = 10
    await expect(again).rejects.toMatchObject({ code: aborted, rawMessage: expect.stringContaining(conflictMessage) })
    await client.stop()
    quiet.mockRestore()
  })

  it("refuses a key with two bars, and one that is missing", async () => {
    const barred = await save({ key: "a||b", value: 1 })
    expect(barred).toMatchObject({ status: 400, body: expect.stringContaining("can't contain '||'") })
    const missing = await post("statestore", [{ value: 1 }])
    expect(missing).toMatchObject({ status: 400, body: expect.stringContaining("\\\"key\\\" is a required field") })
  })

  it("says what went wrong in a transaction, and what it can't do", async () => {
    await save({ key: "j", value: 1 })
    const transact = (operation: string, wanted: object) =>
      post("statestore/transaction", { operations: [{ operation, request: { key: "j", ...wanted } }] })
    const conflicted = await transact("upsert", { value: 2, etag: "stale" })
    expect(JSON.parse(conflicted.body)).toMatchObject({
      errorCode: "ERR_STATE_TRANSACTION",
      message: expect.stringContaining("error while executing state transaction: possible etag mismatch") as string,
    })
    expect((await transact("delete", { etag: "stale" })).status).toBe(500)
    expect(await transact("nonsense", {})).toMatchObject({
      status: 400, body: expect.stringContaining("operation type nonsense not supported"),
    })
    expect((await post("statestore/transaction", { operations: [] })).status).toBe(204)
    expect((await transact("upsert", { value: 3 })).status).toBe(204)
    expect(await load("j")).toMatchObject({ body: "3" })
  })

  it("deletes by the rules of its query", async () => {
    await save({ key: "l", value: 1 })
    const remove = (query: string) => request(`statestore/l${query}`, { method: "DELETE" })
    expect(await remove("?concurrency=bad")).toMatchObject({
      status: 500, body: expect.stringContaining("unrecognized concurrency model 'bad'"),
    })
    expect(await remove("?concurrency=last-write")).toEqual(saved)
    const stale = await request("statestore/none", { method: "DELETE", headers: { "if-match": "stale" } })
    expect(JSON.parse(stale.body)).toMatchObject({
      errorCode: "ERR_STATE_DELETE",
      message: expect.stringContaining("failed deleting state with key none: possible etag mismatch") as string,
    })
  })

  it("reads many at once", async () => {
    await save({ key: "m", value: { a: 1 } })
    const { body } = await post("statestore/bulk", { keys: ["m", "nothing"] })
    expect(JSON.parse(body)).toEqual([{ key: "m", data: { a: 1 }, etag: expect.any(String) as string }, { key: "nothing" }])
    expect(JSON.parse((await post("statestore/bulk", { keys: [] })).body)).toEqual([])
  })

  it("gives the official client over gRPC what it saved: texts, numbers, objects, many, in a transaction", async () => {
    const quiet = vi.spyOn(console, "info").mockReturnValue()
    const { grpcPort } = await started()
    const client = new DaprClient({
      daprHost: "127.0.0.1", daprPort: String(grpcPort), communicationProtocol: CommunicationProtocolEnum.GRPC,
    })
    const store = client.state
    await store.save("statestore", [{ key: "n1", value: "text" }, { key: "n2", value: 5 }, { key: "n3", value: { a: [1] } }])
    expect(await Promise.all(["n1", "n2", "n3", "none"].map((key) => store.get("statestore", key)))).toEqual(["text", 5, { a: [1] }, ""])
    expect(await store.getBulk("statestore", ["n2", "n3"])).toEqual(expect.arrayContaining([
      expect.objectContaining({ key: "n2", data: 5 }), expect.objectContaining({ key: "n3", data: { a: [1] } }),
    ]))
    await store.transaction("statestore", [
      { operation: "upsert", request: { key: "n1", value: "other" } }, { operation: "delete", request: { key: "n2" } },
    ])
    expect(await store.get("statestore", "n1")).toBe("other")
    await store.delete("statestore", "n1")
    expect(await store.get("statestore", "n1")).toBe("")
    await expect(store.get("nostore", "n1")).rejects.toThrow("state store nostore is not found")
    await client.stop()
    quiet.mockRestore()
  })
}
