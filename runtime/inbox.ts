// The inbox: what waits for a person, and how one answer wins. The state store is passed in.

import { answerEvent } from "./contract.ts"
import type { Answer, InboxEntry } from "./contract.ts"
import { accept } from "./schema/accept.ts"
import { schemaFromJson } from "./schema/compile.ts"
import { isRecord } from "./schema/json-schema.ts"
import type { StateStore } from "./state.ts"
import { inboxIndexKey, inboxKey } from "./state-keys.ts"

// For whoever answers from outside of a worker: where the state store of a sidecar is.
export { createStateStore } from "./state.ts"
export type { StateStore } from "./state.ts"

export interface InboxAddress {
  readonly run: string
  readonly step: string
}

/** Where a store is only used for the inbox, this part of it is enough. */
export type InboxState = Pick<StateStore, "get" | "saveFirst" | "saveMatching">

export interface InboxAnswer extends InboxAddress {
  readonly value: unknown
  readonly by: string
  /** Default: now. */
  readonly at?: Date
}

export interface InboxReader {
  readonly state: InboxState
}

export interface InboxAccess extends InboxReader {
  raiseEvent(run: string, name: string, payload: Answer): Promise<void>
}

export type AnswerOutcome =
  | { readonly kind: "answered"; readonly entry: InboxEntry }
  | { readonly kind: "already answered"; readonly entry: InboxEntry; readonly by: string }
  /** The question's deadline has passed; nothing was written. */
  | { readonly kind: "late"; readonly entry: InboxEntry }
  | { readonly kind: "unknown" }
  | { readonly kind: "invalid"; readonly entry: InboxEntry; readonly problems: readonly string[] }

interface Index {
  readonly v: 1
  readonly entries: readonly InboxAddress[]
}

const racesMax = 50

/**
 * Puts an address into the list, after any number of lost races. `pause`: how who was too slow waits before it tries again; where
 * time is virtual, no real time may pass.
 */
export async function listEntry(state: InboxState, address: InboxAddress, pause?: Pause): Promise<void> {
  await changeIndex(state, (entries) => {
    return entries.some((one) => isSame(one, address))
      ? entries
      : [...entries, { run: address.run, step: address.step }]
  }, pause)
}

/** Takes an address off the list; the entry itself stays under its key. */
export async function unlistEntry(state: InboxState, address: InboxAddress): Promise<void> {
  await changeIndex(state, (entries) =>
    entries.some((one) => isSame(one, address)) ? entries.filter((one) => !isSame(one, address)) : entries,
  )
}

type Pause = (races: number) => Promise<void>

/** Whoever loses waits a little longer each time, so that many parallel questions get through. */
const shortly: Pause = (races) => new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * (races + 1)))

async function changeIndex(
  state: InboxState,
  change: (entries: readonly InboxAddress[]) => readonly InboxAddress[],
  pause: Pause = shortly,
): Promise<void> {
  for (let races = 0; races < racesMax; races += 1) {
    const stored = await state.get(inboxIndexKey)
    const before = indexOf(stored?.value)
    const entries = change(before)
    if (entries === before) return
    const index: Index = { v: 1, entries }
    const outcome =
      stored === undefined
        ? await state.saveFirst(inboxIndexKey, index)
        : await state.saveMatching(inboxIndexKey, index, stored.etag)
    if (outcome === "saved") return
    await pause(races)
  }
  throw new Error(`the inbox index could not be written: ${racesMax} other writers were faster`)
}

function indexOf(value: unknown): readonly InboxAddress[] {
  const entries: unknown = isRecord(value) ? value["entries"] : undefined
  if (!Array.isArray(entries)) return []
  return entries.filter(
    (entry): entry is InboxAddress =>
      isRecord(entry) && typeof entry["run"] === "string" && typeof entry["step"] === "string",
  )
}

function isSame(left: InboxAddress, right: InboxAddress): boolean {
  return left.run === right.run && left.step === right.step
}

export interface ListOptions {
  /** Entries whose deadline has passed by then are left out. */
  readonly now: Date
}

/** What can be answered now, oldest first. Answered and lapsed entries stay under their keys (`readInbox`). */
export async function listInbox(access: InboxReader, { now }: ListOptions): Promise<readonly InboxEntry[]> {
  const addresses = indexOf((await access.state.get(inboxIndexKey))?.value)
  const entries = await Promise.all(addresses.map((address) => readInbox(access, address)))
  const open = entries
    .filter((entry) => entry !== undefined)
    .filter((entry) => entry.answer === undefined && (entry.deadline === undefined || entry.deadline >= now.getTime()))
  return open.toSorted(
    (left, right) => left.askedAt.localeCompare(right.askedAt) || left.step.localeCompare(right.step),
  )
}

export async function readInbox({ state }: InboxReader, address: InboxAddress): Promise<InboxEntry | undefined> {
  return entryOf((await state.get(inboxKey(address.run, address.step)))?.value)
}

function entryOf(value: unknown): InboxEntry | undefined {
  return isRecord(value) && value["v"] === 1 && typeof value["step"] === "string"
    ? (value as unknown as InboxEntry)
    : undefined
}

/** Exactly one of several answers wins: it is the one whose write found the entry as it was read. */
export async function answerInbox(access: InboxAccess, answer: InboxAnswer): Promise<AnswerOutcome> {
  const { value, by, at = new Date() } = answer
  const key = inboxKey(answer.run, answer.step)
  const stored = await access.state.get(key)
  const entry = entryOf(stored?.value)
  if (stored === undefined || entry === undefined) return { kind: "unknown" }
  if (entry.answer !== undefined) return repeated(access, entry, entry.answer.by)
  if (entry.deadline !== undefined && at.getTime() > entry.deadline) return { kind: "late", entry }
  const accepted = accept(schemaFromJson(entry.schema), value)
  if (!accepted.ok) return { kind: "invalid", entry, problems: accepted.problems }
  const answered: InboxEntry = { ...entry, answer: { value: accepted.value, by, at: at.toISOString() } }
  if ((await access.state.saveMatching(key, answered, stored.etag)) === "changed") {
    const winner = await readInbox(access, answer)
    return winner?.answer === undefined
      ? { kind: "unknown" }
      : { kind: "already answered", entry: winner, by: winner.answer.by }
  }
  await deliver(access, answered)
  return { kind: "answered", entry: answered }
}

/** The first answerer may have died between write and event: whoever comes next delivers it. Twice does no harm. */
async function repeated(access: InboxAccess, entry: InboxEntry, by: string): Promise<AnswerOutcome> {
  await deliver(access, entry)
  return { kind: "already answered", entry, by }
}

async function deliver(access: InboxAccess, entry: InboxEntry): Promise<void> {
  if (entry.answer === undefined) return
  await access.raiseEvent(entry.run, answerEvent(entry.step), { v: entry.answer.value, by: entry.answer.by })
  await unlistEntry(access.state, entry)
}
