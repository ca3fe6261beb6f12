// The state API over HTTP. Values keep the very bytes that they came with.

import { deleteState, readState, saveState, transactState } from "../api/state.ts"
import type { ItemOptions, StateApi, StateItem, StateOperation } from "../api/state.ts"
import { fault, malformed } from "../fault.ts"
import type { StoredValue } from "../store/store.ts"
import { elementSlices, memberSlices } from "./json-slices.ts"
import { jsonObject, parseJson, textOf } from "./json.ts"
import type { JsonObject } from "./json.ts"
import type { Request, Response, Route } from "./server.ts"

const done: Response = { status: 204 }

export function stateRoutes(api: StateApi): Route {
  return (request) => {
    const { method, path } = request
    const [area, store = "", key] = path
    if (area !== "state" || !store || path.length > 3) return undefined
    const isWrite = method === "POST" || method === "PUT"
    const body = request.body.toString("utf8")
    if (key === undefined) return isWrite ? save(api, store, body) : undefined
    if (key === "bulk" && isWrite) return readBulk(api, store, body)
    if (key === "transaction" && isWrite) return transact(api, store, body)
    if (method === "GET") return read(api, store, key)
    if (method === "DELETE") return remove(api, store, key, request)
    return undefined
  }
}

function read(api: StateApi, store: string, key: string): Response {
  const found = readState(api, store, key)
  if (!found) return done
  const body = found.binary ? Buffer.from(found.value, "base64") : found.value
  return { status: 200, body, headers: { etag: found.etag, ...expiryHeader(found) } }
}

function expiryHeader({ expiresAtMs }: StoredValue): Readonly<Record<string, string>> {
  return expiresAtMs === undefined ? {} : { "metadata.ttlexpiretime": new Date(expiresAtMs).toISOString() }
}

function save(api: StateApi, store: string, body: string): Response {
  const items = parseJson(body)
  if (!Array.isArray(items)) throw malformed("the body must be a list of items with key and value")
  const slices = elementSlices(body)
  saveState(api, store, items.map((item, index) => itemOf(item, slices[index])))
  return done
}

function transact(api: StateApi, store: string, body: string): Response {
  const { operations = [] } = jsonObject(parseJson(body))
  if (!Array.isArray(operations)) throw malformed("the body must have a list of operations")
  const slices = elementSlices(memberSlices(body).get("operations") ?? "[]")
  transactState(api, store, operations.map((entry, index) => operationOf(entry, slices[index])))
  return done
}

function operationOf(entry: unknown, source = "{}"): StateOperation {
  const { operation, request } = jsonObject(entry)
  if (operation === "upsert") return { kind: "upsert", item: itemOf(request, memberSlices(source).get("request")) }
  if (operation === "delete") {
    const target = jsonObject(request)
    return { kind: "delete", key: textOf(target["key"]), options: optionsOf(target) }
  }
  throw fault(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", `operation type ${String(operation)} not supported`)
}

function itemOf(item: unknown, source = "{}"): StateItem {
  const members = jsonObject(item)
  const metadata = members["metadata"] ? { metadata: jsonObject(members["metadata"]) } : {}
  const value = memberSlices(source).get("value") ?? "null"
  return { key: textOf(members["key"]), value: { value }, ...optionsOf(members), ...metadata }
}

function optionsOf(members: JsonObject): ItemOptions {
  const { concurrency, consistency } = jsonObject(members["options"] ?? {})
  return {
    etag: textOf(members["etag"]), concurrency: textOf(concurrency), consistency: textOf(consistency),
  }
}

function remove(api: StateApi, store: string, key: string, { headers, query }: Request): Response {
  deleteState(api, store, key, {
    etag: unquoted(headers["if-match"] ?? ""), concurrency: query.get("concurrency") ?? "",
    consistency: query.get("consistency") ?? "",
  })
  return done
}

function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, "$1")
}

function readBulk(api: StateApi, store: string, body: string): Response {
  const { keys } = jsonObject(parseJson(body))
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) {
    throw malformed("failed deserializing HTTP body: keys must be a list of texts")
  }
  const items = keys.map((key) => {
    const found = readState(api, store, key)
    const head = `"key":${JSON.stringify(key)}`
    if (!found) return `{${head}}`
    const data = found.binary ? JSON.stringify(found.value) : found.value
    return `{${head},"data":${data},"etag":${JSON.stringify(found.etag)}}`
  })
  return { status: 200, body: `[${items.join(",")}]` }
}
