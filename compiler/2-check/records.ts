// Record and list literals, checked against what is expected: records written in the program are exact.

import { assert } from "../../base/assert.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import type { ListExpression, RecordEntry, RecordExpression } from "../../grammar/syntax/nodes.ts"
import { didYouMean, replaceFix } from "../1-bind/hints.ts"
import { plainText } from "../1-bind/imports.ts"
import { report, symbolOf, type CheckExpression, type Env } from "./context.ts"
import { expectType } from "./expect.ts"
import type { FieldType, Type } from "./types.ts"
import { refuseObjectName, withoutQuotes } from "./types/build.ts"
import { arrayOf, expand, fieldsOf, isOptional, join, NEVER, present, UNKNOWN, widen } from "./types/relate.ts"
import { render } from "./types/render.ts"

export type CheckName = (entry: RecordEntry, env: Env) => Type

export function checkList(node: ListExpression, env: Env, expected: Type | undefined, check: CheckExpression): Type {
  const { declared } = env.file.context
  const wanted = expected === undefined ? undefined : expand(present(expand(expected, declared), declared), declared)
  const element = wanted?.kind === "array" ? wanted.element : undefined
  let joined: Type = NEVER
  for (const item of node.items) {
    const value = item.kind === "spread" ? item.value : item
    const type = check(value, env, item.kind === "spread" ? wanted : element)
    if (item.kind === "spread") {
      const list = expand(type, declared)
      if (list.kind === "array") joined = join(joined, list.element, declared)
      else if (list.kind !== "unknown") {
        report(env.file, value, "AF3001", { actual: render(type), expected: "a list", where: " after ..." })
      }
    } else {
      if (element !== undefined) expectType(type, element, value, env, " in this list")
      joined = join(joined, widenUnless(element, type), declared)
    }
  }
  return wanted?.kind === "array" && element !== undefined ? arrayOf(element) : arrayOf(joined)
}

function widenUnless(expected: Type | undefined, type: Type): Type {
  return expected === undefined ? widen(type) : type
}

export function checkRecord(
  node: RecordExpression,
  env: Env,
  expected: Type | undefined,
  check: CheckExpression,
  checkShorthand: CheckName,
): Type {
  const { declared } = env.file.context
  const wanted = expected === undefined ? undefined : expand(present(expand(expected, declared), declared), declared)
  const target = wanted === undefined ? undefined : targetOf(node, wanted, env)
  const value = (entry: RecordEntry, type: Type | undefined): Type =>
    entry.value === undefined ? checkShorthand(entry, env) : check(entry.value, env, type)
  if (wanted?.kind === "map") return checkMapLiteral(node, wanted, env, check, value)
  const fields = target === undefined ? undefined : target.kind === "message" ? messageFields : fieldsOf(target, declared)
  if (target === undefined || fields === undefined) {
    const loose = looseRecord(node, env, check, value)
    // A union's member that could not be found was reported.
    return target === undefined && wanted !== undefined && isTagged(wanted, env) ? UNKNOWN : loose
  }
  checkExact(node, { target, fields, env, check, value })
  return target
}

const messageFields: readonly FieldType[] = [
  { name: "role", type: { kind: "union", members: ["system", "user", "assistant"].map((value) => ({ kind: "literal", value })) } }, { name: "content", type: { kind: "string" } },
]

/** The record type that the literal must be: the expected one, or the member of a union that it says or fits. */
function targetOf(node: RecordExpression, wanted: Type, env: Env): Type | undefined {
  const { context } = env.file
  if (wanted.kind === "message" || fieldsOf(wanted, context.declared) !== undefined) return wanted
  if (!isTagged(wanted, env)) return undefined
  const structure = context.declared.get(wanted.symbol)
  assert(structure?.kind === "taggedUnion", "a tagged union has members")
  const members = structure.members.map((symbol): Type => ({
    kind: "declared", symbol, name: symbolOf(context, symbol).name,
  }))
  const entries = node.entries.filter((entry): entry is RecordEntry => entry.kind === "entry")
  const names = entries.map(nameOfKey)
  const written = entries.find((entry) => nameOfKey(entry) === "kind")?.value
  const kind = written?.kind === "template" ? plainText(written) : undefined
  const fitting = members.filter((member) =>
    kind === undefined
      ? names.every((name) => fieldsOf(member, context.declared)!.some((field) => field.name === name))
      : member.kind === "declared" && member.name === kind,
  )
  if (fitting.length === 1) return fitting[0]
  const kinds = members.map((member) => JSON.stringify(render(member))).join(" or ")
  report(env.file, written ?? node, "AF3002", { name: `kind: ${kinds}`, type: render(wanted) })
  return undefined
}

