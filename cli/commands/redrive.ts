// agentflow redrive: starts a failed run again, as a new run with the same input, once.

import { listDeadLetters, settleDeadLetter } from "@agentflow/runtime/dead-letters"
import type { DeadLetterEntry } from "@agentflow/runtime/contract"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { Failure, type ExitCode } from "../failure.ts"
import { connectTo } from "../hub-access.ts"
import { stateOf } from "../questions.ts"
import type { Invocation } from "../table.ts"
import { hasEnded } from "../view/fold.ts"
import { withSidecar, type Reached } from "../with-sidecar.ts"
import { parseInput } from "../workflow-input.ts"

interface Again {
  readonly workflow: string
  readonly input: unknown
  /** Of the same failed run always the same, so that doing it twice starts one run. */
  readonly id: string
}

export function main(invocation: Invocation): Promise<ExitCode> {
  return withSidecar(invocation.flags, process.cwd(), (address) => redrive(invocation, address))
}

async function redrive({ terminal, positionals, flags }: Invocation, address: Reached): Promise<ExitCode> {
  const [runId = ""] = positionals
  const state = stateOf(address)
  const client = connectTo(address)
  try {
    const letter = (await listDeadLetters(state)).findLast(({ run }) => run === runId)
    const { workflow, input, id } = await againOf(client, runId, letter)
    const chosen = (flags["id"] as string | undefined) ?? id
    const present = await client.get(chosen)
    if (present !== undefined && flags["id"] !== undefined) throw new Failure(2, `There is a run '${chosen}' already.`, "Choose another --id.")
    const parameters = flags["input"] === undefined ? input : parseInput(flags["input"] as string)
    if (present === undefined) await client.start({ instanceId: chosen, name: workflow, input: JSON.stringify(parameters) })
    // After the start: a letter that is told twice is found again, one that is lost is not.
    if (letter !== undefined) await settleDeadLetter(state, letter)
    const waits = address.isBrief ? ` It waits for a worker: agentflow run FILE ${workflow.replace(/@\d+$/, "")} --id ${chosen}` : ""
    if (flags["json"]) terminal.out(JSON.stringify({ run: chosen, workflow, of: runId, started: present === undefined }))
    else if (present === undefined) terminal.out(`${terminal.done} ${chosen} (${workflow}) has started with the input of ${runId}.${waits}`)
    else terminal.out(`${runId} was started again already: ${chosen} is ${present.status}.`)
    return 0
  } finally {
    client.close()
  }
}

/** What starts a failed run again. */
export async function againOf(client: TaskHubClient, runId: string, letter: DeadLetterEntry | undefined): Promise<Again> {
  const run = await client.get(runId)
  if (letter !== undefined) return { workflow: run?.name ?? letter.workflow, input: letter.input, id: `${runId}-again-${letter.start}` }
  if (run === undefined) throw new Failure(2, `There is neither a run nor a dead letter '${runId}'.`, "`agentflow dead` and `agentflow runs` list them.")
  if (!hasEnded(run)) throw new Failure(1, `Run '${runId}' has not ended: it is ${run.status}.`, "Only what has failed is started again.")
  if (run.status === "completed") throw new Failure(1, `Run '${runId}' has completed.`, "Only what has failed is started again.")
  // As in its letter, which may be settled already: the time of its first turn.
  const start = (await client.history(runId)).find(({ kind }) => kind === "orchestratorStarted")?.timestampMs ?? run.createdAtMs
  return { workflow: run.name, input: run.input === undefined ? {} : (JSON.parse(run.input) as unknown), id: `${runId}-again-${start}` }
}
