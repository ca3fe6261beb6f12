// The tests of the program: run in the worker, with what each came to; the run of one can be looked at like any other.

import { batch, computed, effect, signal } from "@preact/signals"
import type { Trace } from "../../../simulator/index.ts"
import { showWorkflow } from "../graph/pane.tsx"
import { generation } from "../state/project.ts"
import { bottomOpen, bottomTab, phoneView, narrow, runPart, showTab } from "../state/view.ts"
import type { RunSummary, TestReport } from "./protocol.ts"
import { requested } from "./request.ts"
import { runner } from "./runner.ts"
import { fail, info, load, moment, outdated, phase, playing, problem, questions, shownTest, summary, trace, workflow } from "./session.ts"

export type TestState = { readonly kind: "running" } | { readonly kind: "broken"; readonly message: string } | { readonly kind: "done"; readonly report: TestReport }

/** By name. */
export const testStates = signal<ReadonlyMap<string, TestState>>(new Map())
/** Tests whose results are of an older text say nothing any more. */
let ofProgram: typeof info.value

export const testsPassed = computed(() => [...testStates.value.values()].filter((state) => state.kind === "done" && state.report.result.ok).length)

/** All of them without a name; the run of a single one is shown. */
export async function runTests(name?: string): Promise<void> {
  if (!(await load())) return
  const known = info.peek()!
  if (ofProgram !== known) testStates.value = new Map()
  ofProgram = known
  const wanted = known.tests.filter((each) => name === undefined || each.name === name)
  const note = (of: string, state: TestState): void => void (testStates.value = new Map(testStates.peek()).set(of, state))
  for (const each of wanted) note(each.name, { kind: "running" })
  const worker = await runner()
  for (const each of wanted) {
    const state = await worker.ask("test", { name: each.name }).then((report): TestState => ({ kind: "done", report }), (caught: unknown): TestState => ({ kind: "broken", message: String(caught) }))
    if (ofProgram !== known || info.peek() !== known) {
      // The program was changed meanwhile.
      if (ofProgram === known) testStates.value = new Map([...testStates.peek()].filter(([, { kind }]) => kind !== "running"))
      return
    }
    note(each.name, state)
  }
  const last = wanted.length === 1 ? testStates.peek().get(wanted[0]!.name) : undefined
  if (last?.kind === "done") showTest(last.report)
}

export function showTest(report: TestReport): void {
  const test = info.peek()?.tests.find(({ name }) => name === report.result.name)
  batch(() => {
    shownTest.value = report
    trace.value = report.trace
    summary.value = summaryOf(report.trace)
    questions.value = {}
    if (test !== undefined && test.workflow !== "") {
      workflow.value = test.workflow
      showWorkflow(test.workflow.replace(/@\d+$/, ""))
    }
    moment.value = report.trace.events.length - 1
    phase.value = "ready"
    problem.value = ""
    outdated.value = false
    playing.value = false
    runPart.value = "graph"
    showTab("run")
  })
}

/** Of the run that was started last. */
function summaryOf({ events, outside }: Trace): RunSummary | undefined {
  const last = events.at(-1)
  const run = Object.values(last?.state.runs ?? {}).findLast(({ parent }) => parent === undefined)
  if (last === undefined || run === undefined) return undefined
  const { status, failure, ledger: { spent } } = run
  return {
    status, elapsedMs: last.atMs, nanoDollars: spent.nanoDollars, tokens: spent.tokens, calls: outside.calls.length, undone: failure?.undone?.length ?? 0,
    ...(failure === undefined ? {} : { kind: failure.kind, message: failure.message }), ...(run.result === undefined ? {} : { result: run.result }),
  }
}

effect(() => {
  void generation.value
  ofProgram = undefined
  testStates.value = new Map()
})

effect(() => {
  const asked = requested.value
  if (asked?.command !== "test") return
  requested.value = undefined
  batch(() => {
    bottomTab.value = "tests"
    bottomOpen.value = true
    runPart.value = "tests"
    if (narrow.peek()) phoneView.value = "run"
  })
  void runTests(asked.name === "" ? undefined : asked.name).catch((caught: unknown) => fail(caught instanceof Error ? caught.message : String(caught)))
})
