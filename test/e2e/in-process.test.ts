// `agentflow run --in-process`: the same program, with sidecar and worker inside the command.

import { afterAll, beforeAll, expect, it } from "vitest"
import { finishedSteps, openBrief, type BriefRun } from "../harness/example-run.ts"

let brief: BriefRun
beforeAll(async () => {
  brief = await openBrief()
})
afterAll(() => brief.close())

it("runs the daily brief to the same end, without a second process", async () => {
  let worker = 0
  const outcome = await brief.run({
    id: "here", approve: "publish", inProcess: true, onView: (_view, control) => { worker = control.worker.pid() },
  })
  expect(outcome.view.summary.status).toBe("completed")
  expect(worker).toBe(process.pid)
  expect(finishedSteps(outcome.view)).toBeGreaterThan(15)
  const received = brief.services.received()
  const first = (path: string): number => received.filter((request) => request.path === path && request.effect === "first").length
  console.log(JSON.stringify(received.filter((r) => r.path.startsWith("/v1") || r.path.startsWith("/api"))), outcome.view.summary.output)
  expect([first("/api/chat.postMessage"), first("/v1/pages")]).toEqual([1, 1])
})
