// agentflow playground: serves the built playground on loopback.

import { serverStoppedBy, untilStopped } from "../stop.ts"
import type { ExitCode } from "../failure.ts"
import { playgroundFiles } from "../studio/static-files.ts"
import { serveStudio } from "../studio/server.ts"
import { portOf, type Invocation } from "../table.ts"

export async function main({ terminal, flags }: Invocation): Promise<ExitCode> {
  const server = await serveStudio({ files: playgroundFiles(), port: portOf(flags["port"], 8124), mayChoosePort: flags["port"] === undefined })
  // Heard from now on: who reads the line below may stop it at once.
  const stopping = untilStopped()
  if (flags["json"]) terminal.out(JSON.stringify({ url: server.url, port: server.port }))
  else terminal.out(`The playground is at ${terminal.style.cyan(server.url)}   (Ctrl-C stops it)`)
  const signal = await stopping
  await server.close()
  return serverStoppedBy(signal)
}
