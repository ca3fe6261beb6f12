// agentflow purge: removes ended runs with their histories; answers and dead letters stay in the state store.

import type { InstanceView, TaskHubClient } from "../../sidecar/client.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { connectTo } from "../hub-access.ts"
import type { Address } from "../processes.ts"
import type { Invocation } from "../table.ts"
import { hasEnded } from "../view/fold.ts"
import { withSidecar } from "../with-sidecar.ts"

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const listMax = 100_000

export async function main(invocation: Invocation): Promise<ExitCode> {
  const { positionals, flags } = invocation
  const older = flags["older"] === undefined ? undefined : ageOf(flags["older"] as string)
  if ((positionals.length === 0) === (older === undefined)) throw new Failure(2, "Name the runs, or say how old they must be.", "agentflow purge RUN   or   agentflow purge --older 7d")
  return withSidecar(flags, process.cwd(), (address) => purge(address, invocation, older))
}

async function purge(address: Address, { terminal, positionals, flags }: Invocation, older: number | undefined): Promise<ExitCode> {
  const client = connectTo(address)
  try {
    const runs = older === undefined ? await named(client, positionals) : await endedBefore(client, Date.now() - older)
    for (const [index, { id }] of runs.entries()) {
      if (runs.length > 1) terminal.progress(`${index} of ${runs.length} runs`)
      await client.purge(id, { recursive: true })
    }
    if (flags["json"]) terminal.out(JSON.stringify({ purged: runs.map(({ id }) => id) }))
    else terminal.out(`${runs.length === 1 ? "1 run was" : `${runs.length} runs were`} removed.`)
    return 0
  } finally {
    client.close()
  }
}

/** All are looked at before any is removed. */
async function named(client: TaskHubClient, ids: readonly string[]): Promise<readonly InstanceView[]> {
  return Promise.all(ids.map(async (id) => {
    const run = await client.get(id)
    if (run === undefined) throw new Failure(2, `There is no run '${id}'.`, "`agentflow runs` lists them.")
    if (!hasEnded(run)) throw new Failure(1, `Run '${id}' has not ended: it is ${run.status}.`, "`agentflow cancel` ends it and undoes what it has done.")
    return run
  }))
}

async function endedBefore(client: TaskHubClient, timeMs: number): Promise<readonly InstanceView[]> {
  const runs = await client.list({ statuses: ["completed", "failed", "terminated"], limit: listMax })
  return runs.filter(({ updatedAtMs }) => updatedAtMs < timeMs)
}

function ageOf(text: string): number {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? []
  const unitMs = unitsMs[unit]
  if (count === undefined || unitMs === undefined) throw new Failure(2, `'${text}' is not an age.`, "Write it as 30m, 12h or 7d.")
  return Number(count) * unitMs
}
