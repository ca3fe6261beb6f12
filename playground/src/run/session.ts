// The run that is shown: the program that was loaded, the world it meets, what happened, and the moment that is looked at.

import { batch, computed, effect, signal } from "@preact/signals"
import type { Fault, ScriptedOutcome, Trace, TraceEvent, World, WorldState } from "../../../simulator/index.ts"
import { language, uriOf } from "../language/session.ts"
import { files, generation, program } from "../state/project.ts"
import { errorCount } from "../shell/problems.tsx"
import { bottomOpen, bottomTab } from "../state/view.ts"
import type { ProgramInfo, Requests, RunSummary, TestReport } from "./protocol.ts"
import { requested } from "./request.ts"
import { runner } from "./runner.ts"
import { playTimes } from "./time.ts"

export type Phase = "none" | "loading" | "ready" | "failed"

export const phase = signal<Phase>("none")
export const problem = signal("")
export const info = signal<ProgramInfo | undefined>(undefined)
export const workflow = signal("")
const noInput = "{}"
export const inputText = signal(noInput)
/** The world beside what is usual: kept in shared links. */
export const faults = signal<readonly Fault[]>([])
export const given = signal<Readonly<Record<string, readonly ScriptedOutcome[]>>>({})
export const decisions = signal<World["decisions"]>({})
export const seed = signal(0)

export const trace = signal<Trace | undefined>(undefined)
export const summary = signal<RunSummary | undefined>(undefined)
export const boundaries = signal(0)
export const questions = signal<Readonly<Record<string, string>>>({})
/** Index into the trace's events. */
export const moment = signal(0)
export const playing = signal(false)
export const speed = signal(1)
/** People are asked while the run plays; without it they answer by themselves. */
export const asksMe = signal(true)
/** The test whose run is shown, instead of one in the visitor's world. */
export const shownTest = signal<TestReport | undefined>(undefined)
/** The text has changed since the run. */
export const outdated = signal(false)

/** Every fault at every step is looked at. */
export const matrixOpen = signal(false)

export const event = computed<TraceEvent | undefined>(() => trace.value?.events[moment.value])
export const worldState = computed<WorldState | undefined>(() => event.value?.state)
export const times = computed(() => playTimes(trace.value?.events ?? []))
export const atEnd = computed(() => trace.value !== undefined && moment.value >= trace.value.events.length - 1)

let loadedText: ReadonlyMap<string, string> | undefined
let runs = 0

/** Loads the program as it is now; false when it has errors or could not be loaded. */
export function load(): Promise<boolean> {
  const text = files.peek()
  if (loadedText === text && info.peek() !== undefined) return Promise.resolve(true)
  // Several panes ask at once: what is loaded twice would be two programs.
  if (loading?.text !== text || loading.program !== program.peek()) {
    const mine = { text, program: program.peek(), done: loadNow(text).finally(() => { if (loading === mine) loading = undefined }) }
    loading = mine
  }
  return loading!.done
}

let loading: { readonly text: ReadonlyMap<string, string>; readonly program: string; readonly done: Promise<boolean> } | undefined

async function loadNow(text: ReadonlyMap<string, string>): Promise<boolean> {
  phase.value = "loading"
  const client = await language()
  const data = await client.request<Requests["load"]["params"] | null>("agentflow/simulation", { uri: uriOf(program.peek()) })
  if (data === null) {
    fail(errorCount.peek() > 0 ? "The program has errors: see Problems." : "The code printer did not load. Run again to try once more.")
    return false
  }
  const made = await (await runner()).ask("load", data)
  batch(() => {
    loadedText = text
    info.value = made
    outdated.value = false
    if (made.workflows.some(({ name }) => name === workflow.peek())) return
    // An input that was written while the program was read is kept.
    const written = workflow.peek() === "" && inputText.peek() !== noInput ? inputText.peek() : undefined
    chooseWorkflow(made.workflows[0]?.name ?? "")
    if (written !== undefined) inputText.value = written
  })
  return made.workflows.length > 0
}

export function fail(text: string): void {
  batch(() => {
    phase.value = "failed"
    problem.value = text
    playing.value = false
  })
}

export function chooseWorkflow(name: string): void {
  batch(() => {
    workflow.value = name
    inputText.value = inputFor(name)
    faults.value = []
    given.value = {}
    decisions.value = {}
  })
}

/** The project's own input where it has one and it is for this workflow, else a readable one. */
function inputFor(name: string): string {
  const sample = info.peek()?.workflows.find((each) => each.name === name)?.sample ?? {}
  const isFirst = info.peek()?.workflows[0]?.name === name || info.peek()?.workflows.length === 1
  const own = files.peek().get("input.json")
  if (own !== undefined && isFirst) return own.trim()
  return JSON.stringify(sample, null, 2)
}

export interface RunAgain {
  /** Stays at the moment that is looked at, as what came before is the same. */
  readonly keepMoment?: boolean
  readonly play?: boolean
}

