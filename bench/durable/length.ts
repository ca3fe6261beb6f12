// What a step costs in a short run and in a long one, in one process: linear means the same.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Task, WorkflowContext } from "../../runtime/contract.ts"
import { createExecutor } from "../../runtime/executor.ts"
import type { WorkflowBody } from "../../runtime/executor.ts"
import { startInProcessHost } from "../../sidecar/in-process.ts"
import { openSqliteStore } from "../../sidecar/store/sqlite.ts"
import { next } from "./programs.ts"

const lengths = [200, 200, 800, 3_200] as const

async function* chain(context: WorkflowContext, count: number): AsyncGenerator<Task, unknown, never> {
  let number = 0
  for (let index = 0; index < count; index++) number = yield context.callActivity("next", { number })
  return number
}

export async function length(): Promise<Readonly<Record<string, number>>> {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-length-"))
  const executor = createExecutor({ workflows: new Map<string, WorkflowBody>([["chain", chain]]) })
  const store = openSqliteStore({ file: join(folder, "hub.db") })
  const { hub, close } = startInProcessHost({ store, executor, activities: new Map([["next", next]]) })
  const never = new AbortController().signal
  const costs: number[] = []
  try {
    for (const count of lengths) {
      const before = process.cpuUsage()
      const { instanceId } = await hub.start({ name: "chain", input: String(count) })
      await hub.wait(instanceId, (summary) => summary.completedAtMs !== undefined, never)
      const { user, system } = process.cpuUsage(before)
      costs.push((user + system) / 1_000 / count)
    }
  } finally {
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
  // The first one only warms up.
  const lines = costs.slice(1).map((cost, index) => `${lengths[index + 1]} steps: ${cost.toFixed(2)} ms each`)
  console.log(`processor time in one process, ${lines.join(", ")}`)
  return { "inProcess.flatness": Number((costs[1]! / costs.at(-1)!).toFixed(2)) }
}
