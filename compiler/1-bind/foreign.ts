// Names that other languages have and this one has not: what to write instead.

import type { Fix } from "../../base/diagnostics/diagnostic.ts"
import { span } from "../../base/text/span.ts"
import type { CallExpression, Expression } from "../../grammar/syntax/nodes.ts"

export interface Foreign {
  /** What comes behind the message: `; write …`. */
  readonly hint: string
  /** What may be written in its place unseen. */
  readonly write?: string
}

const absent: Foreign = { hint: "; the absent value is `nothing`.", write: "nothing" }
const log: Foreign = { hint: "; write `log` and a text, without parentheses: `log \"got {count}\"`." }
const yes: Foreign = { hint: "; write `true`.", write: "true" }
const no: Foreign = { hint: "; write `false`.", write: "false" }
const hole: Foreign = { hint: "; a value becomes text in a text: `\"{value}\"`." }
const code: Foreign = { hint: "; code stands in a TypeScript file that a `tool … from \"./tools.ts\"` calls." }
const parallel: Foreign = { hint: "; what runs at the same time is written `parallel { a = f()  b = g() }`." }
const now: Foreign = { hint: "; the time of the workflow is `now()`." }
const request: Foreign = { hint: "; a request is a tool: `tool fetchPage(url: string): json = GET \"{url}\"`." }
const environment: Foreign = { hint: "; a value of the environment is a `setting`, or a `secret`." }
const parameters: Foreign = { hint: "; the parameters are in scope by their names." }
const lambda: Foreign = { hint: "; a lambda is written `x => x.title`." }

const names: Readonly<Record<string, Foreign>> = {
  null: absent, undefined: absent, None: absent, nil: absent, NULL: absent, Null: absent,
  True: yes, TRUE: yes, False: no, FALSE: no,
  console: log, print: log, println: log, printf: log, echo: log, puts: log, logger: log, log,
  len: { hint: "; write `.length` behind the list or the text." },
  str: hole, String: hole, toString: hole, JSON: hole, Number: code, parseInt: code, parseFloat: code, int: code, float: code, Math: code, RegExp: code,
  Date: now, datetime: now, time: now,
  setTimeout: { hint: "; write `sleep 5s`." }, sleep: { hint: "; write `sleep 5s`, without parentheses." },
  asyncio: parallel, Promise: parallel, parallel, gather: parallel,
  race: { hint: "; write `race { a = f()  b = g() }`." },
  fail: { hint: "; write `fail` and a declared error: `fail OutOfStock(\"why\")`." },
  retry: { hint: "; a retry stands behind its call: `f(x) retry 3 times`." },
  timeout: { hint: "; a timeout stands behind its call: `f(x) timeout 20s`." },
  range: { hint: "; a number of rounds is `repeat up to 3 times { … }`." },
  enumerate: { hint: "; write `for x, index in list`." },
  fetch: request, axios: request, requests: request, process: environment, env: environment, os: environment, this: parameters, self: parameters,
  function: lambda, lambda,
  break: { hint: "; a loop ends with its list, or with the `until` of a `repeat`." },
  pass: { hint: "; a block may be empty.", write: "" },
  _: { hint: "; the arm for everything else is `else`." },
}

/** By the name of a type: what it is called here, and a note where that is not the whole answer. */
const types: Readonly<Record<string, string>> = {
  boolean: "bool", Boolean: "bool", Bool: "bool",
  str: "string", String: "string", Str: "string", text: "string", char: "string",
  integer: "int", Integer: "int", Int: "int", long: "int", bigint: "int", i32: "int", i64: "int", u32: "int", u64: "int", usize: "int",
  float: "number", Float: "number", double: "number", Double: "number", Number: "number", decimal: "number", Decimal: "number", f32: "number", f64: "number",
  Date: "time", date: "time", datetime: "time", DateTime: "time", timestamp: "time", Timestamp: "time", timedelta: "duration", Duration: "duration",
  any: "json", Any: "json", unknown: "json", object: "json", Object: "json", dict: "json", dynamic: "json",
  void: "nothing", Void: "nothing", None: "nothing", null: "nothing", undefined: "nothing", unit: "nothing",
}

