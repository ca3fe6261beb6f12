// agentflow suspend: holds a run until it is resumed.

import { controlRun } from "../control.ts"
import type { ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export function main(invocation: Invocation): Promise<ExitCode> {
  return controlRun(invocation, {
    done: "suspended",
    already: "suspended",
    act: (client, { id }) => client.suspend(id),
    advice: "Steps in flight end; timers and answers wait. Go on with: agentflow resume RUN",
  })
}
