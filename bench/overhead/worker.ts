// One worker of the SDK with both: the generated workflow, and the same one as somebody would write it by hand.

import { pathToFileURL } from "node:url"
import { WorkflowRuntime } from "@dapr/dapr"
import type { WorkflowActivityContext, WorkflowContext } from "@dapr/dapr"
import { activitiesOf } from "../../runtime/activity.ts"
import type { Callable, Workflow } from "../../runtime/contract.ts"
import { registerOn, silenceSdk } from "../../runtime/dapr.ts"
import { readEnvironment } from "../../runtime/environment.ts"
import { createServices } from "../../runtime/services.ts"

async function add(_context: WorkflowActivityContext, { number }: { readonly number: number }): Promise<number> {
  return number + 1
}

async function* ByHand(context: WorkflowContext, { count }: { readonly count: number }): AsyncGenerator<unknown, number, number> {
  let number = 0
  while (number < count) number = yield context.callActivity(add, { number })
  return number
}

/** Of the project that was built a moment ago. */
async function generated<T>(module: string): Promise<T> {
  return await import(pathToFileURL(`${process.argv[2]}/${module}.ts`).href) as T
}

const read = readEnvironment({ ...process.env, AGENTFLOW_LOG: "silent" })
if (!read.ok) throw new Error(read.problems.join("\n"))
const created = createServices(read.environment)
if (!created.ok) throw new Error(created.problems.join("\n"))
const { Chain } = await generated<{ readonly Chain: Workflow }>("workflows/chain")
const { increment } = await generated<{ readonly increment: Callable }>("tools")
// The SDK writes a line for each work item, which neither is to pay for.
silenceSdk()
const runtime = new WorkflowRuntime({ daprHost: "127.0.0.1", daprPort: process.env["DAPR_GRPC_PORT"] ?? "50001" })
registerOn(runtime, { workflows: [Chain], activities: activitiesOf([increment], created.services), onLog: () => undefined })
runtime.registerWorkflowWithName("ByHand", ByHand).registerActivityWithName("add", add)
await runtime.start()
process.stdout.write("ready\n")
process.once("SIGTERM", () => process.exit(0))
