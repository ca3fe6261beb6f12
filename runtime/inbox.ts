// The inbox: what waits for a person, and how one answer wins. Independent of any environment; the state store is passed in.
import { answerEvent } from "./contract.ts"
import type { Answer, InboxEntry } from "./contract.ts"
import { accept } from "./schema/accept.ts"
import { schemaFromJson } from "./schema/compile.ts"
import { isRecord } from "./schema/json-schema.ts"
import type { StateStore } from "./state.ts"
import { inboxIndexKey, inboxKey } from "./state-keys.ts"

export interface InboxAddress {
  readonly run: string
  readonly step: string
}

/** Where a store is only used for the inbox, this part of it is enough. */
export type InboxState = Pick<StateStore, "get" | "saveFirst" | "saveMatching">

export interface InboxAnswer extends InboxAddress {
  readonly value: unknown
  readonly by: string
  readonly at: Date
}

export interface InboxHost {
  readonly state: InboxState
  raiseEvent(run: string, name: string, payload: Answer): Promise<void>
}

export type AnswerOutcome =
  | { readonly outcome: "answered"; readonly entry: InboxEntry }
  /** Somebody was faster, or this is the same answer again. The event was raised once more: raising it twice is harmless. */
  | { readonly outcome: "already answered"; readonly entry: InboxEntry }
  | { readonly outcome: "late"; readonly entry: InboxEntry }
  | { readonly outcome: "unknown" }
  | { readonly outcome: "invalid"; readonly entry: InboxEntry; readonly problems: readonly string[] }

interface Index {
  readonly v: 1
  readonly entries: readonly InboxAddress[]
}

const racesMax = 50

/** Puts an address into the list, after any number of lost races. */
export async function listEntry(state: InboxState, address: InboxAddress): Promise<void> {
  await changeIndex(state, (entries) => {
    return entries.some((one) => isSame(one, address)) ? entries : [...entries, { run: address.run, step: address.step }]
  })
}

/** Takes an address off the list; the entry itself stays under its key. */
export async function unlistEntry(state: InboxState, address: InboxAddress): Promise<void> {
  await changeIndex(state, (entries) => entries.some((one) => isSame(one, address)) ? entries.filter((one) => !isSame(one, address)) : entries)
}

async function changeIndex(state: InboxState, change: (entries: readonly InboxAddress[]) => readonly InboxAddress[]): Promise<void> {
  for (let races = 0; races < racesMax; races += 1) {
    const stored = await state.get(inboxIndexKey)
    const before = indexOf(stored?.value)
    const entries = change(before)
    if (entries === before) return
    const index: Index = { v: 1, entries }
    const outcome = stored === undefined ? await state.saveFirst(inboxIndexKey, index) : await state.saveMatching(inboxIndexKey, index, stored.etag)
    if (outcome === "saved") return
    // Whoever loses waits a little longer each time, so that many parallel questions get through.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * (races + 1)))
  }
  throw new Error(`the inbox index could not be written: ${racesMax} other writers were faster`)
}

function indexOf(value: unknown): readonly InboxAddress[] {
  const entries: unknown = isRecord(value) ? value["entries"] : undefined
  if (!Array.isArray(entries)) return []
  return entries.filter((entry): entry is InboxAddress => isRecord(entry) && typeof entry["run"] === "string" && typeof entry["step"] === "string")
}

function isSame(left: InboxAddress, right: InboxAddress): boolean {
  return left.run === right.run && left.step === right.step
}

/** Oldest first; open ones only, unless all are asked for. */
export async function listInbox(state: InboxState, options: { readonly include?: "open" | "all" } = {}): Promise<readonly InboxEntry[]> {
  const addresses = indexOf((await state.get(inboxIndexKey))?.value)
  const entries = await Promise.all(addresses.map((address) => readInbox(state, address)))
  const found = entries.filter((entry) => entry !== undefined).filter((entry) => options.include === "all" || entry.answer === undefined)
  return found.toSorted((left, right) => left.askedAt.localeCompare(right.askedAt) || left.step.localeCompare(right.step))
}

export async function readInbox(state: InboxState, address: InboxAddress): Promise<InboxEntry | undefined> {
  return entryOf((await state.get(inboxKey(address.run, address.step)))?.value)
}

function entryOf(value: unknown): InboxEntry | undefined {
  return isRecord(value) && value["v"] === 1 && typeof value["step"] === "string" ? value as unknown as InboxEntry : undefined
}

/** Exactly one of several answers wins: it is the one whose write found the entry as it was read. */
export async function answerInbox(host: InboxHost, answer: InboxAnswer): Promise<AnswerOutcome> {
  const key = inboxKey(answer.run, answer.step)
  const stored = await host.state.get(key)
  const entry = entryOf(stored?.value)
  if (stored === undefined || entry === undefined) return { outcome: "unknown" }
  if (entry.answer !== undefined) return repeated(host, entry)
  if (entry.deadline !== undefined && answer.at.getTime() > entry.deadline) return { outcome: "late", entry }
  const accepted = accept(schemaFromJson(entry.schema), answer.value)
  if (!accepted.ok) return { outcome: "invalid", entry, problems: accepted.problems }
  const answered: InboxEntry = { ...entry, answer: { value: accepted.value, by: answer.by, at: answer.at.toISOString() } }
  if (await host.state.saveMatching(key, answered, stored.etag) === "changed") {
    const winner = await readInbox(host.state, answer)
    return winner?.answer === undefined ? { outcome: "unknown" } : { outcome: "already answered", entry: winner }
  }
  await raise(host, answered)
  await unlistEntry(host.state, answer)
  return { outcome: "answered", entry: answered }
}

/** The first answerer may have died between his write and the event: whoever comes next delivers it. */
async function repeated(host: InboxHost, entry: InboxEntry): Promise<AnswerOutcome> {
  await raise(host, entry)
  await unlistEntry(host.state, entry)
  return { outcome: "already answered", entry }
}

async function raise(host: InboxHost, entry: InboxEntry): Promise<void> {
  if (entry.answer === undefined) return
  await host.raiseEvent(entry.run, answerEvent(entry.step), { v: entry.answer.value, by: entry.answer.by })
}
