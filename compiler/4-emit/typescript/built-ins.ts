// The language's own functions and methods: JavaScript's where one means the same, else the runtime's `list`.

import { assert } from "../../../base/assert.ts"
import type { BuiltInPlan, ExpressionPlan } from "../../3-plan/code.ts"
import type { ValueType } from "../../3-plan/types.ts"
import { brackets, code, expression, operand, precedence, settled } from "./expression.ts"
import type { Code, CodeScope } from "./scope.ts"
import { choice, group, join } from "./layout.ts"
import type { Doc } from "./layout.ts"

type Build = (scope: CodeScope, plan: BuiltInPlan) => Doc

/** On one line, else each argument on its own. */
function argumentList(scope: CodeScope, given: readonly ExpressionPlan[]): Doc {
  const written = given.map((each) => settled(scope, each))
  if (written.length === 0) return "()"
  return choice(group("(", join(", ", written), ")"), brackets("(", written, ")", { broken: true }))
}

/** `xs.map(…)`: a method of JavaScript on the first argument. */
const method = (name: string): Build => (scope, plan) => {
  const [object, ...rest] = plan.arguments
  return [operand(scope, object!, precedence.call), plan.optional === true ? "?." : ".", name, argumentList(scope, rest)]
}

/** `list.chunks(xs, 5)`: a function of the runtime. */
const helper = (name: string): Build => (scope, plan) => [scope.file.runtime("list"), `.${name}`, argumentList(scope, plan.arguments)]

const ofRun = (name: string): Build => (scope) => `${scope.run}.${name}()`

const table: Readonly<Record<string, Build>> = {
  now: ofRun("now"),
  uuid: ofRun("uuid"),
  "list.map": method("map"),
  "list.filter": method("filter"),
  "list.find": method("find"),
  "list.some": method("some"),
  "list.every": method("every"),
  "list.flat": method("flat"),
  "list.sortBy": helper("sortBy"),
  "list.groupBy": helper("groupBy"),
  "list.chunks": helper("chunks"),
  "list.take": helper("take"),
  "list.distinct": helper("distinct"),
  "list.join": joined,
  "list.sum": sum,
  "string.trim": method("trim"),
  "string.lower": method("toLowerCase"),
  "string.upper": method("toUpperCase"),
  "string.includes": method("includes"),
  "string.startsWith": method("startsWith"),
  "string.endsWith": method("endsWith"),
  "string.split": method("split"),
  "string.replace": replaced,
  "string.slice": method("slice"),
}

export const knownBuiltIns: readonly string[] = Object.keys(table)

export function builtIn(scope: CodeScope, plan: BuiltInPlan): Code {
  const build = table[plan.name]
  assert(build !== undefined, `no emission of the built-in ${plan.name}`)
  return plan.optional === true && !isMethod(plan) ? guarded(scope, plan, build) : code(build(scope, plan), precedence.call)
}

function isMethod(plan: BuiltInPlan): boolean {
  if (plan.name === "list.join") return joinsText(plan)
  return !["list.sortBy", "list.groupBy", "list.chunks", "list.take", "list.distinct", "list.sum"].includes(plan.name)
}

/** `?.` before a function of the runtime: a pure object is looked at first, one that takes a step is handed on by name. */
function guarded(scope: CodeScope, plan: BuiltInPlan, build: Build): Code {
  const [object, ...rest] = plan.arguments as [ExpressionPlan, ...ExpressionPlan[]]
  const takesStep = JSON.stringify(object).includes('"kind":"step"')
  const name = takesStep ? "value" : undefined
  const present: ExpressionPlan = name === undefined ? { ...object, type: presentType(object) } : { ...object, kind: "local", name } as ExpressionPlan
  const call = build(scope, { kind: "builtIn", name: plan.name, origin: plan.origin, type: plan.type, arguments: [present, ...rest] })
  if (name !== undefined) {
    return code(["[", settled(scope, object), "].map((value) => value == null ? null : ", call, ")[0]"], precedence.call)
  }
  return code([operand(scope, object, precedence.equality), " == null ? null : ", call], precedence.conditional)
}

function presentType(plan: ExpressionPlan): ValueType {
  return plan.type.kind === "optional" ? plan.type.type : plan.type
}

function joinsText(plan: BuiltInPlan): boolean {
  const items = presentType(plan.arguments[0]!)
  return items.kind === "list" && items.element.kind === "string"
}

function joined(scope: CodeScope, plan: BuiltInPlan): Doc {
  const items = plan.arguments[0]!
  if (!joinsText(plan)) return helper("join")(scope, plan)
  const separator = plan.arguments[1]
  return [operand(scope, items, precedence.call), plan.optional === true ? "?" : "", ".join(", separator === undefined ? `""` : expression(scope, separator), ")"]
}

/** With a function: the sum of what it gives. */
function sum(scope: CodeScope, plan: BuiltInPlan): Doc {
  if (plan.arguments.length === 1) return helper("sum")(scope, plan)
  return [scope.file.runtime("list"), ".sum(", method("map")(scope, { ...plan, name: "list.map" }), ")"]
}

/** Every occurrence, and the replacement as it is: JavaScript would read `$&` in it. */
function replaced(scope: CodeScope, plan: BuiltInPlan): Doc {
  const [object, searched, replacement] = plan.arguments as [ExpressionPlan, ExpressionPlan, ExpressionPlan]
  const isPlain = replacement.kind === "literal" && !String(replacement.value).includes("$")
  const by: Doc = isPlain ? expression(scope, replacement) : ["() => ", operand(scope, replacement, precedence.assignment)]
  return [operand(scope, object, precedence.call), plan.optional === true ? "?" : "", ".replaceAll(", expression(scope, searched), ", ", by, ")"]
}
