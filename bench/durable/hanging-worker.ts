// A worker whose step never ends: as a program, to be killed while it holds the step.

import type { Task, Workflow, WorkflowContext } from "../../runtime/contract.ts"
import { connectWorker, silenceSdk } from "../../runtime/dapr.ts"
import type { WorkerParts } from "../../runtime/dapr.ts"

async function* flow(context: WorkflowContext): AsyncGenerator<Task, unknown, never> {
  return yield context.callActivity("held", {})
}

/** A workflow of one step, and what that step does. */
export function holding(grpcPort: number, held: () => Promise<unknown>): WorkerParts {
  return {
    sidecar: { grpc: `127.0.0.1:${grpcPort}`, httpUrl: "" }, onLog: () => undefined,
    workflows: [Object.assign(flow, { workflowName: "holding" }) as unknown as Workflow],
    activities: new Map([["held", held]]) as unknown as WorkerParts["activities"],
  }
}

if (import.meta.main) {
  silenceSdk()
  await connectWorker(holding(Number(process.argv[2]), () => {
    process.stdout.write("held\n")
    return new Promise(() => {})
  })).start()
}