function isTagged(type: Type, env: Env): type is Extract<Type, { readonly kind: "declared" }> {
  return type.kind === "declared" && env.file.context.declared.get(type.symbol)?.kind === "taggedUnion"
}

interface ExactRecord {
  readonly target: Type
  readonly fields: readonly FieldType[]
  readonly env: Env
  readonly check: CheckExpression
  readonly value: (entry: RecordEntry, type: Type | undefined) => Type
}

function checkExact(node: RecordExpression, { target, fields, env, check, value }: ExactRecord): void {
  const { declared } = env.file.context
  const given = new Set<string>()
  for (const entry of node.entries) {
    if (entry.kind === "spread") {
      const type = check(entry.value, env)
      const spread = fieldsOf(type, declared)
      if (spread === undefined) notRecord(entry.value, type, env)
      for (const field of spread ?? []) {
        const needed = fields.find(({ name }) => name === field.name)
        if (needed !== undefined) expectType(field.type, needed.type, entry.value, env, ` for the field ${field.name}`)
        given.add(field.name)
      }
      if (spread === undefined) for (const field of fields) given.add(field.name)
      continue
    }
    const name = nameOfKey(entry)
    const field = name === "kind" ? kindField(target, fields, env) : fields.find((each) => each.name === name)
    const actual = value(entry, field?.type)
    if (name === "") continue
    if (field === undefined) {
      const near = nearest(name, fields.map((each) => each.name))
      const fixes = replaceFix({ path: env.file.path, span: entry.key.span }, near)
      report(env.file, entry.key, "AF3003", { type: render(target), name, hint: didYouMean(near) }, { fixes })
    } else {
      expectType(actual, field.type, entry.value ?? entry.key, env, ` for the field ${name}`)
      given.add(name)
    }
  }
  for (const field of fields) {
    if (!given.has(field.name) && !isOptional(field.type, declared)) {
      report(env.file, node, "AF3002", { name: field.name, type: render(target) })
    }
  }
  reportTwice(node, env)
}

/** A member of a union may say its `kind`. */
function kindField(target: Type, fields: readonly FieldType[], env: Env): FieldType | undefined {
  const structure = target.kind === "declared" ? env.file.context.declared.get(target.symbol) : undefined
  if (structure?.kind !== "record" || structure.tag === undefined) return fields.find(({ name }) => name === "kind")
  return { name: "kind", type: { kind: "literal", value: structure.tag } }
}

function nameOfKey(entry: RecordEntry): string {
  return withoutQuotes(entry.key.text)
}

function reportTwice(node: RecordExpression, env: Env): void {
  const seen = new Set<string>()
  for (const entry of node.entries) {
    if (entry.kind === "spread") continue
    const name = nameOfKey(entry)
    if (seen.has(name)) report(env.file, entry.key, "AF2002", { name, kind: "field" })
    seen.add(name)
  }
}

function looseRecord(node: RecordExpression, env: Env, check: CheckExpression, value: ExactRecord["value"]): Type {
  const fields = new Map<string, Type>()
  for (const entry of node.entries) {
    if (entry.kind === "spread") {
      const type = check(entry.value, env)
      const spread = fieldsOf(type, env.file.context.declared)
      if (spread === undefined) notRecord(entry.value, type, env)
      for (const field of spread ?? []) fields.set(field.name, field.type)
    } else {
      refuseObjectName(entry.key, env.file)
      fields.set(nameOfKey(entry), widen(value(entry, undefined)))
    }
  }
  reportTwice(node, env)
  return { kind: "record", fields: [...fields].map(([name, type]) => ({ name, type })) }
}

function checkMapLiteral(
  node: RecordExpression,
  wanted: Extract<Type, { readonly kind: "map" }>,
  env: Env,
  check: CheckExpression,
  value: ExactRecord["value"],
): Type {
  for (const entry of node.entries) {
    if (entry.kind === "spread") expectType(check(entry.value, env), wanted, entry.value, env, " after ...")
    else {
      expectType(
        value(entry, wanted.value), wanted.value, entry.value ?? entry.key, env, ` for the key ${nameOfKey(entry)}`,
      )
    }
  }
  reportTwice(node, env)
  return wanted
}

function notRecord(node: Parameters<typeof report>[1], type: Type, env: Env): void {
  if (type.kind !== "unknown") {
    report(env.file, node, "AF3001", { actual: render(type), expected: "a record", where: " after ..." })
  }
}
