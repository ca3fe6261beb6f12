// agentflow completion: prints what a shell completes agentflow with.

import { nearest } from "../../base/diagnostics/suggest.ts"
import { completionFor, shells } from "../completions.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { commands, type Invocation } from "../table.ts"

export async function main({ terminal, positionals: [asked = ""], flags }: Invocation): Promise<ExitCode> {
  const shell = shells.find((each) => each === asked)
  if (shell === undefined) {
    const near = nearest(asked, shells)
    throw new Failure(2, `There is no completion for '${asked}'.`, near === undefined ? `Shells are ${shells.join(", ")}.` : `Did you mean '${near}'?`)
  }
  const script = completionFor(shell, commands)
  terminal.out(flags["json"] ? JSON.stringify({ shell, script }) : script.trimEnd())
  return 0
}
