// A server with the Studio's API over a few runs made up here: its pages are tested on what no real run shows at once.

import { createReadStream, existsSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { extname, join } from "node:path"
import type {
  DeadLetters, Graph, HistoryPage, Inbox, Json, RunDetail, RunPage, RunRow, Session, StepDetail, StepRow, StudioEvent, TimelineBar,
} from "../../cli/studio/api.ts"

export const token = "a-token"
const hostile = "<img src=x onerror=\"document.title='broken'\">"
const start = Date.UTC(2026, 10, 3, 9, 0, 0)
const nothing = { nanoDollars: 0, tokens: 0, turns: 0, calls: 0 }

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body: Json
}

export interface FakeStudio {
  readonly server: Server
  /** What pages have asked to be done, oldest first. */
  readonly asked: Asked[]
  push(event: StudioEvent): void
  close(): void
}

function attempt(fromMs: number, toMs: number | undefined, more: Partial<TimelineBar> = {}): TimelineBar {
  return { kind: "attempt", attempt: 1, fromMs: start + fromMs, ...(toMs === undefined ? {} : { toMs: start + toMs, outcome: "ok" }), ...more }
}

const wait = (fromMs: number, toMs?: number): TimelineBar => ({ kind: "wait", fromMs: start + fromMs, ...(toMs === undefined ? {} : { toMs: start + toMs }) })

function row(path: string, depth: number, bars: readonly TimelineBar[], more: Partial<StepRow> = {}): StepRow {
  return { path, name: path.split("/").at(-1)!, depth, state: "done", isUndo: false, bars, spent: nothing, ...more }
}

const error = { kind: "rate_limited", message: "429 from news.example, try again in 7 s" }

export const waiting: RunDetail = {
  id: "morning", workflow: "DailyBrief", version: 2, status: "running", isUndoing: false, questions: 1, createdAtMs: start, updatedAtMs: start + 94_000,
  spent: { nanoDollars: 131_400_000, tokens: 58_210, turns: 9, calls: 17 }, budget: { nanoDollars: 500_000_000, tokens: 200_000 }, reserved: { ...nothing, nanoDollars: 20_000_000, tokens: 9_000 },
  input: { topic: "AI infrastructure" }, events: 240, canRerun: false,
  steps: [
    row("DailyBrief/Researcher", 0, [attempt(200, 3_100)], { model: "fast", spent: { nanoDollars: 2_100_000, tokens: 3_400, turns: 1, calls: 0 } }),
    row("DailyBrief/sources", 0, []),
    row("DailyBrief/sources[1]/fetchSource", 1, [attempt(3_200, 4_000)]),
    row("DailyBrief/sources[2]/fetchSource", 1, [attempt(3_200, 3_700, { outcome: "failed", error }), wait(3_700, 10_700), attempt(10_700, 11_600, { attempt: 2 })]),
    row("DailyBrief/sources[3]/fetchSource", 1, [attempt(3_200, 3_900, { outcome: "interrupted" }), attempt(6_100, 7_000, { attempt: 2 })]),
    row("DailyBrief/Editor", 0, [attempt(11_700, 18_200)], { model: "strong", spent: { nanoDollars: 90_000_000, tokens: 21_000, turns: 2, calls: 0 } }),
    row(`DailyBrief/${hostile}`, 0, [attempt(18_300, 18_900)]),
    row("DailyBrief/approve", 0, [wait(19_000)], { state: "waiting", waiting: { for: "answer", untilMs: start + 86_400_000 } }),
  ],
}

export const failed: RunDetail = {
  id: "order-17", workflow: "OrderSaga", status: "failed", isUndoing: false, questions: 0, createdAtMs: start - 7_200_000, updatedAtMs: start - 7_160_000,
  spent: { ...nothing, calls: 7 }, budget: {}, input: { order: "17" }, events: 61, canRerun: true, failure: { kind: "unavailable", message: "the carrier answered 503" },
  failed: { kind: "unavailable", message: "the carrier answered 503", step: "OrderSaga/ship", undone: ["OrderSaga/reserve"], undoFailed: [{ step: "OrderSaga/charge", kind: "timeout", message: "no answer within 10 s" }], undoUnknown: [] },
  steps: [
    row("OrderSaga/reserve", 0, [{ ...attempt(0, 0), fromMs: start - 7_199_000, toMs: start - 7_198_000 }]),
    row("OrderSaga/charge", 0, [{ ...attempt(0, 0), fromMs: start - 7_198_000, toMs: start - 7_195_500 }]),
    row("OrderSaga/ship", 0, [{ ...attempt(0, 0), fromMs: start - 7_195_000, toMs: start - 7_190_000, outcome: "failed", error: { kind: "unavailable", message: "503" } }], { state: "failed" }),
    row("OrderSaga/charge/refund", 0, [{ ...attempt(0, 0), fromMs: start - 7_189_000, toMs: start - 7_170_000, outcome: "failed", error: { kind: "timeout", message: "no answer" } }], { state: "failed", isUndo: true }),
    row("OrderSaga/reserve/release", 0, [{ ...attempt(0, 0), fromMs: start - 7_169_000, toMs: start - 7_165_000 }], { isUndo: true }),
  ],
}

