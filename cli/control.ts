// Commands that act on one run that has not ended: find it, act, say what that means.

import type { InstanceView, TaskHubClient } from "../sidecar/client.ts"
import { Failure, type ExitCode } from "./failure.ts"
import { connectTo } from "./hub-access.ts"
import type { Invocation } from "./table.ts"
import { hasEnded } from "./view/fold.ts"
import { withSidecar, type Reached } from "./with-sidecar.ts"

export interface Control {
  /** As it is said: "cancelled". */
  readonly done: string
  readonly act: (client: TaskHubClient, run: InstanceView) => Promise<void>
  /** What the user should know about it. */
  readonly advice: string
  /** A run with this status has it already. */
  readonly already?: InstanceView["status"]
}

/** An ended run is left alone, and said so: asking twice does no harm. */
export function controlRun(invocation: Invocation, control: Control): Promise<ExitCode> {
  return withSidecar(invocation.flags, process.cwd(), (sidecar) => controlThrough(sidecar, invocation, control))
}

async function controlThrough(sidecar: Reached, { terminal, positionals, flags }: Invocation, { done, act, advice, already }: Control): Promise<ExitCode> {
  const [runId = ""] = positionals
  const client = connectTo(sidecar)
  try {
    const run = await client.get(runId)
    if (run === undefined) throw new Failure(2, `There is no run '${runId}'.`, "`agentflow runs` lists them.")
    if (hasEnded(run)) throw new Failure(1, `Run '${runId}' has ended: ${run.status}.`, "There is nothing left to do.")
    // Real Dapr takes a second suspend, and no worker survives it: it is not even sent.
    if (run.status !== already) await act(client, run)
    if (flags["json"]) terminal.out(JSON.stringify({ run: runId, workflow: run.name, done }))
    else terminal.out(`${terminal.done} ${runId} (${run.name}): ${done}. ${advice}${sidecar.isBrief ? " No worker runs here now: it shows when one does." : ""}`)
    return 0
  } finally {
    client.close()
  }
}
