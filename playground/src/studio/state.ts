// What the Studio knows: filled by requests, kept fresh by the server's stream of events.

import { computed, effect, signal } from "@preact/signals"
import type { Inbox, ProgramState, QuestionRow, RunDetail, RunPage, RunRow, RunStatus, Session, StepDetail, StudioEvent } from "../../../cli/studio/api.ts"
import { tell } from "../state/view.ts"
import { ask, events, runPath, textOf } from "./client.ts"

export type Place = "runs" | "inbox" | "dead"

export const session = signal<Session | undefined>(undefined)
export const program = signal<ProgramState | undefined>(undefined)
/** Why nothing can be seen, when nothing can. */
export const unreachable = signal<string | undefined>(undefined)
export const place = signal<Place>("runs")
export const chosen = signal<string | undefined>(undefined)
export const statuses = signal<ReadonlySet<RunStatus>>(new Set())
export const workflow = signal("")
export const search = signal("")
export const page = signal<RunPage | undefined>(undefined)
export const older = signal<readonly RunRow[]>([])
export const detail = signal<RunDetail | undefined>(undefined)
export const detailProblem = signal<string | undefined>(undefined)
export const step = signal<string | undefined>(undefined)
export const stepDetail = signal<StepDetail | undefined>(undefined)
export const questions = signal<readonly QuestionRow[] | undefined>(undefined)
export const deadCount = signal(0)
/** Moves on once a second while the page is seen. */
export const now = signal(Date.now())

export const rows = computed(() => {
  const first = page.value?.runs ?? []
  const known = new Set(first.map(({ id }) => id))
  return [...first, ...older.value.filter(({ id }) => !known.has(id))]
})

setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now()
}, 1000)

// ---------------------------------------------------------------------------------------------------------------- where we are

export const hashOf = (to: Place, run?: string): string => `#/${to}${run === undefined ? "" : `/${encodeURIComponent(run)}`}`

export function goTo(to: Place, run?: string): void {
  location.hash = hashOf(to, run)
}

export function followAddress(): void {
  const [, to = "runs", run] = location.hash.split("/")
  place.value = to === "inbox" || to === "dead" ? to : "runs"
  chosen.value = place.value === "runs" && run !== undefined && run !== "" ? decodeURIComponent(run) : undefined
}

// ---------------------------------------------------------------------------------------------------------------- asking

function query(before?: string): string {
  const wanted = new URLSearchParams()
  for (const status of statuses.peek()) wanted.append("status", status)
  if (workflow.peek() !== "") wanted.set("workflow", workflow.peek())
  if (search.peek().trim() !== "") wanted.set("search", search.peek().trim())
  if (before !== undefined) wanted.set("before", before)
  return `runs?${wanted}`
}

let asked = 0
/** The newest page for the filters; a slower answer to older filters is dropped. */
export async function loadRuns(): Promise<void> {
  const mine = ++asked
  try {
    const found = await ask<RunPage>("GET", query())
    if (mine !== asked) return
    page.value = found
    unreachable.value = undefined
  } catch (problem) {
    if (mine === asked) unreachable.value = textOf(problem)
  }
}

export async function loadOlder(): Promise<void> {
  const before = olderNext.value
  if (before === undefined) return
  try {
    const found = await ask<RunPage>("GET", query(before))
    older.value = [...older.value, ...found.runs]
    olderNext.value = found.next
  } catch (problem) {
    tell(textOf(problem), "error")
  }
}

export const olderNext = signal<string | undefined>(undefined)

export async function loadSession(): Promise<void> {
  try {
    session.value = await ask<Session>("GET", "session")
    program.value = session.value.program
    unreachable.value = undefined
  } catch (problem) {
    unreachable.value = textOf(problem)
  }
}

export async function loadStep(path: string): Promise<void> {
  const run = chosen.peek()
  if (run === undefined) return
  try {
    const found = await ask<StepDetail>("GET", runPath(run, `/step?path=${encodeURIComponent(path)}`))
    if (step.peek() === path && chosen.peek() === run) stepDetail.value = found
  } catch (problem) {
    tell(textOf(problem), "error")
  }
}

export function chooseStep(path: string | undefined): void {
  step.value = path
  stepDetail.value = undefined
  if (path !== undefined) void loadStep(path)
}

/** Asks for something to be done and says how it went; true when it was done. */
export async function act(what: string, work: () => Promise<string>): Promise<boolean> {
  try {
    tell(await work())
    return true
  } catch (problem) {
    tell(`${what}: ${textOf(problem)}`, "error")
    return false
  }
}

// ---------------------------------------------------------------------------------------------------------------- staying fresh

function fresh(found: readonly RunRow[]): void {
  const known = page.peek()
  // Filters, counts and order are the server's: one new question rather than a second opinion here.
  if (known === undefined || found.length > 0) void loadRuns()
}

function follow(run: string | undefined): EventSource {
  const source = events(run)
  const on = <Name extends StudioEvent["name"]>(name: Name, use: (data: Extract<StudioEvent, { name: Name }>["data"]) => void): void => {
    source.addEventListener(name, (event) => use(JSON.parse((event as MessageEvent<string>).data) as never))
  }
  on("runs", ({ runs }) => fresh(runs))
  on("run", (data) => {
    if (data.id !== chosen.peek()) return
    detail.value = data
    detailProblem.value = undefined
    const open = step.peek()
    if (open !== undefined && data.steps.some(({ path, state }) => path === open && (state === "running" || state === "waiting" || stepDetail.peek()?.attempts.some(({ toMs }) => toMs === undefined)))) void loadStep(open)
  })
  on("gone", ({ id }) => {
    if (id !== chosen.peek()) return
    detail.value = undefined
    detailProblem.value = `There is no run ${id}; it may have been removed.`
  })
  on("inbox", ({ questions: waiting }: Inbox) => {
    questions.value = waiting
  })
  on("dead", ({ count }) => {
    deadCount.value = count
  })
  on("program", (state) => {
    program.value = state
  })
  on("host", ({ isReachable, message }) => {
    unreachable.value = isReachable ? undefined : (message ?? "The sidecar can't be reached.")
  })
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.OPEN) unreachable.value ??= "The Studio's server can't be reached. Is `agentflow dev` still running?"
  })
  source.addEventListener("open", () => {
    if (unreachable.peek() !== undefined) void loadSession().then(loadRuns)
  })
  return source
}

/** Starts to follow the server; which run is told in detail follows the choice. */
export function start(): void {
  followAddress()
  addEventListener("hashchange", followAddress)
  void loadSession()
  let source: EventSource | undefined
  let followed: string | undefined | null = null
  effect(() => {
    const run = chosen.value
    if (run === followed) return
    followed = run
    source?.close()
    chooseStep(undefined)
    detail.value = undefined
    detailProblem.value = undefined
    source = follow(run)
  })
  effect(() => {
    void [statuses.value, workflow.value]
    older.value = []
    olderNext.value = undefined
    void loadRuns()
  })
  effect(() => {
    if (older.peek().length === 0) olderNext.value = page.value?.next
  })
  let typing: ReturnType<typeof setTimeout> | undefined
  let first = true
  effect(() => {
    void search.value
    clearTimeout(typing)
    if (!first) typing = setTimeout(() => { older.value = []; void loadRuns() }, 150)
    first = false
  })
}