const completed: RunRow = { id: "brief-2026-11-02", workflow: "DailyBrief", status: "completed", isUndoing: false, questions: 0, createdAtMs: start - 86_400_000, updatedAtMs: start - 86_310_000, spent: { nanoDollars: 210_000_000, tokens: 91_000, turns: 12, calls: 21 } }
const many: readonly RunRow[] = Array.from({ length: 60 }, (_, index) => ({ ...completed, id: `brief-${1000 + index}`, createdAtMs: start - (index + 2) * 86_400_000, updatedAtMs: start - (index + 2) * 86_400_000 + 41_000 }))

function summary({ id, workflow, version, status, isUndoing, questions, createdAtMs, updatedAtMs, spent, failure }: RunDetail): RunRow {
  return { id, workflow, status, isUndoing, questions, createdAtMs, updatedAtMs, ...(version === undefined ? {} : { version }), ...(spent === undefined ? {} : { spent }), ...(failure === undefined ? {} : { failure }) }
}

const rows: readonly RunRow[] = [summary(waiting), summary(failed), completed, ...many]

export const inbox: Inbox = {
  questions: [
    { run: "morning", step: "DailyBrief/approve", kind: "question", workflow: "DailyBrief", ask: "Publish “Chips arrive”?", choices: ["publish", "revise", "reject"], schema: { enum: ["publish", "revise", "reject"] }, about: { brief: { headline: "Chips arrive", points: ["one", "two", hostile] } }, askedAtMs: start + 19_000, deadlineMs: Date.now() + 3_600_000 },
    { run: "order-17", step: "OrderSaga/charge/refund/manual", kind: "manual", workflow: "OrderSaga", ask: "refund is stuck: go on with it?", schema: { type: "object", properties: { receipt: { type: "string" } }, required: ["receipt"] }, about: { payment: "p-17" }, error: { kind: "timeout", message: "no answer within 10 s" }, askedAtMs: start - 7_000_000 },
  ],
}

const dead: DeadLetters = { letters: [{ ...failed.failed!, run: failed.id, workflow: failed.workflow, atMs: failed.updatedAtMs, input: failed.input }] }

const session: Session = {
  version: "0.1.0", host: { kind: "sidecar", address: "127.0.0.1:50001" },
  program: { file: "daily-brief.agentflow", state: "running", diagnostics: [], build: 1, workflows: [{ name: "DailyBrief", parameters: { type: "object", properties: { topic: { type: "string" } }, required: ["topic"] } }] },
}

function list(query: URLSearchParams): RunPage {
  const [wanted, workflow, search, before] = [query.getAll("status"), query.get("workflow"), query.get("search"), query.get("before")]
  const fitting = rows.filter((run) => (workflow === null || run.workflow === workflow) && (search === null || run.id.includes(search)))
  const counts = Object.fromEntries(["running", "failed", "completed"].map((status) => [status, fitting.filter((run) => run.status === status).length]))
  const found = fitting.filter(({ status }) => wanted.length === 0 || wanted.includes(status))
  const from = before === null ? 0 : Number(before)
  return { runs: found.slice(from, from + 40), counts, listedMax: rows.length, workflows: ["DailyBrief", "OrderSaga"], ...(from + 40 < found.length ? { next: String(from + 40) } : {}) }
}

