// The state API: values by key with etags, first-write-wins and expiry. What it answers was measured on daprd.

import type { Conflict, Store, StoredValue, ValueChange } from "../store/store.ts"
import { fault, malformed } from "../fault.ts"

export interface StateApi {
  readonly store: Store
  readonly clock: () => number
  /** The stores that exist; a request for any other is refused. */
  readonly stateStores: readonly string[]
}

export interface ItemOptions {
  readonly etag?: string
  readonly concurrency?: string
  readonly consistency?: string
}

export interface StateItem extends ItemOptions {
  readonly key: string
  readonly value: StateValue
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Text as it was given, or bytes that are no text in base64. */
export type StateValue = Pick<StoredValue, "value" | "binary">

export type StateOperation =
  | { readonly kind: "upsert"; readonly item: StateItem }
  | { readonly kind: "delete"; readonly key: string; readonly options: ItemOptions }

const mismatch = "possible etag mismatch. error from state store"

/** Each item by itself: a conflict of one leaves the others saved. */
export function saveState(api: StateApi, name: string, items: readonly StateItem[]): void {
  exists(api, name)
  const changes = items.map((item) => toSave(api, item, (reason) => saveFault(name, reason)))
  const conflicts = changes.filter((change) => api.store.changeValues(name, [change], api.clock()))
  if (conflicts.length > 0) throw fault(409, "ERR_STATE_SAVE", saveText(name, mismatch))
}

export function readState(api: StateApi, name: string, key: string): StoredValue | undefined {
  exists(api, name)
  checkKey(key)
  return api.store.readValue(name, key, api.clock())
}

export function deleteState(api: StateApi, name: string, key: string, options: ItemOptions): void {
  exists(api, name)
  checkKey(key)
  const text = (reason: string) => `failed deleting state with key ${key}: ${reason}`
  checkOptions(options, (reason) => fault(500, "ERR_STATE_DELETE", text(reason)))
  const conflict = api.store.changeValues(name, [toDelete(key, options)], api.clock())
  if (conflict) throw fault(409, "ERR_STATE_DELETE", text(mismatch))
}

/** All or none. */
export function transactState(api: StateApi, name: string, operations: readonly StateOperation[]): void {
  exists(api, name)
  const failed = (reason: string) =>
    fault(500, "ERR_STATE_TRANSACTION", `error while executing state transaction: ${reason}`)
  const changes = operations.map((operation): ValueChange => {
    if (operation.kind === "upsert") return toSave(api, operation.item, failed)
    checkKey(operation.key)
    checkOptions(operation.options, failed)
    return toDelete(operation.key, operation.options)
  })
  const conflict: Conflict | undefined = api.store.changeValues(name, changes, api.clock())
  if (conflict) throw failed(mismatch)
}

function exists({ stateStores }: StateApi, name: string): void {
  if (!stateStores.includes(name)) throw fault(400, "ERR_STATE_STORE_NOT_FOUND", `state store ${name} is not found`)
}

function saveText(name: string, reason: string): string {
  return `failed saving state in state store ${name}: ${reason}`
}

function saveFault(name: string, reason: string) {
  return fault(500, "ERR_STATE_SAVE", saveText(name, reason))
}

type FaultOf = (reason: string) => ReturnType<typeof fault>

function toSave(api: StateApi, item: StateItem, failed: FaultOf): ValueChange {
  checkKey(item.key)
  checkOptions(item, failed)
  const ttl = item.metadata?.["ttlInSeconds"]
  const expiresAtMs = ttl === undefined ? undefined : expiry(api.clock(), String(ttl), failed)
  return {
    kind: "save", key: item.key, ...item.value, ...condition(item),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
}

function toDelete(key: string, { etag }: ItemOptions): ValueChange {
  return { kind: "delete", key, ...(etag ? { etag } : {}) }
}

function condition({ etag, concurrency }: ItemOptions): Pick<ValueChange, "etag" | "firstWrite"> {
  if (etag) return { etag }
  return concurrency === "first-write" ? { firstWrite: true } : {}
}

function checkKey(key: string): void {
  if (key === "") throw malformed("\"key\" is a required field")
  if (!key.includes("||")) return
  throw malformed(`api error: code = InvalidArgument desc = input key/keyPrefix '${key}' can't contain '||'`)
}

function checkOptions({ concurrency = "", consistency = "" }: ItemOptions, failed: FaultOf): void {
  if (!["", "first-write", "last-write"].includes(concurrency)) {
    throw failed(`unrecognized concurrency model '${concurrency}'`)
  }
  if (!["", "strong", "eventual"].includes(consistency)) throw failed(`unrecognized consistency model '${consistency}'`)
}

/** A ttl of -1 means for ever, also for a value that had one. */
function expiry(now: number, ttl: string, failed: FaultOf): number | undefined {
  if (!/^-?\d+$/.test(ttl)) throw failed("error parsing TTL: incorrect value for metadata 'ttlInSeconds'")
  return Number(ttl) <= 0 ? undefined : now + Number(ttl) * 1000
}