/** What other languages call the members that texts and lists have here. */
const members: Readonly<Record<string, string>> = {
  toUpperCase: "upper", toLowerCase: "lower", strip: "trim", contains: "includes", startswith: "startsWith", endswith: "endsWith", substring: "slice",
  substr: "slice", replaceAll: "replace", len: "length", size: "length", count: "length", any: "some", all: "every", sort: "sortBy", sorted: "sortBy",
  unique: "distinct", uniq: "distinct", flatten: "flat", slice: "take", where: "filter",
}

const memberHints: Readonly<Record<string, string>> = {
  push: "; no value changes: write `list = [...list, item]` for a `var`, or take the list that a `for` gives.",
  append: "; no value changes: write `list = [...list, item]` for a `var`, or take the list that a `for` gives.",
  forEach: "; write `for x in list { … }`.", reduce: "; write `.sum(…)` or `.join(…)`, or a `for` with a `var`.",
  includes: "; write `.some(x => x == …)`.", contains: "; write `.some(x => x == …)`.", has: "; write `.some(x => x == …)`.", indexOf: "; write `.some(x => x == …)`.",
  first: "; write `[0]`.", head: "; write `[0]`.", last: "; write `[list.length - 1]`.", concat: "; write `[...a, ...b]`.", extend: "; write `[...a, ...b]`.",
  pop: "; no value changes: `.take(n)` and `.filter(…)` give other lists.", shift: "; no value changes: `.take(n)` and `.filter(…)` give other lists.",
  toString: "; a value becomes text in a text: `\"{value}\"`.", then: "; every call is waited for.", catch: "; write `try { … } catch e { … }`.",
}

export function foreignMember(name: string, known: readonly string[]): Partial<Foreign> {
  const write = Object.hasOwn(members, name) ? members[name] : undefined
  if (write !== undefined && known.includes(write)) return { write }
  return Object.hasOwn(memberHints, name) ? { hint: memberHints[name]! } : {}
}

export const foreignName = (name: string): Foreign | undefined => (Object.hasOwn(names, name) ? names[name] : undefined)

export const foreignType = (name: string): string | undefined => (Object.hasOwn(types, name) ? types[name] : undefined)

export function typeHint(name: string, write: string): string {
  if (write === "json") return "; a value of any shape is `json`, better is a `type` with its fields."
  if (/^(?:void|Void|unit)$/.test(name)) return "; a callable without a result says none, or `nothing`."
  return `; write \`${write}\`.`
}

/** `console.log(x)` and `print(x)` as the statement that they are meant to be. */
export function logFix(call: CallExpression, path: string): readonly Fix[] {
  const [only, ...more] = call.arguments
  if (only === undefined || more.length > 0 || only.name !== undefined) return []
  const { start, end } = only.value.span
  const [before, after] = only.value.kind === "template" ? ["log ", ""] : ["log \"{", "}\""]
  if (only.value.kind !== "template" && !isPlain(only.value)) return []
  const edits = [{ span: span(call.span.start, start), text: before }, { span: span(end, call.span.end), text: after }]
  return [{ title: "Write `log`", path, edits, applicability: "machine" }]
}

function isPlain(value: Expression): boolean {
  return value.kind === "nameExpression" || (value.kind === "member" && isPlain(value.object))
}

/** The name that a call like `console.log(…)` or `print(…)` begins with, where it is one that only prints. */
export function printedBy({ callee }: CallExpression): string | undefined {
  const root = callee.kind === "member" && callee.object.kind === "nameExpression" ? callee.object.name.text : callee.kind === "nameExpression" ? callee.name.text : undefined
  return root !== undefined && foreignName(root) === log ? root : undefined
}
