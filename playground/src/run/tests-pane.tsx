// The tests of the program as a list: what each came to, why one fails, and a way to its line and to its run.

import { useEffect } from "preact/hooks"
import { compilerFailed, state as compiler } from "../language/session.ts"
import { counted } from "../shell/count.ts"
import { errorCount } from "../shell/problems.tsx"
import { Icon } from "../shell/icons.tsx"
import { files, pointOf, reveal } from "../state/project.ts"
import { phoneView } from "../state/view.ts"
import type { TestInfo, TestReport } from "./protocol.ts"
import { fail, info, outdated, phase, prepare, problem, shownTest } from "./session.ts"
import { runTests, showTest, testsPassed, testStates, type TestState } from "./tests.ts"

const start = (name?: string): void => void runTests(name).catch((caught: unknown) => fail(caught instanceof Error ? caught.message : String(caught)))

export function TestsPane() {
  useEffect(() => {
    if (errorCount.peek() === 0) prepare()
  }, [files.value])
  const tests = info.value?.tests
  if (errorCount.value > 0) return <p class="empty">The program has errors: its tests can be run when it has none.</p>
  if (tests === undefined) return <p class="empty" role="status">{compiler.value === "failed" ? compilerFailed : phase.value === "failed" ? `The tests could not be loaded: ${problem.value}` : "Reading the tests …"}</p>
  if (tests.length === 0) return <p class="empty">No tests yet. Run the workflow, break it, and choose “Export as test”.</p>
  const isRunning = [...testStates.value.values()].some(({ kind }) => kind === "running")
  return (
    <div class="tests">
      <div class="tests-bar">
        <button type="button" class="button button-small" disabled={isRunning} onClick={() => start()}><Icon name="play" />Run all</button>
        <span class="tests-count" role="status">{testStates.value.size === 0 ? counted(tests.length, "test") : `${testsPassed.value} of ${tests.length} passed${outdated.value ? ", before the last change" : ""}`}</span>
      </div>
      <ul class="tests-list">{tests.map((test) => <Row key={test.name} test={test} state={testStates.value.get(test.name)} />)}</ul>
    </div>
  )
}

const words = { none: "not run", running: "running", broken: "could not be run", passed: "passed", failed: "failed" } as const

function stateOf(state: TestState | undefined): keyof typeof words {
  if (state === undefined) return "none"
  return state.kind !== "done" ? state.kind : state.report.result.ok ? "passed" : "failed"
}

function Row({ test, state }: { readonly test: TestInfo; readonly state: TestState | undefined }) {
  const is = stateOf(state)
  const report = state?.kind === "done" ? state.report : undefined
  return (
    <li class={`test test-${is}`}>
      <div class="test-head">
        <span class="test-sign" role="img" aria-label={words[is]}>{is === "passed" ? <Icon name="check" /> : is === "failed" || is === "broken" ? <Icon name="error" /> : <Icon name="flask" />}</span>
        <button type="button" class="test-name" onClick={() => toSource(test.origin)}>{test.name}</button>
        <span class="test-more tnum">{is === "running" ? "running …" : report === undefined ? "" : report.result.worlds > 0 ? counted(report.result.worlds, "world") : ""}</span>
        {report === undefined ? null : <button type="button" class="button button-quiet button-small" aria-label={`Show run: ${test.name}`} aria-pressed={shownTest.value === report} onClick={() => showTest(report)}>Show run</button>}
        <button type="button" class="button button-quiet button-small" aria-label={`Run the test: ${test.name}`} disabled={is === "running"} onClick={() => start(test.name)}><Icon name="play" /></button>
      </div>
      {state?.kind === "broken" ? <p class="test-why">{state.message}</p> : null}
      {report === undefined || report.result.ok ? null : <Reasons report={report} />}
    </li>
  )
}

/** What was expected and what is, with the line that says it. */
export function Reasons({ report: { result: { unmet, smallest, failedWorlds, worlds } } }: { readonly report: TestReport }) {
  return (
    <div class="test-why">
      {smallest === undefined ? null : <p>Fails in {failedWorlds.length} of {worlds} worlds, the smallest with <code>{smallest.fault}</code> ({smallest.label}).</p>}
      <ul>
        {unmet.map(({ origin, expected, actual }, index) => (
          <li key={index}><button type="button" class="test-line" onClick={() => toSource(origin)}>line {lineOf(origin) + 1}</button> expected <b>{expected}</b>, but {actual}</li>
        ))}
      </ul>
    </div>
  )
}

type Origin = TestInfo["origin"]

const pathOf = ({ path }: Origin): string => path.replace(/^\//, "")
const lineOf = (origin: Origin): number => pointOf(files.value.get(pathOf(origin)) ?? "", origin.span.start).line

function toSource(origin: Origin): void {
  const path = pathOf(origin)
  const text = files.peek().get(path)
  if (text === undefined) return
  const at = pointOf(text, origin.span.start)
  phoneView.value = "editor"
  reveal({ path, range: { start: at, end: at } })
}
