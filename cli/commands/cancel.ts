// agentflow cancel: asks a run to stop and to undo what it has done.

import { cancelEvent } from "@agentflow/runtime/contract"
import { controlRun } from "../control.ts"
import type { ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export function main(invocation: Invocation): Promise<ExitCode> {
  return controlRun(invocation, {
    done: "cancel asked",
    act: (client, { id }) => client.raiseEvent(id, { name: cancelEvent, input: "{}" }),
    advice: "It starts no more steps, waits for those in flight, then undoes; follow it with: agentflow runs RUN",
  })
}
