// agentflow approve: answers what a run waits for.

import { userInfo } from "node:os"
import type { ExitCode } from "../failure.ts"
import { connectTo, requireSidecar } from "../hub-access.ts"
import { answerQuestion, chooseQuestion, viewOf } from "../questions.ts"
import type { Invocation } from "../table.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [runId, answer] = positionals
  const address = requireSidecar(flags, process.cwd())
  const client = connectTo(address)
  try {
    const { step } = chooseQuestion(await viewOf(client, runId!), flags["step"] as string | undefined)
    const by = (flags["by"] as string | undefined) ?? userInfo().username
    const { entry, value } = await answerQuestion({ client, address, runId: runId!, step, answer, by })
    if (flags["json"]) terminal.out(JSON.stringify({ run: runId, step, value, by }))
    else terminal.out(`${terminal.paint("hint", terminal.unicode ? "✓" : "ok")} ${step}: ${JSON.stringify(value)} by ${by}\n  ${entry.ask}`)
    return 0
  } finally {
    client.close()
  }
}
