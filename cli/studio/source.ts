// Where the Studio's runs come from: one connection to a sidecar or daprd, its state store, and a short memory of the list.

import { listDeadLetters } from "@agentflow/runtime/dead-letters"
import { listInbox } from "@agentflow/runtime/inbox"
import type { DeadLetterEntry, InboxEntry } from "@agentflow/runtime/contract"
import type { InstanceView, TaskHubClient } from "../../sidecar/client.ts"
import { connectTo } from "../hub-access.ts"
import type { Address } from "../processes.ts"
import { stateOf } from "../questions.ts"

export interface ListedRuns {
  /** Newest first. */
  readonly runs: readonly InstanceView[]
  /** There are more. The embedded sidecar keeps back its oldest runs, daprd any. */
  readonly isCut: boolean
}

export interface RunSource {
  readonly address: Address
  readonly client: TaskHubClient
  runs(): Promise<ListedRuns>
  inbox(): Promise<readonly InboxEntry[]>
  dead(): Promise<readonly DeadLetterEntry[]>
  /** After a change of one's own: the next answer is a new one. */
  forget(): void
  close(): void
}

const runsMax = 10_000
/** Several pages that ask at the same time are told the same. */
const rememberedMs = 300

export function openSource(address: Address, nowMs: () => number, listedMax = runsMax): RunSource {
  const client = connectTo(address)
  const state = stateOf(address)
  const forgetting: (() => void)[] = []
  const remembered = <Value>(ask: () => Promise<Value>): (() => Promise<Value>) => {
    let last: { readonly atMs: number; readonly value: Promise<Value> } | undefined
    forgetting.push(() => { last = undefined })
    return () => {
      if (last === undefined || nowMs() - last.atMs > rememberedMs) {
        last = { atMs: nowMs(), value: ask() }
        last.value.catch(() => { last = undefined })
      }
      return last.value
    }
  }
  return {
    address, client,
    runs: remembered(async () => {
      const found = await client.list({ limit: listedMax + 1 })
      return { runs: found.slice(0, listedMax).sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1)), isCut: found.length > listedMax }
    }),
    inbox: remembered(() => listInbox({ state }, { now: new Date(nowMs()) })),
    dead: remembered(() => listDeadLetters(state)),
    forget: () => forgetting.forEach((forget) => forget()),
    close: () => client.close(),
  }
}
