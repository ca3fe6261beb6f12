// A worker of the scenarios as a process: writes a journal of what it runs, and ends on demand at its n-th message.

import { appendFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Task, Workflow, WorkflowContext } from "../../runtime/contract.ts"
import { connectWorker, silenceSdk } from "../../runtime/dapr.ts"
import type { WorkerConnection, WorkerParts } from "../../runtime/dapr.ts"
import "./keep-compiled.ts"
import { activitiesThat, workflows } from "./scenarios.ts"

const { values } = parseArgs({ options: { port: { type: "string" }, journal: { type: "string" } } })
const { port = "", journal = "" } = values
const watchEveryMs = 20
const stepMs = 2

let left = Number.POSITIVE_INFINITY
process.on("message", (messages: number) => { left = messages })

function message(): void {
  if (--left <= 0) process.kill(process.pid, "SIGKILL")
}

silenceSdk()
const activities = activitiesThat(async ({ instanceId, activity, number }) => {
  appendFileSync(journal, `${instanceId} ${activity} ${number}\n`)
  message()
  await new Promise((resolve) => setTimeout(resolve, stepMs))
})
const counted = Object.entries(workflows).map(([workflowName, body]) =>
  Object.assign(
    (context: WorkflowContext, input: unknown): AsyncGenerator<Task, unknown, unknown> => {
      message()
      return body(context, input as never) as AsyncGenerator<Task, unknown, unknown>
    },
    { workflowName },
  ) as unknown as Workflow)
const parts: WorkerParts = {
  sidecar: { grpc: `127.0.0.1:${port}`, httpUrl: "" }, workflows: counted, onLog: () => undefined,
  activities: activities as unknown as WorkerParts["activities"],
}

let connection: WorkerConnection = connectWorker(parts)
await connection.start()
process.stdout.write("{\"ready\":true}\n")
setInterval(() => {
  if (connection.isAlive()) return
  connection.abandon()
  connection = connectWorker(parts)
  void connection.start()
}, watchEveryMs)