const graph: Graph = {
  workflow: "DailyBrief",
  layout: {
    name: "DailyBrief", path: "daily-brief.agentflow", width: 240, height: 200, edges: [{ id: "e", kind: "flow", from: "a", to: "b", points: [{ x: 120, y: 60 }, { x: 120, y: 120 }], arrow: true }],
    boxes: [["a", "Researcher", "agent", 10], ["b", "fetchSource", "tool", 120]].map(([id, name, kind, y]) => ({
      id: String(id), role: "card" as const, kind: kind as "agent", x: 20, y: Number(y), w: 200, h: 50, badges: [], title: String(name), span: { start: 0, end: 1 },
      runPath: id === "a" ? "DailyBrief/Researcher" : "DailyBrief/sources/fetchSource", texts: [{ text: String(name), role: "title" as const, x: 32, y: Number(y) + 22, anchor: "start" as const }],
    })),
  },
}

const stepDetail = (path: string): StepDetail => ({
  path, attempts: [
    { activity: "fetchSource", attempt: 1, fromMs: start + 3_200, toMs: start + 3_700, outcome: "failed", error, input: { url: "https://news.example/2" }, spent: nothing, eventId: 14 },
    { activity: "fetchSource", attempt: 2, fromMs: start + 10_700, toMs: start + 11_600, outcome: "ok", input: { url: "https://news.example/2" }, output: { title: hostile, text: "…" }, spent: nothing, eventId: 31 },
  ],
})

function history(from: number, limit: number): HistoryPage {
  const kinds = ["taskScheduled", "taskCompleted", "timerCreated", "timerFired", "eventRaised"]
  const events = Array.from({ length: Math.min(limit, 240 - from) }, (_, index) => ({ index: from + index, atMs: start + index * 400, kind: kinds[index % kinds.length]!, eventId: index, facts: { name: "fetchSource", input: { url: `https://news.example/${index}` } } }))
  return { from, total: 240, events }
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  let text = ""
  for await (const part of request) text += String(part)
  return text === "" ? null : JSON.parse(text) as Json
}

const types: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" }

/** Serves the pages from `folder` and the API beside them. */
export function fakeStudio(folder: string): FakeStudio {
  const asked: Asked[] = []
  const streams = new Set<ServerResponse>()
  const write = (response: ServerResponse, { name, data }: StudioEvent): void => void response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
  const answer = (path: string, query: URLSearchParams): unknown => {
    const [, run, part] = /^runs\/([^/]+)(?:\/(.+))?$/.exec(path) ?? []
    if (path === "session") return session
    if (path === "runs") return list(query)
    if (path === "inbox") return inbox
    if (path === "graph") return graph
    if (path === "dead") return dead
    if (part === "step") return stepDetail(query.get("path")!)
    if (part === "history") return history(Number(query.get("from")), Number(query.get("limit")))
    return [waiting, failed].find(({ id }) => id === run)
  }
  const change = (path: string): unknown => (/\/(redrive|rerun)$|^runs$/.test(path) ? { id: "morning", isNew: true } : { id: "morning", status: "running" })
  const api = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const path = decodeURIComponent(url.pathname.slice("/api/".length))
    const given = request.headers.authorization?.replace("Bearer ", "") ?? url.searchParams.get("token")
    const reply = (status: number, value: unknown): void => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
    if (given !== token) return reply(401, { error: { message: "The token is wrong.", advice: "Open the address that `agentflow dev` printed." } })
    if (path === "events") {
      response.writeHead(200, { "content-type": "text/event-stream" })
      streams.add(response)
      response.on("close", () => streams.delete(response))
      const run = [waiting, failed].find(({ id }) => id === url.searchParams.get("run"))
      if (run !== undefined) write(response, { name: "run", data: run })
      write(response, { name: "inbox", data: inbox })
      return write(response, { name: "dead", data: { count: 1 } })
    }
    if (request.method === "GET") {
      const found = answer(path, url.searchParams)
      return found === undefined ? reply(404, { error: { message: "There is no such run." } }) : reply(200, found)
    }
    const body = await bodyOf(request)
    asked.push({ method: request.method!, path, body })
    reply(200, change(path))
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://127.0.0.1")
    if (url.pathname.startsWith("/api/")) return void api(request, response, url)
    const file = join(folder, url.pathname === "/" ? "studio.html" : url.pathname)
    if (!existsSync(file)) return void response.writeHead(404).end()
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" })
    createReadStream(file).pipe(response)
  })
  return {
    server, asked,
    push: (event) => {
      for (const each of streams) write(each, event)
    },
    close: () => {
      for (const each of streams) each.end()
      server.close()
    },
  }
}
