// `agentflow run --in-process`: the same program, with sidecar and worker inside the command.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { openReader } from "../../sidecar/reader.ts"
import { openBrief, type BriefRun } from "../harness/example-run.ts"

const command = join(import.meta.dirname, "../../dist/cli/main.js")

let brief: BriefRun
beforeAll(async () => {
  brief = await openBrief()
})
afterAll(() => brief.close())

it("runs the daily brief to the same end, and its database is that of any other run", async () => {
  const args = ["run", "daily-brief.agentflow", "--in-process", "--json", "--id", "here", "--approve", "publish", "--input", "{\"topic\":\"AI\"}"]
  const child = spawn(process.execPath, [command, ...args], {
    cwd: brief.folder, stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, DAILY_BRIEF_SERVICES: brief.services.origin },
  })
  let output = ""
  child.stdout.on("data", (text: Buffer) => (output += text.toString()))
  const [code] = (await once(child, "close")) as [number]
  expect(code).toBe(0)
  const outcome = JSON.parse(output) as { readonly status: string; readonly db: string }
  expect(outcome.status).toBe("completed")
  const received = brief.services.received()
  const first = (path: string): number => received.filter((request) => request.path === path && request.effect === "first").length
  expect([first("/api/chat.postMessage"), first("/v1/pages")]).toEqual([1, 1])
  const reader = openReader(outcome.db)
  expect(reader.readInstance("here")?.status).toBe("completed")
  reader.close()
})
