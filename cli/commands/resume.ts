// agentflow resume: lets a suspended run go on.

import { controlRun } from "../control.ts"
import type { ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export function main(invocation: Invocation): Promise<ExitCode> {
  return controlRun(invocation, {
    done: "resumed",
    already: "running",
    act: (client, { id }) => client.resume(id),
    advice: "It goes on where it was.",
  })
}
