// What stands after a dot, and what an index gives.

import { nearest } from "../../base/diagnostics/suggest.ts"
import type { IndexExpression, MemberExpression } from "../../grammar/syntax/nodes.ts"
import { foreignMember } from "../1-bind/foreign.ts"
import { didYouMean, replaceFix } from "../1-bind/hints.ts"
import { report, symbolOf, textOf, type CheckExpression, type Env } from "./context.ts"
import { expectType, shorten } from "./expect.ts"
import { LIST_METHODS, STRING_METHODS } from "./methods.ts"
import { pathOf } from "./narrowing.ts"
import type { Checked, Type } from "./types.ts"
import { expand, fieldsOf, INT, isOptional, JSON_TYPE, optional, present, STRING, UNKNOWN, type Declared } from "./types/relate.ts"
import { render } from "./types/render.ts"

export function checkMember(node: MemberExpression, env: Env, check: CheckExpression): Type {
  const { declared } = env.file.context
  const written = check(node.object, env)
  const path = pathOf(node, env)
  const narrowed = path === undefined ? undefined : env.narrowed.get(path)
  if (narrowed !== undefined) return narrowed
  const object = objectOf(node, written, env)
  if (object.kind === "unknown" || node.name.text === "" || node.name.recovered) return UNKNOWN
  const members = membersOf(object, env.file.context)
  const found = members.get(node.name.text)
  if (found === undefined) {
    reportUnknown(node, object, [...members.keys()], env)
    return UNKNOWN
  }
  return node.optional && isOptional(written, declared) ? optional(found) : found
}

/** The object's type without `?`; a value that may be nothing is reported unless `?.` looks at it. */
export function objectOf(node: MemberExpression, written: Type, env: Env): Type {
  const { declared } = env.file.context
  if (!isOptional(written, declared)) return written
  if (!node.optional) {
    const what = shorten(textOf(env.file, node.object))
    const dot = { start: node.object.span.end, end: node.object.span.end }
    const fix = {
      title: "Write ?.", path: env.file.path, edits: [{ span: dot, text: "?" }], applicability: "maybe",
    } as const
    report(
      env.file,
      node.object,
      "AF3009",
      { what, expected: `a value with ${node.name.text}`, where: "" },
      { fixes: [fix] },
    )
  }
  return present(written, declared)
}

export function reportUnknown(node: MemberExpression, object: Type, known: readonly string[], env: Env): void {
  const meant = foreignMember(node.name.text, known)
  const near = meant.write ?? nearest(node.name.text, known)
  const fixes = replaceFix({ path: env.file.path, span: node.name.span }, near)
  const type = object.kind === "namespace" ? symbolOf(env.file.context, object.symbol).name : render(object)
  report(env.file, node.name, "AF3004", { type, name: node.name.text, hint: meant.hint ?? didYouMean(near) }, { fixes })
}

const CAUGHT: ReadonlyMap<string, Type> = new Map([
  ["kind", STRING], ["message", STRING], ["step", STRING], ["data", JSON_TYPE],
])

/** What the structure of a type is looked up in; a finished check has it, too. */
export interface TypeContext extends Pick<Checked, "bound"> {
  readonly declared: Declared
}

/** The members of a value that are not methods, by name. */
export function membersOf(type: Type, context: TypeContext): ReadonlyMap<string, Type> {
  const known = expand(type, context.declared)
  const fields = fieldsOf(known, context.declared)
  if (fields !== undefined) {
    const structure = known.kind === "declared" ? context.declared.get(known.symbol) : undefined
    const tag = structure?.kind === "record" ? structure.tag : undefined
    const members = new Map(fields.map((field) => [field.name, field.type]))
    return tag === undefined ? members : members.set("kind", { kind: "literal", value: tag })
  }
  switch (known.kind) {
    case "array":
    case "string":
      return new Map([["length", INT]])
    case "caughtError":
      return known.errors.length === 1 ? new Map(CAUGHT).set("data", dataOf(known.errors[0]!, context)) : CAUGHT
    case "result":
      return new Map<string, Type>([
        ["ok", { kind: "bool" }], ["value", optional(known.value)], [
          "error", optional({ kind: "caughtError", errors: [] }),
        ],
      ])
    case "namespace": {
      const structure = context.declared.get(known.symbol)
      if (structure?.kind !== "enum") return new Map()
      const value: Type = { kind: "declared", symbol: known.symbol, name: symbolOf(context, known.symbol).name }
      return new Map(structure.members.map(({ name }) => [name, value]))
    }
    case "declared": {
      const structure = context.declared.get(known.symbol)
      if (structure?.kind !== "taggedUnion") return new Map()
      return commonMembers(
        structure.members.map((symbol) => ({ kind: "declared", symbol, name: symbolOf(context, symbol).name })),
        context,
      )
    }
    case "union":
      return commonMembers(known.members, context)
    default:
      return new Map()
  }
}

/** The data of the one declared error that is caught; a built-in kind carries nothing typed. */
function dataOf(error: string, context: TypeContext): Type {
  const symbol = context.bound.symbols.symbols.find(({ kind, name }) => kind === "error" && name === error)
  const structure = symbol === undefined ? undefined : context.declared.get(symbol.id)
  return structure?.kind === "error" ? { kind: "record", fields: structure.fields } : JSON_TYPE
}

/** What every member of a union has. */
function commonMembers(members: readonly Type[], context: TypeContext): ReadonlyMap<string, Type> {
  const tables = members.map((member) => membersOf(member, context))
  const common = new Map<string, Type>()
  for (const [name, type] of tables[0] ?? []) {
    const types = tables.map((table) => table.get(name))
    if (types.some((each) => each === undefined)) continue
    const same = types.every((each) => render(each!) === render(type))
    common.set(name, same ? type : { kind: "union", members: types as Type[] })
  }
  return common
}

/** `xs[0]` and `map["key"]` may be nothing; so may anything inside json. */
export function checkIndex(node: IndexExpression, env: Env, check: CheckExpression): Type {
  const object = check(node.object, env)
  const known = expand(object, env.file.context.declared)
  const index = check(node.index, env)
  switch (known.kind) {
    case "array":
      expectType(index, INT, node.index, env, " as the place in a list")
      return optional(known.element)
    case "map":
      expectType(index, STRING, node.index, env, " as the key of a map")
      return optional(known.value)
    case "json":
      return optional(JSON_TYPE)
    case "unknown":
      return UNKNOWN
    default:
      if (isOptional(object, env.file.context.declared)) {
        report(
          env.file,
          node.object,
          "AF3009",
          { what: shorten(textOf(env.file, node.object)), expected: "a list or map", where: "" },
        )
      } else {
        report(env.file, node.object, "AF3001", { actual: render(object), expected: "a list or map", where: "" })
      }
      return UNKNOWN
  }
}

/** Method names of a type, for did-you-mean and for calls. */
export function methodsOf(type: Type, context: TypeContext): readonly string[] {
  const known = expand(type, context.declared)
  if (known.kind === "array") return Object.keys(LIST_METHODS)
  return known.kind === "string" || known.kind === "literal" ? Object.keys(STRING_METHODS) : []
}
