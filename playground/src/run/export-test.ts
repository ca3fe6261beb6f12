// The run as a `test` block at the end of the program: its input, what was given, where it crashed, how it ended.

import type { Fault, ScriptedOutcome } from "../../../simulator/index.ts"
import { formatDocument } from "../language/session.ts"
import { files, pointOf, program, reveal, setText } from "../state/project.ts"
import { phoneView, tell } from "../state/view.ts"
import { faults, given, inputText, summary, trace, workflow } from "./session.ts"

export function exportTest(): void {
  const path = program.peek()
  const before = files.peek().get(path) ?? ""
  const text = `${before.trimEnd()}\n\n${testText()}\n`
  const at = pointOf(text, before.trimEnd().length + 2)
  setText(path, text, "test")
  phoneView.value = "editor"
  void formatDocument(path).then(() => reveal({ path, range: { start: at, end: at } }))
  tell("The run stands as a test at the end of the program.")
}

export function testText(): string {
  const ended = summary.peek()
  const name = workflow.peek()
  const lines = [...givenLines(), ...faults.peek().flatMap(crashLine), `run ${name}(${argumentsText()})`, endLine(), ...effectLines()]
  const title = faults.peek().length + Object.keys(given.peek()).length === 0 ? `${name} ends ${ended?.status ?? "completed"}` : `${name} survives what was tried`
  return `test ${literal(freeTitle(ended?.status === "completed" ? title : title.replace("survives", "ends after")))} {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`
}

function freeTitle(title: string): string {
  const text = files.peek().get(program.peek()) ?? ""
  let free = title
  for (let number = 2; text.includes(`test "${free}"`); number++) free = `${title} ${number}`
  return free
}

/** Outcomes of single calls become a list for their callable, in order. */
function givenLines(): readonly string[] {
  const byCallable = new Map<string, ScriptedOutcome[]>()
  for (const fault of faults.peek()) {
    if (fault.kind !== "outcome") continue
    const callable = callableOf(fault.callable)
    byCallable.set(callable, [...(byCallable.get(callable) ?? []), { ...fault.outcome, times: 1 }])
  }
  for (const [callable, outcomes] of Object.entries(given.peek())) byCallable.set(callable, [...(byCallable.get(callable) ?? []), ...outcomes])
  return [...byCallable].flatMap(([callable, outcomes]) => {
    const parts = outcomes.map((outcome, index) => outcomeText(outcome, index === outcomes.length - 1)).filter((part) => part !== "")
    return parts.length === 0 ? [] : [`given ${callable} ${parts.join(", then ")}`]
  })
}

function callableOf(path: string): string {
  const steps = Object.values(trace.peek()?.events.at(-1)?.state.runs ?? {}).flatMap((run) => Object.values(run.steps))
  return steps.find((step) => step.path === path)?.callable ?? path.split("/").at(-1)!.replace(/#\d+$/, "")
}

function outcomeText({ action, kind = "unavailable", value, times, instead }: ScriptedOutcome, isLast: boolean): string {
  if (instead !== undefined) return instead === "silence" ? "fails timeout always" : "fails invalid_output 1 times"
  if (action === "fails") return `fails ${kind}${times === undefined ? (isLast ? " always" : "") : ` ${times} times`}`
  return value === undefined ? "" : `returns ${literal(value)}`
}

function crashLine(fault: Fault): readonly string[] {
  return fault.kind === "crashAt" ? [`crash after ${callableOf(fault.callable)}`] : []
}

function endLine(): string {
  const ended = summary.peek()
  if (ended?.status === "completed") return "expect completed"
  return ended?.kind === undefined ? "expect failed" : `expect failed ${ended.kind}`
}

function effectLines(): readonly string[] {
  return [...new Set((trace.peek()?.outside.effects ?? []).map(({ callable }) => callable))].filter((name) => (trace.peek()?.outside.effects ?? []).filter(({ callable }) => callable === name).length === 1).map((name) => `expect ${name} effect once`)
}

function argumentsText(): string {
  const input = JSON.parse(inputText.peek()) as Readonly<Record<string, unknown>>
  return Object.entries(input).map(([name, value]) => `${name}: ${literal(value)}`).join(", ")
}

/** JSON as the language writes it: names without quotes, braces in texts escaped. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "nothing"
  if (typeof value === "string") return JSON.stringify(value).replace(/[{}]/g, "\\$&")
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`
  if (typeof value === "object") return `{ ${Object.entries(value).map(([name, each]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${literal(each)}`).join(", ")} }`
  return String(value)
}
