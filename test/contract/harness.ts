// Runs the official SDK against a sidecar of this process, quietly and in a folder of its own.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DaprWorkflowClient, WorkflowRuntime } from "@dapr/dapr"
import type { TWorkflow, WorkflowActivityContext, WorkflowContext } from "@dapr/dapr"
import { connect } from "../../sidecar/client.ts"
import type { TaskHubClient } from "../../sidecar/client.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"

export type WorkflowFunction = (context: WorkflowContext, input: never) => AsyncGenerator<unknown, unknown, never>
export type ActivityFunction = (input: never, context: WorkflowActivityContext) => unknown

export interface Program {
  readonly workflows: Readonly<Record<string, WorkflowFunction>>
  readonly activities: Readonly<Record<string, ActivityFunction>>
}

/** The SDK logs every work item to the console and offers no switch that works. */
export function silenceConsole(): void {
  for (const method of ["log", "info", "debug", "warn", "error"] as const) console[method] = () => {}
}

export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "agentflow-sidecar-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface WorkerOptions {
  readonly grpcPort: number
  readonly userAgent?: string
}

/** A connected SDK worker; `cut` breaks its stream as a lost connection would. */
export interface TestWorker {
  readonly runtime: WorkflowRuntime
  cut(): void
  stop(): Promise<void>
}

interface PrivateWorker {
  _responseStream?: { cancel(): void }
  _stub?: { close(): void }
  _stopWorker: boolean
  _maxConcurrentWorkItems: number
}

export async function startWorker(program: Program, { grpcPort, userAgent }: WorkerOptions): Promise<TestWorker> {
  const grpcOptions = userAgent === undefined ? {} : { grpcOptions: { "grpc.primary_user_agent": userAgent } }
  const runtime = new WorkflowRuntime({ daprHost: "127.0.0.1", daprPort: String(grpcPort), ...grpcOptions })
  for (const [name, workflow] of Object.entries(program.workflows)) {
    runtime.registerWorkflowWithName(name, workflow as unknown as TWorkflow)
  }
  for (const [name, activity] of Object.entries(program.activities)) {
    const run = async (context: WorkflowActivityContext, input: unknown) => activity(input as never, context)
    runtime.registerActivityWithName(name, run as never)
  }
  await runtime.start()
  const worker = (runtime as unknown as { worker: PrivateWorker }).worker
  const slots = /items=(\d+)/.exec(userAgent ?? "")?.[1]
  if (slots) worker._maxConcurrentWorkItems = Number(slots)
  // The SDK's own stop sleeps a second, and fails for a worker that it gave up at its first broken stream.
  const stop = async () => {
    worker._stopWorker = true
    worker._responseStream?.cancel()
    worker._stub?.close()
  }
  return { runtime, cut: () => worker._responseStream?.cancel(), stop }
}

export interface Ending {
  readonly id: string
  readonly status: number
  readonly output: unknown
  readonly failure?: string
}

export interface TestBed {
  readonly sidecar: Sidecar
  readonly file: string
  /** The official client. */
  readonly sdk: DaprWorkflowClient
  /** Our own. */
  readonly own: TaskHubClient
  readonly worker: TestWorker
  /** Runs a workflow to its end with the official client. */
  run(name: string, input?: unknown, id?: string): Promise<Ending>
  end(id: string): Promise<Ending>
  close(): Promise<void>
}

export const ended = { completed: 1, failed: 3, terminated: 5 } as const

export async function startTestBed(program: Program): Promise<TestBed> {
  silenceConsole()
  const folder = temporaryFolder()
  const file = join(folder.path, "hub.db")
  const sidecar = await startSidecar({ file })
  const worker = await startWorker(program, sidecar)
  const sdk = new DaprWorkflowClient({ daprHost: "127.0.0.1", daprPort: String(sidecar.grpcPort) })
  const own = connect(sidecar)
  const end = async (id: string) => {
    const state = await sdk.waitForWorkflowCompletion(id, true, 20)
    const failure = state?.workflowFailureDetails
    return {
      id, status: Number(state?.runtimeStatus), output: parse(state?.serializedOutput),
      ...(failure ? { failure: `${failure.getErrorType()}: ${failure.getErrorMessage()}` } : {}),
    }
  }
  return {
    sidecar, file, sdk, own, worker, end,
    run: async (name, input, id) => end(await sdk.scheduleNewWorkflow(name, input, id)),
    async close() {
      own.close()
      await worker.stop()
      await Promise.all([sdk.stop(), sidecar.close()])
      folder.remove()
    },
  }
}

function parse(text: string | undefined): unknown {
  return text === undefined || text === "" ? undefined : JSON.parse(text)
}

/** Waits until `condition` holds; a test that never gets there fails with `what`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`never happened: ${what}`)
}

/** A promise with its resolver, to hold an activity until the test lets it go. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { opened, open }
}
