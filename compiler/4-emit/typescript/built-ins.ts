// The language's own functions and methods: JavaScript's where one means the same, else the runtime's `list`.

import { assert } from "../../../base/assert.ts"
import type { BuiltInPlan, ExpressionPlan } from "../../3-plan/code.ts"
import { code, expression, operand, precedence, settled } from "./expression.ts"
import type { Code, CodeScope } from "./expression.ts"
import { join } from "./layout.ts"
import type { Doc } from "./layout.ts"

type Build = (scope: CodeScope, plan: BuiltInPlan) => Doc

const argument = (scope: CodeScope, plan: BuiltInPlan, from: number): Doc =>
  join(", ", plan.arguments.slice(from).map((each) => settled(scope, each)))

/** `xs.map(…)`: a method of JavaScript on the first argument. */
const method = (name: string): Build => (scope, plan) =>
  [operand(scope, plan.arguments[0]!, precedence.call), plan.optional === true ? "?." : ".", name, "(", argument(scope, plan, 1), ")"]

/** `list.chunks(xs, 5)`: a function of the runtime. */
const helper = (name: string): Build => (scope, plan) => [scope.file.runtime("list"), `.${name}(`, argument(scope, plan, 0), ")"]

const ofRun = (name: string): Build => () => `run.${name}()`

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
  return code(build(scope, plan), precedence.call)
}

function joined(scope: CodeScope, plan: BuiltInPlan): Doc {
  const items = plan.arguments[0]!
  const isText = items.type.kind === "list" && items.type.element.kind === "string"
  if (!isText) return helper("join")(scope, plan)
  const separator = plan.arguments[1]
  return [operand(scope, items, precedence.call), ".join(", separator === undefined ? `""` : expression(scope, separator), ")"]
}

/** With a function: the sum of what it gives. */
function sum(scope: CodeScope, plan: BuiltInPlan): Doc {
  if (plan.arguments.length === 1) return helper("sum")(scope, plan)
  return [scope.file.runtime("list"), ".sum(", method("map")(scope, plan), ")"]
}

/** Every occurrence, and the replacement as it is: JavaScript would read `$&` in it. */
function replaced(scope: CodeScope, plan: BuiltInPlan): Doc {
  const [object, searched, replacement] = plan.arguments as [ExpressionPlan, ExpressionPlan, ExpressionPlan]
  const isPlain = replacement.kind === "literal" && !String(replacement.value).includes("$")
  const by: Doc = isPlain ? expression(scope, replacement) : ["() => ", operand(scope, replacement, precedence.assignment)]
  return [operand(scope, object, precedence.call), ".replaceAll(", expression(scope, searched), ", ", by, ")"]
}
