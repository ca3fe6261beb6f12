// The state API: values by key with etags, first-write-wins and expiry, as daprd answers it.

import type { HttpOptions, Request, Response, Route } from "./http.ts"
import { fault } from "./fault.ts"
import { elementSlices, memberSlices } from "./json-slices.ts"
import type { StoredValue, ValueChange } from "./store/store.ts"

type StateOptions = Pick<HttpOptions, "store" | "clock">

export function stateRoutes(options: StateOptions): Route {
  return (request) => {
    const { method, path } = request
    const [area, store = "", key] = path
    if (area !== "state" || !store || path.length > 3) return undefined
    const isWrite = method === "POST" || method === "PUT"
    if (key === undefined) return isWrite ? save(options, store, request) : undefined
    if (key === "bulk" && isWrite) return readBulk(options, store, request)
    if (key === "transaction" && isWrite) return transact(options, store, request)
    if (method === "GET") return read(options, store, key)
    if (method === "DELETE") return remove(options, store, key, request)
    return undefined
  }
}

function read({ store: kv, clock }: StateOptions, store: string, key: string): Response {
  const found = kv.readValue(store, key, clock())
  if (!found) return { status: 204 }
  return { status: 200, body: found.value, headers: { etag: found.etag, ...expiryHeader(found) } }
}

function expiryHeader({ expiresAtMs }: StoredValue): Readonly<Record<string, string>> {
  return expiresAtMs === undefined ? {} : { "metadata.ttlexpiretime": new Date(expiresAtMs).toISOString() }
}

function save(options: StateOptions, store: string, { body }: Request): Response {
  const items = parse(body)
  if (!Array.isArray(items)) throw malformed("the body must be a list of items with key and value")
  const slices = elementSlices(body)
  const values = slices.map((slice) => memberSlices(slice).get("value"))
  const changes = items.map((item, index) => saveChange(options, item, values[index]))
  return change(options, { store, changes, errorCode: "ERR_STATE_SAVE", doing: "saving" })
}

function transact(options: StateOptions, store: string, { body }: Request): Response {
  const operations = record(parse(body))["operations"]
  if (!Array.isArray(operations)) throw malformed("the body must have a list of operations")
  const slices = elementSlices(memberSlices(body).get("operations") ?? "[]")
  const changes = operations.map((entry, index) => {
    const operation = record(entry)
    const source = memberSlices(slices[index] ?? "{}").get("request") ?? "{}"
    if (operation["operation"] === "upsert") {
      return saveChange(options, operation["request"], memberSlices(source).get("value"))
    }
    if (operation["operation"] === "delete") return deleteChange(record(operation["request"]))
    throw fault(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", "an operation is either upsert or delete")
  })
  return change(options, { store, changes, errorCode: "ERR_STATE_TRANSACTION", doing: "saving" })
}

function remove(options: StateOptions, store: string, key: string, { ifMatch, query }: Request): Response {
  const firstWrite = query.get("concurrency") === "first-write"
  const removal: ValueChange = {
    kind: "delete", key, ...(ifMatch === undefined ? {} : { etag: unquoted(ifMatch) }),
  }
  if (firstWrite && ifMatch === undefined) throw malformed("first-write needs an etag to delete")
  return change(options, { store, changes: [removal], errorCode: "ERR_STATE_DELETE", doing: "deleting" })
}

interface ChangeArguments {
  readonly store: string
  readonly changes: readonly ValueChange[]
  readonly errorCode: string
  readonly doing: string
}

function change({ store: kv, clock }: StateOptions, { store, changes, errorCode, doing }: ChangeArguments): Response {
  const conflict = kv.changeValues(store, changes, clock())
  if (!conflict) return { status: 204 }
  const message = `failed ${doing} state in state store ${store}: possible etag mismatch for key '${conflict.key}'`
  throw fault(409, errorCode, message)
}

function readBulk({ store: kv, clock }: StateOptions, store: string, { body }: Request): Response {
  const keys = record(parse(body))["keys"]
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) {
    throw malformed("keys must be a list of texts")
  }
  const items = keys.map((key) => {
    const found = kv.readValue(store, key, clock())
    const head = `"key":${JSON.stringify(key)}`
    return found ? `{${head},"data":${found.value},"etag":${JSON.stringify(found.etag)}}` : `{${head}}`
  })
  return { status: 200, body: `[${items.join(",")}]` }
}

function saveChange({ clock }: StateOptions, item: unknown, value: string | undefined): ValueChange {
  const { key, metadata } = record(item)
  if (typeof key !== "string" || key === "") throw malformed("each item needs a key")
  const ttl = record(metadata ?? {})["ttlInSeconds"]
  const expiresAtMs = ttl === undefined ? undefined : expiry(clock(), ttl)
  return {
    kind: "save", key, value: value ?? "null", ...condition(record(item)),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
}

function deleteChange(request: Readonly<Record<string, unknown>>): ValueChange {
  const { key } = request
  if (typeof key !== "string" || key === "") throw malformed("each operation needs a key")
  return { kind: "delete", key, ...condition(request) }
}

function condition(item: Readonly<Record<string, unknown>>): Pick<ValueChange, "etag" | "firstWrite"> {
  const { etag, options } = item
  if (typeof etag === "string" && etag !== "") return { etag: unquoted(etag) }
  return record(options ?? {})["concurrency"] === "first-write" ? { firstWrite: true } : {}
}

/** A ttl of -1 means for ever, also for a value that had one. */
function expiry(now: number, ttl: unknown): number | undefined {
  const seconds = Number(ttl)
  if (!Number.isInteger(seconds) || seconds < -1) throw malformed("ttlInSeconds must be a whole number")
  return seconds <= 0 ? undefined : now + seconds * 1000
}

function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, "$1")
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw malformed("the body is not JSON")
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("an object was expected")
  return value as Readonly<Record<string, unknown>>
}

function malformed(message: string) {
  return fault(400, "ERR_MALFORMED_REQUEST", message)
}
