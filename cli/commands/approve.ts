// agentflow approve: answers what a run waits for.

import type { ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"
import { answerAs } from "./answer.ts"

export async function main(invocation: Invocation): Promise<ExitCode> {
  const [runId = "", answer] = invocation.positionals
  return answerAs(invocation, { runId, step: invocation.flags["step"] as string | undefined, answer })
}
