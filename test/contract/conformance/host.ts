// A host under test: something that official workers and clients connect to, with one worker that all cases share.

import { DaprWorkflowClient } from "@dapr/dapr"
import { connect } from "../../../sidecar/client.ts"
import type { TaskHubClient } from "../../../sidecar/client.ts"
import { silenceConsole, startWorker, until } from "../harness.ts"
import type { Ending, TestWorker } from "../harness.ts"
import { calls, program } from "./program.ts"

export interface Address {
  readonly grpcPort: number
  readonly httpPort: number
}

export interface Host extends Address {
  /** The official client. */
  readonly sdk: DaprWorkflowClient
  /** Our own, for what the official one does not offer. */
  readonly own: TaskHubClient
  /** Runs a workflow to its end with the official client. */
  run(name: string, input?: unknown, id?: string): Promise<Ending>
  end(id: string): Promise<Ending>
  status(id: string): Promise<string | undefined>
  kinds(id: string): Promise<readonly string[]>
  untilStatus(id: string, status: string): Promise<void>
  untilCalled(key: string): Promise<void>
}

export interface OpenHost {
  readonly host: Host
  close(): Promise<void>
}

/** Wide enough for all gates that the cases hold shut at the same time. */
const userAgent = "agentflow/1 items=64"
const endLimitSeconds = 30

/** With a worker of the official SDK, unless the host has its own. */
export async function openHost({ grpcPort, httpPort }: Address, ownWorker?: Pick<TestWorker, "stop">): Promise<OpenHost> {
  silenceConsole()
  const worker = ownWorker ?? await startWorker(program, { grpcPort, userAgent })
  const sdk = new DaprWorkflowClient({ daprHost: "127.0.0.1", daprPort: String(grpcPort) })
  const own = connect({ grpcPort, deadlineMs: 30_000 })
  const end = async (id: string): Promise<Ending> => {
    const state = await sdk.waitForWorkflowCompletion(id, true, endLimitSeconds)
    const failure = state?.workflowFailureDetails
    return {
      id, status: Number(state?.runtimeStatus), output: parse(state?.serializedOutput),
      ...(failure ? { failure: `${failure.getErrorType()}: ${failure.getErrorMessage()}` } : {}),
    }
  }
  const status = async (id: string) => (await own.get(id))?.status
  // On Redis, daprd may answer a read with an error while it writes the same instance.
  const calmStatus = (id: string) => status(id).catch(() => undefined)
  const host: Host = {
    grpcPort, httpPort, sdk, own, end, status,
    run: async (name, input, id) => end(await patiently(() => sdk.scheduleNewWorkflow(name, input, id))),
    kinds: async (id) => (await own.history(id)).map(({ kind }) => kind),
    untilStatus: (id, wanted) => until(`${id} is ${wanted}`, async () => (await calmStatus(id)) === wanted),
    untilCalled: (key) => until(`${key} is called`, () => calls.has(key)),
  }
  const close = async () => {
    own.close()
    await worker.stop()
    await sdk.stop()
  }
  return { host, close }
}

const attemptsMax = 10

/** Just after a purge, daprd may refuse a start for the etag of what is gone. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attemptsMax || !String(error).includes("possible etag mismatch")) throw error
      await new Promise((resolve) => setTimeout(resolve, attempt * 10))
    }
  }
}

function parse(text: string | undefined): unknown {
  return text === undefined || text === "" ? undefined : JSON.parse(text)
}
