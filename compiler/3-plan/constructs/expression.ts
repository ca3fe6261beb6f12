// Expressions to the small core: names resolved, built-ins by full name, templates as parts, steps explicit.

import { assert, unreachable } from "../../../base/assert.ts"
import type {
  Argument, CallExpression, Expression, MemberExpression, NameExpression, RecordEntry, RecordExpression, TemplateExpression,
} from "../../../grammar/syntax/nodes.ts"
import type { Signature, Type } from "../../2-check/types.ts"
import { withoutQuotes } from "../../2-check/types/build.ts"
import { fieldsOf, isOptional } from "../../2-check/types/relate.ts"
import { inFile, nameOf, originOf, planName, symbolAt, symbolOf, typeOf } from "../context.ts"
import type { Context } from "../context.ts"
import type { ExpressionPlan, StepPlan } from "../code.ts"
import type { ValueType } from "../types.ts"
import { lowerType } from "./types.ts"

export function lowerExpression(context: Context, node: Expression): ExpressionPlan {
  const base = { origin: originOf(context, node), type: lowerType(context, typeOf(context, node)) }
  switch (node.kind) {
    case "parenthesis": return lowerExpression(context, node.expression)
    case "number": return { ...base, kind: "literal", value: node.value }
    case "money": return { ...base, type: { kind: "money" }, kind: "literal", value: node.nanoDollars / 1e9 }
    case "duration": return { ...base, type: { kind: "duration" }, kind: "literal", value: node.ms }
    case "bool": return { ...base, kind: "literal", value: node.value }
    case "nothing": return { ...base, type: { kind: "nothing" }, kind: "literal", value: null }
    case "template": return lowerTemplate(context, node)
    case "list": {
      const items = node.items.map((item) =>
        item.kind === "spread"
          ? { spread: true, value: lowerExpression(context, item.value) }
          : { spread: false, value: lowerExpression(context, item) })
      return { ...base, kind: "list", items }
    }
    case "record": return lowerRecord(context, node)
    case "nameExpression": return lowerName(context, node)
    case "member": return lowerMember(context, node)
    case "index":
      return { ...base, kind: "index", object: lowerExpression(context, node.object), index: lowerExpression(context, node.index) }
    case "call": return lowerCall(context, node)
    case "lambda":
      return { ...base, kind: "lambda", parameters: node.parameters.map((name) => name.text), body: lowerExpression(context, node.body) }
    case "unary": return { ...base, kind: "unary", operator: node.operator, operand: lowerExpression(context, node.operand) }
    case "binary": {
      const [left, right] = [lowerExpression(context, node.left), lowerExpression(context, node.right)]
      return { ...base, kind: "binary", operator: node.operator, left, right }
    }
    case "conditional": {
      const condition = lowerExpression(context, node.condition)
      const [then, otherwise] = [lowerExpression(context, node.then), lowerExpression(context, node.otherwise)]
      return { ...base, kind: "conditional", condition, then, otherwise }
    }
    case "missing": return assertNever("a missing expression passed the parser without an error")
    default: return unreachable(node)
  }
}

function assertNever(message: string): never {
  assert(false, message)
}

function lowerTemplate(context: Context, node: TemplateExpression): ExpressionPlan {
  const base = { origin: originOf(context, node), type: lowerType(context, typeOf(context, node)) }
  if (node.parts.every((part) => part.kind === "templateText")) {
    return { ...base, kind: "literal", value: node.parts.map((part) => part.value).join("") }
  }
  const parts = node.parts.map((part) =>
    part.kind === "templateText" ? part.value : lowerExpression(context, part.expression))
  return { ...base, kind: "template", parts }
}

/** A template that the checker holds to have no interpolation. */
export function plainTemplate(node: TemplateExpression): string {
  return node.parts.map((part) => (part.kind === "templateText" ? part.value : "")).join("")
}

function lowerRecord(context: Context, node: RecordExpression): ExpressionPlan {
  const type = typeOf(context, node)
  const entries = node.entries.map((entry) => {
    if (entry.kind === "spread") return { value: lowerExpression(context, entry.value) }
    const key = keyOf(entry)
    return { key, value: entry.value === undefined ? lowerShorthand(context, entry.key) : lowerExpression(context, entry.value) }
  })
  const tag = tagOf(context, type, node)
  const tagged = tag === undefined ? entries : [{ key: "kind", value: tag }, ...entries]
  return { origin: originOf(context, node), type: lowerType(context, type), kind: "record", entries: tagged }
}

function keyOf(entry: RecordEntry): string {
  return withoutQuotes(entry.key.text)
}

/** `{ name }`: the key is the name. */
function lowerShorthand(context: Context, key: NameExpression["name"]): ExpressionPlan {
  return lowerName(context, { kind: "nameExpression", id: key.id, span: key.span, name: key })
}