export async function run({ keepMoment = false, play = true }: RunAgain = {}): Promise<void> {
  const mine = ++runs
  try {
    if (!(await load())) return
    const input: unknown = JSON.parse(inputText.peek())
    const made = await (await runner()).ask("run", { workflow: workflow.peek(), input, world: currentWorld() })
    if (mine !== runs) return
    batch(() => {
      shownTest.value = undefined
      trace.value = made.trace
      summary.value = made.summary
      boundaries.value = made.boundaries
      questions.value = made.questions
      moment.value = keepMoment ? Math.min(moment.peek(), made.trace.events.length - 1) : 0
      phase.value = "ready"
      problem.value = ""
      playing.value = play
      bottomTab.value = "timeline"
      bottomOpen.value = true
    })
  } catch (caught) {
    if (mine === runs) fail(caught instanceof SyntaxError ? `The input is not JSON: ${caught.message}` : caught instanceof Error ? caught.message : String(caught))
  }
}

export function currentWorld(): Partial<World> {
  return { seed: seed.peek(), faults: faults.peek(), given: given.peek(), decisions: decisions.peek() }
}

/** Another world, the same moment: what lies before the change happens as it did. */
export function changeWorld(change: () => void): void {
  batch(change)
  if (trace.peek() !== undefined) void run({ keepMoment: true, play: playing.peek() })
}

export function goTo(index: number): void {
  const last = (trace.peek()?.events.length ?? 1) - 1
  moment.value = Math.max(0, Math.min(last, index))
}

export function stop(): void {
  batch(() => {
    playing.value = false
    trace.value = undefined
    summary.value = undefined
    shownTest.value = undefined
    moment.value = 0
    phase.value = "none"
  })
}

// ---------------------------------------------------------------- playing

effect(() => {
  if (!playing.value) return
  let position = times.peek()[moment.peek()] ?? 0
  let last = performance.now()
  let frame = requestAnimationFrame(function tick(now) {
    const all = times.peek()
    position += (now - last) * speed.peek()
    last = now
    let index = moment.peek()
    while (index + 1 < all.length && all[index + 1]! <= position) {
      index++
      if (stopsAt(index)) break
    }
    if (index !== moment.peek()) moment.value = index
    if (stopsAt(index) || index >= all.length - 1) {
      playing.value = false
      return
    }
    frame = requestAnimationFrame(tick)
  })
  return () => cancelAnimationFrame(frame)
})

/** A question that nobody has answered yet, where people are asked. */
function stopsAt(index: number): boolean {
  const { what } = trace.peek()?.events[index] ?? {}
  return asksMe.peek() && what?.kind === "callEnded" && isOpenQuestion(what.callable)
}

function isOpenQuestion(callable: string): boolean {
  return given.peek()[callable] === undefined && info.peek()?.callables.some(({ name, kind }) => name === callable && kind === "human") === true
}

// ---------------------------------------------------------------- following the page

effect(() => {
  void generation.value
  batch(() => {
    loadedText = undefined
    info.value = undefined
    workflow.value = ""
    inputText.value = noInput
    trace.value = undefined
    summary.value = undefined
    shownTest.value = undefined
    faults.value = []
    given.value = {}
    decisions.value = {}
    phase.value = "none"
    playing.value = false
  })
})

effect(() => {
  if (files.value !== loadedText && trace.peek() !== undefined) outdated.value = true
})

effect(() => {
  const asked = requested.value
  if (asked === undefined || asked.command === "test") return
  requested.value = undefined
  void load().then((isLoaded) => {
    if (isLoaded && info.peek()?.workflows.some(({ name }) => name === asked.name) && workflow.peek() !== asked.name) chooseWorkflow(asked.name)
    return run({ play: asked.command === "run" }).then(() => {
      if (asked.command === "simulate" && trace.peek() !== undefined) matrixOpen.value = true
    })
  }).catch((caught: unknown) => fail(String(caught)))
})

/** The workflow that a run would start, with its input as JSON; undefined for a program that can't be run as it is. */
export async function startOf(): Promise<{ readonly workflow: string; readonly input: string; readonly isOnly: boolean } | undefined> {
  if (!(await load().catch(() => false))) return undefined
  if (phase.peek() === "loading") phase.value = trace.peek() === undefined ? "none" : "ready"
  return { workflow: workflow.peek(), input: inputText.peek(), isOnly: info.peek()!.workflows.length === 1 }
}

/** Makes the workflows and their inputs known without running one. */
export function prepare(): void {
  if (info.peek() !== undefined && loadedText === files.peek()) return
  void load().then((isLoaded) => {
    if (isLoaded && phase.peek() === "loading") phase.value = trace.peek() === undefined ? "none" : "ready"
  }).catch((caught: unknown) => fail(caught instanceof Error ? caught.message : String(caught)))
}
