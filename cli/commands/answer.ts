// agentflow answer: any value as the answer to a question, checked against its type.

import { userInfo } from "node:os"
import type { ExitCode } from "../failure.ts"
import { connectTo } from "../hub-access.ts"
import { answerQuestion, chooseQuestion, viewOf } from "../questions.ts"
import type { Invocation } from "../table.ts"
import { withSidecar, type Reached } from "../with-sidecar.ts"

export async function main(invocation: Invocation): Promise<ExitCode> {
  const [runId = "", ...rest] = invocation.positionals
  const [step, answer] = rest.length === 1 ? [undefined, rest[0]] : rest
  return answerAs(invocation, { runId, step, answer })
}

export interface AnswerAs {
  readonly runId: string
  /** As typed: the whole path, or its end. */
  readonly step: string | undefined
  readonly answer: string | undefined
  readonly isNo?: boolean
}

/** What `answer`, `approve` and `reject` share: the question is found, answered and said. */
export function answerAs(invocation: Invocation, given: AnswerAs): Promise<ExitCode> {
  return withSidecar(invocation.flags, process.cwd(), (address) => answerThrough(address, invocation, given))
}

async function answerThrough(
  address: Reached, { terminal, flags }: Invocation, { runId, step: named, answer, isNo = false }: AnswerAs,
): Promise<ExitCode> {
  const client = connectTo(address)
  try {
    // A whole path is looked up in the inbox itself, which also knows what was answered already.
    const step = named?.includes("/") ? named : chooseQuestion(await viewOf(client, runId), named).step
    const by = (flags["by"] as string | undefined) ?? userInfo().username
    const { entry, value } = await answerQuestion({ client, address, runId, step, answer, by, isNo })
    if (flags["json"]) terminal.out(JSON.stringify({ run: runId, step, value, by }))
    else terminal.out(`${terminal.done} ${step}: ${JSON.stringify(value)} by ${by}\n  ${entry.ask}`)
    return 0
  } finally {
    client.close()
  }
}
