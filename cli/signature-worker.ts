// A thread that compares tools with their functions, so that the language server goes on meanwhile: TypeScript takes a second or more.

import { dirname, extname, join } from "node:path"
import { parentPort, workerData, Worker } from "node:worker_threads"
import type { Plan } from "../compiler/index.ts"
import type { ToolProblem } from "../services/tool-problems.ts"
import { toolProblems, type Place } from "./tool-signatures.ts"

interface Task {
  readonly plan: Plan
  readonly place: Place
}

/** By name, because a bundle holds this module in a file of several. */
const program = join(dirname(import.meta.filename), `signature-worker${extname(import.meta.filename)}`)

/** In a thread of its own, which ends with the answer. */
export function toolProblemsApart(plan: Plan, place: Place): Promise<readonly ToolProblem[]> {
  const task: Task = { plan, place }
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData: { signatures: task } })
    worker.once("message", resolve)
    worker.once("error", reject)
    worker.once("exit", (code) => reject(new Error(`the comparison of tools ended with code ${code}`)))
    worker.unref()
  })
}

const task = (workerData as { readonly signatures?: Task } | null)?.signatures
if (task !== undefined) parentPort?.postMessage(await toolProblems(task.plan, task.place, "beside"))
