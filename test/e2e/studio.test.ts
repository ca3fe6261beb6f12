// `agentflow dev` over HTTP, as the Studio's pages use it: start, watch, answer, control, rerun, redrive; restart on change.

import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { ApiError, DeadLetters, Graph, HistoryPage, Inbox, RunDetail, RunPage, Session, Started, StepDetail } from "../../cli/studio/api.ts"
import { openWorkspace, type Workspace } from "../harness/cli.ts"
import { startAgentflow, type LongLived } from "../harness/long-lived.ts"

const program = `

tool shout(text: string): string from "./tools.ts" { reads  retry 2 times backoff 50ms }
tool book(what: string): string from "./tools.ts" { writes  idempotent  retry never  compensate unbook(result) }
tool unbook(id: string) from "./tools.ts" { writes  idempotent }
human ok(text: string): bool { ask "Is {text} right?"  timeout 1h  fallback false }

/// Says hello after a yes.
workflow Greet(name: string): string {
  dead letter "greetings.failed"
  let said = shout("hello {name}")
  if ok(said) { return said }
  return "nothing"
}

workflow Reserve(what: string): string {
  dead letter "bookings.failed"
  let id = book(what)
  return shout("fail {id}")
}

workflow Blocks(names: string[]): string {
  dead letter "blocks.failed"
  let all = for name in names, 2 at a time { shout(name) }
  for name in names { shout(name) }
  parallel {
    left = shout("a")
    right = do {
      shout("b")
      shout("c")
    }
  }
  let first = race {
    slow = do {
      sleep 1h
      "late"
    }
    fast = shout("d")
  }
  var rounds = 0
  repeat up to 3 times {
    rounds = rounds + 1
    shout("round")
  } until rounds == 2
  while rounds < 3 up to 5 times {
    rounds = rounds + 1
    shout("while")
  }
  saga {
    book("room")
    within deadline 5m { shout("within") }
  }
  if rounds == 3 { shout("then") } else { shout("else") }
  match rounds {
    3 => shout("three")
    else => shout("other")
  }
  try {
    shout("fail")
  } catch denied as e {
    log e.message
    shout("caught")
  }
  return left
}

workflow Nap(): string {
  dead letter "naps.failed"
  sleep 1h
  return "awake"
}
`
const tools = `
import { ToolError } from "@agentflow/runtime"
export async function shout(text: string): Promise<string> {
  if (text.startsWith("fail")) throw new ToolError("denied", "no more: xoxb-very-secret")
  return text.toUpperCase()
}
export async function book(what: string): Promise<string> { return "id-" + what }
export async function unbook(_id: string): Promise<void> {}
`
const config = "secrets:\n  vault: { file: .secrets.json }\n"

let here: Workspace
let dev: LongLived
let base = ""
let token = ""

beforeAll(async () => {
  here = openWorkspace({ "flow.agentflow": program, "tools.ts": tools, "agentflow.config.yaml": config, ".secrets.json": '{"key":"xoxb-very-secret"}' })
  dev = startAgentflow(here.folder, ["dev", "flow.agentflow", "--port", "0", "--json"])
  await dev.until("flow.agentflow runs")
  const { url } = JSON.parse(dev.stdout()) as { readonly url: string }
  base = url.split("?")[0]!
  token = new URL(url).searchParams.get("token")!
})
afterAll(async () => {
  await dev.end()
  here.close()
})