/** A record of a type that belongs to a tagged union carries its `kind`, unless the program wrote it. */
function tagOf(context: Context, type: Type, node: RecordExpression): ExpressionPlan | undefined {
  const tag = type.kind === "declared" ? context.tags.get(type.symbol) : undefined
  const written = node.entries.some((entry) => entry.kind === "spread" || keyOf(entry) === "kind")
  if (tag === undefined || written) return undefined
  return { origin: originOf(context, node), type: { kind: "literal", value: tag }, kind: "literal", value: tag }
}

function lowerName(context: Context, node: NameExpression): ExpressionPlan {
  const base = { origin: originOf(context, node), type: lowerType(context, typeOf(context, node)) }
  const symbol = symbolOf(context, node.name)
  switch (symbol.kind) {
    case "result": return { ...base, kind: "result" }
    case "secret": return { ...base, kind: "secretReference", name: planName(context, symbol.id) }
    case "setting": return { ...base, kind: "settingReference", name: planName(context, symbol.id) }
    default: {
      const present = isNarrowed(context, context.checked.symbolTypes.get(symbol.id), typeOf(context, node))
      return { ...base, kind: "local", name: symbol.name, ...(present ? { present: symbol.kind === "var" ? "var" as const : "let" as const } : {}) }
    }
  }
}

function lowerMember(context: Context, node: MemberExpression): ExpressionPlan {
  const base = { origin: originOf(context, node), type: lowerType(context, typeOf(context, node)) }
  if (node.object.kind === "nameExpression") {
    const symbol = symbolOf(context, node.object.name)
    if (symbol.kind === "enum") return { ...base, kind: "enumMember", enum: planName(context, symbol.id), member: node.name.text }
  }
  const object = lowerExpression(context, node.object)
  const data = node.name.text === "data" ? errorDataType(context, object.type) : undefined
  const type = data === undefined || base.type.kind === "json" ? base.type : data
  const field = fieldsOf(typeOf(context, node.object), context.checked.declared)?.find(({ name }) => name === node.name.text)
  const present = !node.optional && isNarrowed(context, field?.type, typeOf(context, node))
  return { ...base, type, kind: "member", object, name: node.name.text, optional: node.optional, ...(present ? { present } : {}) }
}

/** The program has looked: what may be nothing as declared is a value here. */
function isNarrowed(context: Context, declared: Type | undefined, here: Type): boolean {
  const { declared: types } = context.checked
  return declared !== undefined && isOptional(declared, types) && !isOptional(here, types) && here.kind !== "unknown" && here.kind !== "never"
}

/** The data of the one declared error that is caught, by its name. */
function errorDataType(context: Context, type: ValueType): ValueType | undefined {
  if (type.kind !== "caughtError" || type.errors.length !== 1) return undefined
  const symbol = context.checked.bound.symbols.symbols.find(({ kind, name }) => kind === "error" && name === type.errors[0])
  return symbol === undefined ? undefined : { kind: "named", name: planName(context, symbol.id) }
}

function lowerCall(context: Context, node: CallExpression): ExpressionPlan {
  const base = { origin: originOf(context, node), type: lowerType(context, typeOf(context, node)) }
  if (context.facts.calls.has(node.id)) return lowerStep(context, node)
  const name = context.facts.builtins.get(node.id)
  assert(name !== undefined, "a call that is neither a step nor a built-in")
  const object = node.callee.kind === "member" ? [lowerExpression(context, node.callee.object)] : []
  const given = node.arguments.map((argument) => lowerExpression(context, argument.value))
  const optional = node.callee.kind === "member" && node.callee.optional
  return { ...base, kind: "builtIn", name, arguments: [...object, ...given], ...(optional ? { optional: true as const } : {}) }
}

/** Any callable; clauses are added by whoever lowers the statement. */
export function lowerStep(context: Context, node: CallExpression): StepPlan {
  const callable = context.facts.calls.get(node.id)
  assert(callable !== undefined, "a step that calls nothing")
  const signature = context.checked.signatures.get(callable)
  assert(signature !== undefined, "a callable without a signature")
  const name = planName(context, callable)
  return {
    origin: originOf(context, node),
    type: lowerType(context, typeOf(context, node)),
    kind: "step",
    callable: name,
    step: context.facts.stepNames.get(node.id) ?? name,
    arguments: lowerArguments(context, signature, node.arguments),
  }
}

/** In declared order, defaults filled in, what is optional and not given left out. */
export function lowerArguments(context: Context, signature: Signature, given: readonly Argument[]): StepPlan["arguments"] {
  const positional = given.filter((argument) => argument.name === undefined)
  return signature.parameters.flatMap((parameter, index) => {
    const argument = given.find(({ name }) => name?.text === parameter.name) ?? positional[index]
    if (argument !== undefined) return [{ name: parameter.name, value: lowerExpression(context, argument.value) }]
    if (parameter.default === undefined) return []
    const home = inFile(context, symbolAt(context, signature.symbol).path)
    return [{ name: parameter.name, value: lowerExpression(home, parameter.default) }]
  })
}

/** The name of an error kind: a declared error's plan name or the built-in kind. */
export function lowerKinds(context: Context, names: readonly NameExpression["name"][]): readonly string[] {
  return names.map((name) => nameOf(context, name))
}
