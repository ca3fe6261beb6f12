// agentflow dead: the dead letters, and one of them with all that a person needs.

import { listDeadLetters } from "@agentflow/runtime/dead-letters"
import { Failure, type ExitCode } from "../failure.ts"
import { stateOf } from "../questions.ts"
import type { Invocation } from "../table.ts"
import { withSidecar } from "../with-sidecar.ts"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const [runId] = positionals
  const letters = await withSidecar(flags, process.cwd(), (address) => listDeadLetters(stateOf(address)))
  const shown = letters.filter(({ run }) => runId === undefined || run === runId)
  if (flags["json"]) {
    terminal.out(JSON.stringify(shown, null, 2))
    return 0
  }
  if (runId !== undefined && shown.length === 0) throw new Failure(2, `There is no dead letter of run '${runId}'.`, "`agentflow dead` lists them.")
  if (shown.length === 0) terminal.out("There are no dead letters.")
  const { style } = terminal
  for (const { run, workflow, at, input, failure } of shown) {
    terminal.out(`${style.cyan(run)}  ${workflow}  ${style.dim(at.slice(0, 19).replace("T", " "))}  ${terminal.paint("error", failure.kind)}: ${failure.message}`)
    if (failure.step !== undefined) terminal.out(style.dim(`  at ${failure.step}`))
    for (const undo of failure.undoFailed) terminal.out(`  ${terminal.paint("warning", "not undone")} ${undo.step ?? ""} ${undo.kind}: ${undo.message}`)
    for (const step of failure.undoUnknown) terminal.out(`  ${terminal.paint("warning", "outcome unknown")} ${step}`)
    if (runId !== undefined) terminal.out(`  input ${JSON.stringify(input)}`)
    terminal.out(style.dim(`  agentflow redrive ${run}`))
  }
  return 0
}
