// agentflow terminate: ends a run at once and undoes nothing.

import { controlRun } from "../control.ts"
import type { ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export function main(invocation: Invocation): Promise<ExitCode> {
  return controlRun(invocation, {
    done: "terminated",
    act: (client, { id }) => client.terminate(id, { recursive: true }),
    advice: "Nothing was undone; `agentflow cancel` is what undoes.",
  })
}
