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
  Object.assign((context: WorkflowContext, input: unknown) => turnByTurn(context, body(context, input as never) as AsyncGenerator<Task, unknown, unknown>), { workflowName }) as unknown as Workflow)

/** A turn begins the function, or goes on with it where its context was kept; a replay is no message. */
async function* turnByTurn(context: WorkflowContext, inner: AsyncGenerator<Task, unknown, unknown>): AsyncGenerator<Task, unknown, unknown> {
  message()
  for (let next = await inner.next(); ;) {
    if (next.done) return next.value
    let resumed: unknown
    try {
      resumed = yield next.value
    } catch (thrown) {
      next = await inner.throw(thrown)
      continue
    }
    if (!context.isReplaying()) message()
    next = await inner.next(resumed)
  }
}
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
