// The measured workflows for hosts of the Dapr SDK.

import type { Task, Workflow, WorkflowContext } from "../../runtime/contract.ts"
import { connectWorker, silenceSdk } from "../../runtime/dapr.ts"
import type { WorkerConnection, WorkerParts } from "../../runtime/dapr.ts"

export const stepCount = 5

export async function* steps(context: WorkflowContext): AsyncGenerator<Task, unknown, never> {
  let number = 0
  for (let index = 0; index < stepCount; index++) number = yield context.callActivity("next", { number })
  return number
}

export async function* fanOut(context: WorkflowContext, count: number): AsyncGenerator<Task, unknown, never> {
  const tasks = Array.from({ length: count }, (_, number) => context.callActivity("next", { number }))
  for (const task of tasks) if (!task.isComplete) yield task
  return tasks.length
}

export async function next(_context: unknown, input: unknown): Promise<number> {
  return (input as { readonly number: number }).number + 1
}

/** A worker on a host's gRPC port, as our runtime connects it. */
export async function startGrpcWorker(grpcPort: number): Promise<WorkerConnection> {
  silenceSdk()
  const named = (workflowName: string, body: unknown): Workflow => Object.assign(body as object, { workflowName }) as Workflow
  const connection = connectWorker({
    sidecar: { grpc: `127.0.0.1:${grpcPort}`, httpUrl: "" }, onLog: () => undefined,
    workflows: [named("steps", steps), named("fanOut", fanOut)],
    activities: new Map([["next", next]]) as unknown as WorkerParts["activities"],
  })
  await connection.start()
  return connection
}
