// The context of workflows that are written by hand in tests: their activities take anything, not only what the runtime sends.

import type { Task, WorkflowContext } from "../../runtime/contract.ts"

export interface AnyContext extends Omit<WorkflowContext, "callActivity"> {
  callActivity(name: string, input: unknown): Task
}
