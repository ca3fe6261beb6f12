// Arguments against parameters, and calls that stand inside an expression.

import { nearest } from "../../base/diagnostics/suggest.ts"
import type { Argument, CallExpression, MemberExpression } from "../../grammar/syntax/nodes.ts"
import { didYouMean, replaceFix } from "../1-bind/hints.ts"
import { report, symbolAt, textOf, withArticle, type CheckExpression, type Env } from "./context.ts"
import { expectType, shorten } from "./expect.ts"
import { membersOf, methodsOf, objectOf, reportUnknown } from "./members.ts"
import {
  checkListMethod, checkStringMethod, countArguments, countText, LIST_METHODS, STRING_METHODS, type ListMethod,
  type StringMethod,
} from "./methods.ts"
import type { Signature, Type } from "./types.ts"
import { expand, isOptional, optional, STRING, UNKNOWN } from "./types/relate.ts"
import { render } from "./types/render.ts"

/** A call: of a built-in function, of a method, or of a step. */
export function checkCall(node: CallExpression, env: Env, check: CheckExpression): Type {
  const { callee } = node
  if (callee.kind === "member") return checkMethod(node, callee, env, check)
  if (callee.kind !== "nameExpression") {
    if (callee.kind !== "missing") {
      report(env.file, callee, "AF3025", { name: shorten(textOf(env.file, callee)), actual: "a value" })
    }
    return checkLoose(node, env, check)
  }
  const symbol = symbolAt(env.file, callee.name)
  if (symbol === undefined) return checkLoose(node, env, check)
  if (symbol.kind === "builtin") {
    env.file.builtins.set(node.id, symbol.name)
    countArguments(node, symbol.name, [0, 0], env)
    if (!env.run) report(env.file, node, "AF3027", { name: `${symbol.name}()`, where: "in the body of a workflow" })
    return symbol.name === "now" ? { kind: "time" } : STRING
  }
  const signature = env.file.context.signatures.get(symbol.id)
  if (signature === undefined) {
    report(env.file, callee, "AF3025", { name: symbol.name, actual: withArticle(wordFor(symbol.kind)) })
    return checkLoose(node, env, check)
  }
  if (!env.inline) {
    report(env.file, node, "AF3018", { name: symbol.name })
    env.file.calls.set(node.id, symbol.id)
    checkArguments(node, symbol.name, signature.parameters, env, check)
    return signature.result
  }
  return env.step(node, env, { role: "step", clauses: [] })
}

const WORDS: Readonly<Record<string, string>> = {
  let: "value", var: "value", loopVariable: "value", lambdaParameter: "value", patternBinding: "value", branch: "value",
  result: "value", eventField: "value", caught: "caught error", builtin: "built-in function",
}

/** How a message names a symbol's kind. */
export function wordFor(kind: string): string {
  return WORDS[kind] ?? kind
}

function checkLoose(node: CallExpression, env: Env, check: CheckExpression): Type {
  for (const { value } of node.arguments) if (value.kind !== "lambda") check(value, env)
  return UNKNOWN
}

function checkMethod(node: CallExpression, callee: MemberExpression, env: Env, check: CheckExpression): Type {
  const { context } = env.file
  const written = check(callee.object, env)
  const object = objectOf(callee, written, env)
  const name = callee.name.text
  const known = expand(object, context.declared)
  if (known.kind === "unknown" || name === "" || callee.name.recovered) return checkLoose(node, env, check)
  let result: Type
  if (known.kind === "array" && Object.hasOwn(LIST_METHODS, name)) {
    env.file.builtins.set(node.id, `list.${name}`)
    result = checkListMethod(node, name as ListMethod, known.element, env, check)
  } else if ((known.kind === "string" || known.kind === "literal") && Object.hasOwn(STRING_METHODS, name)) {
    env.file.builtins.set(node.id, `string.${name}`)
    result = checkStringMethod(node, name as StringMethod, env, check)
  } else {
    const members = membersOf(object, context)
    if (members.has(name)) {
      report(env.file, callee.name, "AF3025", { name, actual: withArticle(render(members.get(name)!)) })
    } else reportUnknown(callee, object, [...methodsOf(object, context), ...members.keys()], env)
    return checkLoose(node, env, check)
  }
  return callee.optional && isOptional(written, context.declared) ? optional(result) : result
}

/** Positional arguments first, then named ones; each parameter once, those without a default required. */
export function checkArguments(
  node: CallExpression,
  name: string,
  parameters: Signature["parameters"],
  env: Env,
  check: CheckExpression,
): void {
  const given = new Set<string>()
  let sawName = false
  for (const [index, argument] of node.arguments.entries()) {
    const written = argument.name
    const byName = parameters.find((each) => each.name === written?.text)
    const byPlace = sawName ? undefined : parameters[index]
    const parameter = written === undefined ? byPlace : byName
    const actual = check(argument.value, env, parameter?.type)
    if (argument.name !== undefined) sawName = true
    else if (sawName) report(env.file, argument, "AF3008", { why: "A value without a name stands after a named one" })
    if (parameter === undefined) {
      if (argument.name !== undefined) reportUnknownName(argument, name, parameters, env)
      continue
    }
    if (given.has(parameter.name)) {
      report(env.file, argument, "AF3008", { why: `The argument ${parameter.name} is given twice` })
    }
    given.add(parameter.name)
    expectType(actual, parameter.type, argument.value, env, ` for the argument ${parameter.name}`)
  }
  const positional = node.arguments.filter((argument) => argument.name === undefined).length
  if (positional > parameters.length) {
    const least = parameters.filter((parameter) => parameter.default === undefined).length
    report(
      env.file, node, "AF3005", { name, expected: countText(least, parameters.length), actual: node.arguments.length },
    )
    return
  }
  const { declared } = env.file.context
  const missing = parameters.filter(
    (each) => !given.has(each.name) && each.default === undefined && !isOptional(each.type, declared),
  )
  if (missing.length > 0) {
    const names = missing.map((parameter) => `${parameter.name}: ${render(parameter.type)}`).join(", ")
    report(env.file, node, "AF3007", { name, missing: names })
  }
}

function reportUnknownName(argument: Argument, name: string, parameters: Signature["parameters"], env: Env): void {
  const written = argument.name!
  if (written.text === "") return
  const near = nearest(written.text, parameters.map((parameter) => parameter.name))
  const fixes = replaceFix({ path: env.file.path, span: written.span }, near)
  report(env.file, written, "AF3006", { name, argument: written.text, hint: didYouMean(near) }, { fixes })
}
