// The Studio on an unmodified daprd: the same routes, the same answers.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import type { DeadLetters, Inbox, RunDetail, RunPage, Session, Started, StepDetail } from "../../cli/studio/api.ts"
import { openWorkspace } from "../harness/cli.ts"
import { startDapr } from "../harness/dapr.ts"
import { startAgentflow } from "../harness/long-lived.ts"

const program = `
tool shout(text: string): string from "./tools.ts" { reads  retry never }
human ok(text: string): bool { ask "Is {text} right?"  timeout 1h  fallback false }

workflow Greet(name: string): string {
  dead letter "greetings.failed"
  let said = shout(name)
  if ok(said) { return said }
  return "nothing"
}
`
const tools = `
import { ToolError } from "@agentflow/runtime"
export async function shout(text: string): Promise<string> {
  if (text === "fail") throw new ToolError("denied", "no")
  return text.toUpperCase()
}
`

it("lists, starts, answers, holds, ends, redrives and runs again on real Dapr", { timeout: 300_000 }, async () => {
  const runDir = mkdtempSync(join(tmpdir(), "agentflow-daprd-"))
  const here = openWorkspace({ "flow.agentflow": program, "tools.ts": tools })
  const dapr = await startDapr({ runDir, stateStore: "sqlite" })
  const dev = startAgentflow(here.folder, ["dev", "flow.agentflow", "--port", "0", "--json", "--sidecar", `127.0.0.1:${dapr.grpcPort}`, "--http", `127.0.0.1:${dapr.httpPort}`])
  try {
    await dev.until("flow.agentflow runs")
    const { url } = JSON.parse(dev.stdout()) as { readonly url: string }
    const base = url.split("?")[0]!
    const authorization = `Bearer ${new URL(url).searchParams.get("token")!}`
    const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
      const response = await fetch(`${base}api/${path}`, { method, headers: { authorization, "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
      const data = (await response.json()) as Answer
      expect([method, path, response.status, data]).toEqual([method, path, 200, data])
      return data
    }
    const until = async <Value>(path: string, fits: (value: Value) => boolean): Promise<Value> => {
      for (;;) {
        const value = await call<Value>("GET", path)
        if (fits(value)) return value
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    expect(await call<Session>("GET", "session")).toMatchObject({ host: { kind: "dapr" }, program: { state: "running" } })

    await call<Started>("POST", "runs", { workflow: "Greet", input: { name: "Ada" }, id: "one" })
    const { questions } = await until<Inbox>("inbox", (inbox) => inbox.questions.length > 0)
    expect(questions).toMatchObject([{ run: "one", step: "Greet/ok", ask: "Is ADA right?" }])
    await call("POST", "runs/one/suspend")
    await until<RunDetail>("runs/one", ({ status }) => status === "suspended")
    await call("POST", "runs/one/resume")
    await until<RunDetail>("runs/one", ({ status }) => status === "running")
    await call("POST", "inbox", { run: "one", step: "Greet/ok", value: true })
    const done = await until<RunDetail>("runs/one", ({ status }) => status === "completed")
    expect(done).toMatchObject({ output: "ADA", input: { name: "Ada" } })
    expect(done.steps.map(({ path, state }) => [path, state])).toEqual(expect.arrayContaining([["Greet/shout", "done"], ["Greet/ok", "done"]]))

    await call<Started>("POST", "runs", { workflow: "Greet", input: { name: "fail" }, id: "two" })
    expect(await until<RunDetail>("runs/two", ({ status }) => status === "failed")).toMatchObject({ failed: { kind: "denied", step: "Greet/shout" } })
    await until<DeadLetters>("dead", ({ letters }) => letters.some(({ run }) => run === "two"))
    const again = await call<Started>("POST", "runs/two/redrive", { input: { name: "Bob" } })
    await until<Inbox>("inbox", (inbox) => inbox.questions.some(({ run }) => run === again.id))
    await call("POST", `runs/${again.id}/terminate`)
    await until<RunDetail>(`runs/${again.id}`, ({ status }) => status === "terminated")

    const { attempts } = await call<StepDetail>("GET", "runs/two/step?path=Greet/shout")
    const mended = await call<Started>("POST", "runs/two/rerun", { eventId: attempts[0]!.eventId, input: { text: "Eve" } })
    await until<Inbox>("inbox", (inbox) => inbox.questions.some(({ run }) => run === mended.id))
    await call("POST", "inbox", { run: mended.id, step: "Greet/ok", value: true })
    expect(await until<RunDetail>(`runs/${mended.id}`, ({ status }) => status === "completed")).toMatchObject({ output: "EVE" })

    const page = await call<RunPage>("GET", "runs?workflow=Greet")
    expect(page.counts).toEqual({ completed: 2, failed: 1, terminated: 1 })
    await call("DELETE", "runs/one")
    expect((await call<RunPage>("GET", "runs")).runs.map(({ id }) => id)).not.toContain("one")
  } finally {
    await dev.end()
    await dapr.stop()
    here.close()
    rmSync(runDir, { recursive: true, force: true })
  }
})
