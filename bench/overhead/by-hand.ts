// The same workflow as somebody would write it on the SDK, as a worker of its own.

import { WorkflowRuntime } from "@dapr/dapr"
import type { WorkflowActivityContext, WorkflowContext } from "@dapr/dapr"

async function increment(_context: WorkflowActivityContext, { number }: { readonly number: number }): Promise<number> {
  return number + 1
}

async function* Chain(context: WorkflowContext, { count }: { readonly count: number }): AsyncGenerator<unknown, number, number> {
  let number = 0
  while (number < count) number = yield context.callActivity(increment, { number })
  return number
}

const runtime = new WorkflowRuntime({ daprHost: "127.0.0.1", daprPort: process.env["DAPR_GRPC_PORT"] ?? "50001" })
runtime.registerWorkflowWithName("Chain", Chain).registerActivityWithName("increment", increment)
await runtime.start()
console.log('{"agentflow":"ready"}')
process.once("SIGTERM", () => process.exit(0))
