// Dead letters for whoever looks at them from outside a worker: what failed, with all that a person needs to go on.

import type { DeadLetterEntry } from "./contract.ts"
import { isRecord } from "./schema/json-schema.ts"
import { deadLetterIndexKey, deadLetterKey } from "./state-keys.ts"
import type { StateStore } from "./state.ts"

export interface DeadLetterAddress {
  readonly run: string
  /** When the failed run started, epoch ms: one id may fail more than once. */
  readonly start: number
}

const racesMax = 50

/** Oldest first. */
export async function listDeadLetters(state: StateStore): Promise<readonly DeadLetterEntry[]> {
  const addresses = addressesOf((await state.get(deadLetterIndexKey))?.value)
  const entries = await Promise.all(addresses.map((address) => readDeadLetter(state, address)))
  return entries.filter((entry) => entry !== undefined).toSorted((left, right) => left.at.localeCompare(right.at))
}

export async function readDeadLetter(state: StateStore, { run, start }: DeadLetterAddress): Promise<DeadLetterEntry | undefined> {
  const value = (await state.get(deadLetterKey(run, start)))?.value
  return isRecord(value) && value["v"] === 1 ? (value as unknown as DeadLetterEntry) : undefined
}

/** Takes a letter off the list: it has been dealt with. The entry itself stays under its key. */
export async function settleDeadLetter(state: StateStore, { run, start }: DeadLetterAddress): Promise<void> {
  for (let races = 0; races < racesMax; races += 1) {
    const stored = await state.get(deadLetterIndexKey)
    const before = addressesOf(stored?.value)
    const entries = before.filter((one) => one.run !== run || one.start !== start)
    if (stored === undefined || entries.length === before.length) return
    if ((await state.saveMatching(deadLetterIndexKey, { v: 1, entries }, stored.etag)) === "saved") return
  }
  throw new Error(`the list of dead letters was changed by others ${racesMax} times in a row`)
}

function addressesOf(value: unknown): readonly DeadLetterAddress[] {
  const entries: unknown = isRecord(value) ? value["entries"] : undefined
  if (!Array.isArray(entries)) return []
  return entries.filter((one): one is DeadLetterAddress =>
    isRecord(one) && typeof one["run"] === "string" && typeof one["start"] === "number")
}
