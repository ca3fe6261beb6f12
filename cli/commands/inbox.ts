// agentflow inbox: what waits for a person, over all runs.

import { listInbox } from "@agentflow/runtime/inbox"
import type { ExitCode } from "../failure.ts"
import { negativeOf, stateOf } from "../questions.ts"
import type { Invocation } from "../table.ts"
import { withSidecar } from "../with-sidecar.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [runId] = positionals
  const all = await withSidecar(flags, process.cwd(), (address) => listInbox({ state: stateOf(address) }, { now: new Date() }))
  const entries = all.filter(({ run }) => runId === undefined || run === runId)
  if (flags["json"]) {
    terminal.out(JSON.stringify(entries.map((entry) => ({ ...entry, canReject: negativeOf(entry) !== undefined })), null, 2))
    return 0
  }
  const { style } = terminal
  if (entries.length === 0) terminal.out("Nobody is asked anything.")
  for (const { run, step, kind, ask, choices, askedAt, deadline } of entries) {
    const until = deadline === undefined ? "" : `, until ${clock(new Date(deadline).toISOString())}`
    terminal.out(`${style.cyan(run)}  ${step}  ${style.dim(`${kind === "manual" ? "stuck" : "asked"} ${clock(askedAt)}${until}`)}`)
    terminal.out(`  ${ask.split("\n").join("\n  ")}`)
    const answers = kind === "manual" ? "retry, skip=JSON, fail" : choices?.join(", ")
    terminal.out(style.dim(`  agentflow ${choices === undefined && kind !== "manual" ? "answer" : "approve"} ${run} ${choices === undefined && kind !== "manual" ? `${step} JSON` : `ANSWER --step ${step}   (${answers})`}`))
  }
  return 0
}

function clock(time: string): string {
  return time.slice(0, 19).replace("T", " ")
}