async function call<Answer>(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly data: Answer }> {
  const response = await fetch(`${base}api/${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return { status: response.status, data: (await response.json()) as Answer }
}

async function get<Answer>(path: string): Promise<Answer> {
  const { status, data } = await call<Answer>("GET", path)
  expect([path, status, data]).toEqual([path, 200, data])
  return data
}

async function start(workflow: string, input: object, id?: string): Promise<string> {
  const { status, data } = await call<Started>("POST", "runs", { workflow, input, ...(id === undefined ? {} : { id }) })
  expect([status, data.isNew]).toEqual([200, true])
  return data.id
}

async function until<Value>(ask: () => Promise<Value>, fits: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await ask()
    if (fits(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const runUntil = (id: string, fits: (run: RunDetail) => boolean): Promise<RunDetail> => until(() => get<RunDetail>(`runs/${id}`), fits)

describe("agentflow dev", () => {
  it("tells of the program and its graph", async () => {
    const session = await get<Session>("session")
    expect(session).toMatchObject({ host: { kind: "sidecar" }, program: { file: "flow.agentflow", state: "running", build: 1 } })
    expect(session.program?.workflows.map(({ name }) => name)).toEqual(["Greet", "Reserve", "Blocks", "Nap"])
    expect(session.program?.workflows[0]?.parameters).toMatchObject({ properties: { name: { type: "string" } } })
    expect(session.program?.diagnostics.every(({ severity }) => severity !== "error")).toBe(true)
    const graph = await get<Graph>("graph?workflow=Reserve")
    expect(graph.layout.boxes.map(({ id }) => id)).toEqual(expect.arrayContaining(["Reserve", "Reserve/book", "Reserve/book undo unbook"]))
    expect((await call<ApiError>("GET", "graph?workflow=None")).status).toBe(404)
  })

  it("starts a run, shows it live, answers its question, and shows its result", async () => {
    const id = await start("Greet", { name: "Ada" })
    const inbox = await until(() => get<Inbox>("inbox"), ({ questions }) => questions.length > 0)
    expect(inbox.questions).toMatchObject([{ run: id, workflow: "Greet", step: "Greet/ok", kind: "question", ask: "Is HELLO ADA right?", about: { text: "HELLO ADA" }, schema: { type: "boolean" } }])
    const waiting = await runUntil(id, ({ questions }) => questions === 1)
    expect(waiting).toMatchObject({ status: "running", input: { name: "Ada" } })
    expect(waiting.steps.find(({ path }) => path === "Greet/ok")).toMatchObject({ state: "waiting", waiting: { for: "answer" } })
    expect((await call<ApiError>("POST", "inbox", { run: id, step: "Greet/ok", value: "perhaps" })).status).toBe(400)
    expect((await call<ApiError>("POST", "inbox", { run: id, step: "Greet/nothing", value: true })).status).toBe(404)
    expect(await call("POST", "inbox", { run: id, step: "Greet/ok", value: true, by: "ada" })).toMatchObject({ status: 200, data: { value: true } })
    expect((await call<ApiError>("POST", "inbox", { run: id, step: "Greet/ok", value: false })).status).toBe(409)
    const done = await runUntil(id, ({ status }) => status === "completed")
    expect(done).toMatchObject({ output: "HELLO ADA", questions: 0 })
    expect(done.steps.find(({ path }) => path === "Greet/ok")?.answer).toEqual({ value: true, by: "ada" })
    const step = await get<StepDetail>(`runs/${id}/step?path=${encodeURIComponent("Greet/shout")}`)
    expect(step.attempts).toMatchObject([{ attempt: 1, outcome: "ok", input: { text: "hello Ada" }, output: "HELLO ADA" }])
    const history = await get<HistoryPage>(`runs/${id}/history?from=1&limit=1`)
    expect(history).toMatchObject({ from: 1, total: done.events, events: [{ index: 1, kind: "executionStarted" }] })
  })

  it("joins the steps of a run with the boxes of the graph", async () => {
    const id = await start("Blocks", { names: ["x", "y"] })
    const run = await runUntil(id, ({ status }) => status === "completed" || status === "failed")
    expect(run).toMatchObject({ status: "completed", output: "A" })
    const { layout } = await get<Graph>("graph?workflow=Blocks")
    const drawn = new Map(layout.boxes.flatMap((box) => (box.runPath === undefined ? [] : [[box.runPath, box.role] as const])))
    const ran = new Set(run.steps.map(({ path }) => path.replaceAll(/\[\d+\]/g, "")))
    expect([...ran].filter((path) => !drawn.has(path) && !/\/(left|right|slow|fast)$/.test(path))).toEqual([])
    // The branches that were not taken; and a timer leaves no step in a history.
    const untaken = [...drawn].filter(([path, role]) => role !== "link" && !ran.has(path)).map(([path]) => path)
    expect(untaken).toEqual(["Blocks/first/slow/sleep", "Blocks/shout#2", "Blocks/shout#4"])
  })

  it("refuses what makes no sense", async () => {
    expect(await call("POST", "runs", { workflow: "Greet", input: { name: 1 } })).toMatchObject({ status: 400, data: { error: { message: expect.stringContaining("name must be string") } } })
    expect((await call("POST", "runs", { workflow: "Gret", input: {} })).status).toBe(404)
    expect((await call("POST", "runs", { workflow: "Greet", input: { name: "x" }, id: "a/b" })).status).toBe(400)
    expect((await call("POST", "runs", [])).status).toBe(400)
    for (const path of ["runs/none", "runs/none/step?path=x", "runs/none/history", "nothing", "runs/a/b/c", "session/x"]) expect([path, (await call("GET", path)).status]).toEqual([path, 404])
    expect((await call("POST", "runs/none/cancel")).status).toBe(404)
    expect((await call("POST", "session")).status).toBe(405)
    expect((await call("GET", "runs?limit=all")).status).toBe(400)
  })

  it("suspends, resumes, cancels and terminates, and removes what has ended", async () => {
    const id = await start("Nap", {}, "nap")
    expect((await call("POST", "runs", { workflow: "Nap", input: {}, id })).status).toBe(409)
    await runUntil(id, ({ status }) => status === "running")
    expect(await call("POST", `runs/${id}/suspend`)).toMatchObject({ status: 200 })
    await runUntil(id, ({ status }) => status === "suspended")
    expect((await call("DELETE", `runs/${id}`)).status).toBe(409)
    expect(await call("POST", `runs/${id}/resume`)).toMatchObject({ status: 200 })
    await runUntil(id, ({ status }) => status === "running")
    expect(await call("POST", `runs/${id}/cancel`)).toMatchObject({ status: 200 })
    await runUntil(id, ({ status }) => status !== "running")
    expect((await call("POST", `runs/${id}/cancel`)).status).toBe(409)
    const other = await start("Nap", {})
    expect(await call("POST", `runs/${other}/terminate`)).toMatchObject({ status: 200 })
    await runUntil(other, ({ status }) => status === "terminated")
    expect(await call("DELETE", `runs/${other}`)).toMatchObject({ status: 200, data: { removed: 1 } })
    expect((await call("GET", `runs/${other}`)).status).toBe(404)
  })

  it("shows a failure with its undo, the dead letter without the secret, and starts it again once", async () => {
    const id = await start("Reserve", { what: "room" }, "booking")
    const failed = await runUntil(id, ({ status }) => status === "failed")
    expect(failed).toMatchObject({ failure: { kind: "denied" }, failed: { step: "Reserve/shout", undone: ["Reserve/book"] } })
    expect(failed.steps.filter(({ isUndo }) => isUndo).length).toBeGreaterThan(0)
    const { letters } = await until(() => get<DeadLetters>("dead"), (dead) => dead.letters.some(({ run }) => run === id))
    expect(letters.filter(({ run }) => run === id)).toMatchObject([{ run: id, workflow: "Reserve", input: { what: "room" }, kind: "denied" }])
    const everything = JSON.stringify([failed, letters, await get(`runs/${id}/history`), await get(`runs/${id}/step?path=Reserve/shout`)])
    expect(everything).toContain("no more: [secret key]")
    expect(everything).not.toContain("xoxb-very-secret")
    const again = await call<Started>("POST", `runs/${id}/redrive`)
    expect(again).toMatchObject({ status: 200, data: { isNew: true } })
    await runUntil(again.data.id, ({ status }) => status === "failed")
    expect((await get<DeadLetters>("dead")).letters.map(({ run }) => run)).not.toContain(id)
  })

  it("runs an ended run again from a step, with other parameters", async () => {
    const { attempts } = await get<StepDetail>("runs/booking/step?path=Reserve/shout")
    const again = await call<Started>("POST", "runs/booking/rerun", { eventId: attempts[0]!.eventId, id: "mended", input: { text: "fine" } })
    expect(again).toEqual({ status: 200, data: { id: "mended", isNew: true } })
    expect(await runUntil("mended", ({ status }) => status === "completed")).toMatchObject({ output: "FINE" })
    expect((await call("POST", "runs/booking/rerun", { eventId: "one" })).status).toBe(400)
  })

  it("lists runs with filters, in pages", async () => {
    const all = await get<RunPage>("runs")
    expect(all.workflows).toEqual(["Blocks", "Greet", "Nap", "Reserve"])
    expect(all.runs.map(({ createdAtMs }) => createdAtMs)).toEqual(all.runs.map(({ createdAtMs }) => createdAtMs).sort((a, b) => b - a))
    const books = await get<RunPage>("runs?workflow=Reserve&status=failed")
    expect(books.runs.every(({ workflow, status }) => workflow === "Reserve" && status === "failed")).toBe(true)
    expect(books.counts).toMatchObject({ failed: books.runs.length, completed: 1 })
    expect((await get<RunPage>("runs?search=NAP")).runs.map(({ id }) => id)).toEqual(["nap"])
    const seen: string[] = []
    let next: string | undefined
    do {
      const page: RunPage = await get<RunPage>(`runs?limit=2${next === undefined ? "" : `&before=${encodeURIComponent(next)}`}`)
      seen.push(...page.runs.map(({ id }) => id))
      next = page.next
    } while (next !== undefined)
    expect(seen).toEqual(all.runs.map(({ id }) => id))
  })

  it("streams what happens", async () => {
    const stop = new AbortController()
    const response = await fetch(`${base}api/events?token=${token}&run=streamed`, { signal: stop.signal })
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    const heard = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text)) {
        const { value, done } = await reader.read()
        if (done) throw new Error(`the stream ended: ${text}`)
        text += value
      }
    }
    await heard(/event: program\ndata: .*"state":"running"/)
    await heard(/event: gone\ndata: \{"id":"streamed"\}/)
    await heard(/event: host\ndata: \{"isReachable":true\}/)
    await start("Greet", { name: "Eve" }, "streamed")
    await heard(/event: runs\ndata: \{"runs":\[\{"id":"streamed"/)
    await heard(/event: run\ndata: \{"id":"streamed"[^\n]*"state":"waiting"/)
    await heard(/event: inbox\ndata: \{"questions":\[\{"run":"streamed"/)
    stop.abort()
  })

  it("restarts the worker on a change; runs that wait go on with it", async () => {
    here.write("tools.ts", tools.replace("text.toUpperCase()", '"new: " + text'))
    await dev.until("flow.agentflow runs", 2)
    const id = await start("Greet", { name: "Bob" })
    await until(() => get<Inbox>("inbox"), ({ questions }) => questions.some(({ run }) => run === id))
    for (const run of [id, "streamed"]) expect((await call("POST", "inbox", { run, step: "Greet/ok", value: true })).status).toBe(200)
    expect(await runUntil(id, ({ status }) => status === "completed")).toMatchObject({ output: "new: hello Bob" })
    expect(await runUntil("streamed", ({ status }) => status === "completed")).toMatchObject({ output: "HELLO EVE" })
  })

  it("tells what is wrong with a change, and goes on with the program as it was", async () => {
    here.write("flow.agentflow", program.replace('shout("hello {name}")', "shout(12)"))
    await dev.until("The worker goes on with the program as it was")
    const { program: state } = await get<Session>("session")
    expect(state?.state).toBe("broken")
    expect(state?.diagnostics.filter(({ severity }) => severity === "error")).toMatchObject([{ code: expect.stringMatching(/^AF3/), file: "flow.agentflow", line: 11 }])
    const id = await start("Nap", {})
    await runUntil(id, ({ status }) => status === "running")
    await call("POST", `runs/${id}/terminate`)
    here.write("flow.agentflow", program)
    await dev.until("flow.agentflow runs", 3)
  })

  it("serves other commands of the folder, and leaves runs that can be looked at when it ends", async () => {
    expect((await here.agentflow("runs", "booking")).stdout).toMatch(/Reserve booking +failed/)
    expect(await dev.end()).toBe(130)
    expect((await here.agentflow("runs", "mended")).stdout).toMatch(/completed/)
    await expect(fetch(base)).rejects.toThrow()
  })
})
