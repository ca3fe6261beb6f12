// agentflow model: the offline model behind the API that OpenAI clients speak.

import { resolve } from "node:path"
import { startModelServer } from "@agentflow/runtime/model-server"
import { Failure, messageOf, type ExitCode } from "../failure.ts"
import { serverStoppedBy, untilStopped } from "../stop.ts"
import { portOf, type Invocation } from "../table.ts"

export async function main({ terminal, flags }: Invocation): Promise<ExitCode> {
  const port = portOf(flags["port"], 8089)
  const script = flags["script"] as string | undefined
  const server = await startModelServer({ port, ...(script === undefined ? {} : { script: resolve(script) }) }).catch((thrown: unknown) => {
    const isScript = script !== undefined && messageOf(thrown).includes(resolve(script))
    throw new Failure(2, messageOf(thrown), isScript ? "Check the path and the text of --script: docs/offline-model.md says what it holds." : "Choose another port with --port, or 0 for a free one.")
  })
  const url = `${server.url}/v1`
  // Heard from now on: who reads the line below may stop it at once.
  const stopping = untilStopped()
  if (flags["json"]) terminal.out(JSON.stringify({ url }))
  else {
    terminal.out(`The offline model is at ${terminal.style.cyan(url)}   (Ctrl-C stops it)`)
    terminal.out(`Use it with OPENAI_BASE_URL=${url} OPENAI_API_KEY=offline`)
  }
  const signal = await stopping
  await server.close()
  return serverStoppedBy(signal)
}
