// One of the two workers as a process: started, ready, stopped.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"

const root = join(import.meta.dirname, "../..")
/** As a user has it: the runtime that is installed, not its sources. */
const findRuntime = join(root, "dist/cli/find-runtime.js")

export interface WorkerProcess {
  stop(): Promise<void>
}

export async function startWorkerProcess(
  program: string, { grpcPort, httpPort }: { readonly grpcPort: number; readonly httpPort: number },
): Promise<WorkerProcess> {
  if (!existsSync(findRuntime)) throw new Error("build first: npm run build")
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--import", findRuntime, program], {
    // The SDK writes each work item to stdout and can't be told not to; a pipe that is read costs both the same.
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], DAPR_GRPC_PORT: String(grpcPort), DAPR_HTTP_PORT: String(httpPort) },
  })
  const gone = once(child, "exit")
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<boolean>((resolve) => {
    lines.on("line", (line) => line.includes('"agentflow":"ready"') && resolve(true))
    void gone.then(() => resolve(false))
  })
  if (!(await ready)) throw new Error(`${program} ended before it was ready`)
  return {
    async stop() {
      child.kill("SIGTERM")
      await gone
    },
  }
}
