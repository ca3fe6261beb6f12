// agentflow model: the offline model behind the API that OpenAI clients speak.

import { resolve } from "node:path"
import { startModelServer } from "@agentflow/runtime/model-server"
import { Failure, messageOf, type ExitCode } from "../failure.ts"
import { untilStopped } from "../processes.ts"
import { portOf, type Invocation } from "../table.ts"

export async function main({ terminal, flags }: Invocation): Promise<ExitCode> {
  const port = portOf(flags["port"], 8089)
  const script = flags["script"] as string | undefined
  const server = await startModelServer({ port, ...(script === undefined ? {} : { script: resolve(script) }) }).catch((thrown: unknown) => {
    throw new Failure(2, messageOf(thrown), "Choose another port with --port, or 0 for a free one.")
  })
  terminal.out(`The offline model listens at ${server.url}/v1; stop it with Ctrl-C.`)
  terminal.out(`Use it with OPENAI_BASE_URL=${server.url}/v1 OPENAI_API_KEY=offline`)
  await untilStopped()
  await server.close()
  return 0
}
