// The run as a `test` block at the end of the program: its input, what was given, where it crashed, how it ended.

import type { JsonSchema } from "@agentflow/runtime/contract"
import type { Fault, ScriptedOutcome } from "../../../simulator/index.ts"
import { formatDocument } from "../language/session.ts"
import { files, pointOf, program, reveal, setText } from "../state/project.ts"
import { phoneView, tell } from "../state/view.ts"
import { faults, given, info, inputText, summary, trace, workflow } from "./session.ts"

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
    const parts = outcomes.map((outcome, index) => outcomeText(outcome, { isLast: index === outcomes.length - 1, schema: info.peek()?.callables.find(({ name }) => name === callable)?.schema ?? true })).filter((part) => part !== "")
    return parts.length === 0 ? [] : [`given ${callable} ${parts.join(", then ")}`]
  })
}

function callableOf(path: string): string {
  const steps = Object.values(trace.peek()?.events.at(-1)?.state.runs ?? {}).flatMap((run) => Object.values(run.steps))
  return steps.find((step) => step.path === path)?.callable ?? path.split("/").at(-1)!.replace(/#\d+$/, "")
}

function outcomeText({ action, kind = "unavailable", value, times, instead }: ScriptedOutcome, { isLast, schema }: { readonly isLast: boolean; readonly schema: JsonSchema }): string {
  if (instead !== undefined) return instead === "silence" ? "fails timeout always" : "fails invalid_output 1 times"
  if (action === "fails") return `fails ${kind}${times === undefined ? (isLast ? " always" : "") : ` ${times} times`}`
  return value === undefined ? "" : `returns ${literal(value, schema)}`
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
  const schema = info.peek()?.workflows.find(({ name }) => name === workflow.peek())?.schema ?? true
  return Object.entries(input).map(([name, value]) => `${name}: ${literal(value, propertyOf(schema, name), schema)}`).join(", ")
}

type SchemaObject = Readonly<Record<string, unknown>>

function propertyOf(schema: JsonSchema, name: string): JsonSchema {
  return typeof schema === "boolean" ? true : ((schema["properties"] as Readonly<Record<string, JsonSchema>> | undefined)?.[name] ?? (schema["additionalProperties"] as JsonSchema | undefined) ?? true)
}

/** JSON as the language writes it: names without quotes, braces in texts escaped, money with its sign, members of enums by their names. */
export function literal(value: unknown, schema: JsonSchema = true, root: JsonSchema = schema): string {
  const { type, isMoney } = resolved(schema, root)
  if (value === null || value === undefined) return "nothing"
  if (typeof value === "number" && isMoney) return `$${value}`
  if (typeof value === "string") return enumOf(schema, root) === undefined ? JSON.stringify(value).replace(/[{}]/g, "\\$&") : `${enumOf(schema, root)}.${value}`
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, (typeof type === "boolean" ? true : (type["items"] as JsonSchema | undefined)) ?? true, root)).join(", ")}]`
  if (typeof value === "object") return `{ ${Object.entries(value).map(([name, each]) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${literal(each, propertyOf(type, name), root)}`).join(", ")} }`
  return String(value)
}

function referred(reference: unknown, root: JsonSchema): JsonSchema {
  const definitions = typeof root === "boolean" ? undefined : (root["$defs"] as Readonly<Record<string, JsonSchema>> | undefined)
  return definitions?.[String(reference).replace("#/$defs/", "")] ?? true
}

function resolved(schema: JsonSchema, root: JsonSchema): { readonly type: JsonSchema; readonly isMoney: boolean } {
  if (typeof schema === "boolean") return { type: schema, isMoney: false }
  const { $ref, anyOf, description } = schema as SchemaObject
  if ($ref !== undefined) return resolved(referred($ref, root), root)
  const branch = Array.isArray(anyOf) ? (anyOf as readonly JsonSchema[]).find((each) => typeof each === "object" && each["type"] !== "null") : undefined
  if (branch !== undefined) return resolved(branch, root)
  return { type: schema, isMoney: typeof description === "string" && description.includes("US dollars") }
}

/** The name of the enum that a type is, where it is one. */
function enumOf(schema: JsonSchema, root: JsonSchema): string | undefined {
  const reference = typeof schema === "boolean" ? undefined : schema["$ref"]
  const target = reference === undefined ? true : referred(reference, root)
  return typeof target === "object" && Array.isArray(target["enum"]) ? String(reference).replace("#/$defs/", "") : undefined
}
