// Forgets what ended long enough ago, so that the file does not grow for ever.

import type { EndStatus } from "../engine/types.ts"
import type { Hub } from "./hub.ts"
import type { Store } from "./store/store.ts"

/** How long ended instances are kept, for ever where nothing is said. A state's own time goes before the one for any. */
export interface RetentionPolicy {
  readonly anyTerminalMs?: number
  readonly completedMs?: number
  readonly failedMs?: number
  readonly terminatedMs?: number
}

/** What programs that people start do unless told otherwise: the file of who never thinks of it stays within bounds. */
export const retentionDefault: RetentionPolicy = { anyTerminalMs: 30 * 24 * 3_600_000 }

export interface RetentionOptions {
  readonly hub: Hub
  readonly store: Store
  readonly clock: () => number
  readonly policy: RetentionPolicy
  readonly onFault: (error: unknown) => void
}

export interface Retention {
  /** Does at once what is otherwise done every minute. Returns how many instances it forgot. */
  sweep(): Promise<number>
  close(): void
}

const everyMs = 60_000
/** A program that lives for less than that minute does it as well. */
const firstMs = 1_000
const pageSize = 200

export function createRetention(options: RetentionOptions): Retention {
  const run = () => sweep(options)
  const runAlone = () => void run().catch(options.onFault)
  const timers = [setTimeout(runAlone, firstMs).unref(), setInterval(runAlone, everyMs).unref()]
  return { sweep: run, close: () => timers.forEach(clearTimeout) }
}

async function sweep({ hub, store, clock, policy }: RetentionOptions): Promise<number> {
  const { anyTerminalMs, completedMs, failedMs, terminatedMs } = policy
  const ages: Readonly<Record<EndStatus, number | undefined>> = {
    completed: completedMs ?? anyTerminalMs, failed: failedMs ?? anyTerminalMs,
    terminated: terminatedMs ?? anyTerminalMs, canceled: anyTerminalMs,
  }
  let forgotten = 0
  for (const [status, ageMs] of Object.entries(ages) as [EndStatus, number | undefined][]) {
    if (ageMs === undefined || ageMs === Infinity) continue
    forgotten += await purgeEnded(hub, { status, endedBeforeMs: clock() - ageMs })
  }
  store.tidy(clock())
  return forgotten
}

async function purgeEnded(
  hub: Hub, { status, endedBeforeMs }: { readonly status: EndStatus; readonly endedBeforeMs: number },
): Promise<number> {
  let purged = 0
  for (;;) {
    const page = hub.list({ statuses: [status], endedBeforeMs, limit: pageSize })
    const refusals = await Promise.all(page.map(({ id }) => hub.send(id, { kind: "purge", recursive: false })))
    const gone = refusals.filter((refusal) => !refusal).length
    purged += gone
    if (gone === 0 || page.length < pageSize) return purged
  }
}
