// Runs every case on one host. What a case says holds for all hosts, but for those that name the host they are for.

import { afterAll, beforeAll, describe, it } from "vitest"
import type { TestWorker } from "../harness.ts"
import { controlCases } from "./control.ts"
import { featureCases } from "./features.ts"
import { openHost } from "./host.ts"
import type { Address, Host, OpenHost } from "./host.ts"
import { rerunCases } from "./rerun.ts"
import { serviceCases } from "./service.ts"
import { turnCases } from "./turns.ts"

export type HostKind = "sidecar" | "daprd"

export interface Case {
  /** The row of the tables A.2, A.4 and A.5 of the protocol notes that it checks. */
  readonly row: string
  readonly name: string
  /** Only for this kind of host: the other one differs, and decision 0005 says why. */
  readonly on?: HostKind
  readonly run: (host: Host) => Promise<void>
}

export const cases: readonly Case[] = [...serviceCases, ...turnCases, ...featureCases, ...controlCases, ...rerunCases]

export interface Started extends Address {
  /** A worker of the host itself, in place of one of the official SDK. */
  readonly worker?: Pick<TestWorker, "stop">
  stop(): Promise<unknown>
}

export interface SuiteOptions {
  readonly name: string
  readonly kind: HostKind
  readonly start: () => Promise<Started>
  /** Cases of this kind of host that do not hold for it, and what holds instead. */
  readonly instead?: Readonly<Record<string, (host: Host) => Promise<void>>>
}

const startLimitMs = 20 * 60_000

export function conformance({ name, kind, start, instead = {} }: SuiteOptions): void {
  describe.concurrent(`conformance: ${name}`, () => {
    let opening: Promise<{ readonly started: Started; readonly open: OpenHost }>
    beforeAll(async () => {
      opening = start().then(async (started) => ({ started, open: await openHost(started, started.worker) }))
      // A failure here would skip the cases; awaited in each of them, it fails them with the reason.
      await opening.catch(() => {})
    }, startLimitMs)
    afterAll(async () => {
      const made = await opening.catch(() => undefined)
      await made?.open.close()
      await made?.started.stop()
    })
    for (const { row, name: title, on, run } of cases) {
      if (on === undefined || on === kind) {
        const other = instead[`${row}: ${title}`]
        it(other ? `${row}: not "${title}"` : `${row}: ${title}`, async () => (other ?? run)((await opening).open.host))
      }
    }
  })
}
