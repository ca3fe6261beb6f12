// Ours without a network hop: hub, store and worker in one process.

import { join } from "node:path"
import { createExecutor } from "../../../runtime/executor.ts"
import type { WorkflowBody } from "../../../runtime/executor.ts"
import { startInProcessHost } from "../../../sidecar/in-process.ts"
import { openSqliteStore } from "../../../sidecar/store/sqlite.ts"
import type { Contender, OpenOptions } from "../contender.ts"
import { fanOut, next, steps } from "../programs.ts"

export async function open({ folder }: OpenOptions): Promise<Contender> {
  const executor = createExecutor({ workflows: new Map<string, WorkflowBody>([["steps", steps], ["fanOut", fanOut]]) })
  const store = openSqliteStore({ file: join(folder, "hub.db") })
  const { hub, close } = startInProcessHost({ store, executor, activities: new Map([["next", next]]) })
  const never = new AbortController().signal
  const run = async (name: string, input?: string): Promise<void> => {
    const { instanceId } = await hub.start({ name, ...(input === undefined ? {} : { input }) })
    const { status } = await hub.wait(instanceId, (summary) => summary.completedAtMs !== undefined, never)
    if (status !== "completed") throw new Error(`${instanceId} ${status}`)
  }
  return { steps: () => run("steps"), fanOut: (count) => run("fanOut", String(count)), close }
}
