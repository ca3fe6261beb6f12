// Real Dapr for tests: the pilot's, with the binaries that this repository builds.

import { startDapr as startAt } from "../../cli/pilot/dapr.ts"
import type { Dapr, DaprOptions } from "../../cli/pilot/dapr.ts"
import { daprBinaries } from "../../tasks/dapr/binaries.ts"

export type { Dapr, Replica } from "../../cli/pilot/dapr.ts"

export async function startDapr(options: Omit<DaprOptions, "binaries">): Promise<Dapr> {
  const binaries = await daprBinaries({ report: (line) => void process.stderr.write(`dapr: ${line}\n`) })
  if (!binaries.ok) throw new Error(`Dapr can't be had. ${binaries.reason}`)
  return startAt({ ...options, binaries: binaries.folder })
}
