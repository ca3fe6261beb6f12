// The entry of a generated worker: starts it, ends it on a signal, and tells a user's mistake without a stack trace.

import type { Worker, WorkerOptions } from "./worker.ts"

export type { Worker, WorkerOptions }

/** Loads the SDK here and not on import: workflows and tools are also read by tools that have no sidecar. */
export async function serve(options: WorkerOptions): Promise<Worker> {
  const { startWorker, WorkerStartError } = await import("./worker.ts")
  const write = (line: string): void => {
    process.stdout.write(`${line}\n`)
  }
  // Until the worker runs, a signal has nothing to wait for and ends the process as usual.
  const worker = await startWorker(options, { variables: process.env, write }).catch((error: unknown) => {
    if (!(error instanceof WorkerStartError)) throw error
    process.stderr.write(`agentflow worker: ${error.message}\n`)
    process.exit(1)
  })
  const end = (): void => {
    void worker.stop().finally(() => process.exit(0))
  }
  process.once("SIGTERM", end)
  process.once("SIGINT", end)
  return worker
}
