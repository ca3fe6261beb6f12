// How types relate: what fits where, and the one type that two values have in common.

import type { SymbolId } from "../../1-bind/types.ts"
import type { DeclaredType, FieldType, Type } from "../types.ts"

export type Declared = Pick<ReadonlyMap<SymbolId, DeclaredType>, "get">

export const STRING: Type = { kind: "string" }
export const INT: Type = { kind: "int" }
export const NUMBER: Type = { kind: "number" }
export const BOOL: Type = { kind: "bool" }
export const NOTHING: Type = { kind: "nothing" }
export const UNKNOWN: Type = { kind: "unknown" }
export const NEVER: Type = { kind: "never" }
export const JSON_TYPE: Type = { kind: "json" }

export function arrayOf(element: Type): Type {
  return { kind: "array", element }
}

export function optional(type: Type): Type {
  return type.kind === "optional" || type.kind === "nothing" || type.kind === "unknown" ? type : {
    kind: "optional", type,
  }
}

/** Follows aliases to the type they stand for; a record, union, enum … keeps its name. */
export function expand(type: Type, declared: Declared, depth = 0): Type {
  if (type.kind !== "declared" || depth > 32) return type
  const structure = declared.get(type.symbol)
  return structure?.kind === "alias" ? expand(structure.type, declared, depth + 1) : type
}

/** The fields of a record-like type, declared or not. */
export function fieldsOf(type: Type, declared: Declared): readonly FieldType[] | undefined {
  const known = expand(type, declared)
  if (known.kind === "record") return known.fields
  if (known.kind !== "declared") return undefined
  const structure = declared.get(known.symbol)
  if (structure === undefined) return undefined
  return "fields" in structure ? structure.fields : undefined
}

/** Whether a value of `from` can stand where `to` is needed. */
export function assignable(from: Type, to: Type, declared: Declared, depth = 0): boolean {
  const source = expand(from, declared)
  const target = expand(to, declared)
  if (depth > 40 || source === target) return true
  if (source.kind === "unknown" || target.kind === "unknown" || source.kind === "never") return true
  if (source.kind === "declared" && target.kind === "declared" && source.symbol === target.symbol) return true
  const fits = (a: Type, b: Type): boolean => assignable(a, b, declared, depth + 1)
  if (source.kind === "union") return source.members.every((member) => fits(member, target))
  if (target.kind === "optional") {
    return source.kind === "nothing" || fits(source.kind === "optional" ? source.type : source, target.type)
  }
  if (target.kind === "json") return isData(source, declared)
  if (source.kind === "optional") return false
  if (target.kind === "union") return target.members.some((member) => fits(source, member))
  if (target.kind === "declared") {
    const members = membersOf(target, declared)
    if (members !== undefined) {
      return membersOf(source, declared)?.every((member) => members.includes(member)) ?? isMember(source, members)
    }
  }
  return sameShape(source, target, declared, fits)
}

function sameShape(source: Type, target: Type, declared: Declared, fits: (a: Type, b: Type) => boolean): boolean {
  if (source.kind === "literal") return target.kind === "literal" ? source.value === target.value : fits(
    widen(source), target,
  )
  if (source.kind === "int" && target.kind === "number") return true
  if (source.kind === "array" && target.kind === "array") return fits(source.element, target.element)
  if (source.kind === "map" && target.kind === "map") return fits(source.value, target.value)
  if (source.kind === "result" && target.kind === "result") return fits(source.value, target.value)
  if (target.kind === "declared" && isTagged(target.symbol, declared)) return false
  const have = fieldsOf(source, declared)
  const need = fieldsOf(target, declared)
  if (have !== undefined && need !== undefined) {
    return need.every((field) => {
      const found = have.find(({ name }) => name === field.name)
      return found === undefined ? expand(field.type, declared).kind === "optional" : fits(found.type, field.type)
    })
  }
  if (have !== undefined && target.kind === "map") return have.every((field) => fits(field.type, target.value))
  return source.kind === target.kind && SIMPLE.has(source.kind)
}

/** A value of another type lacks the `kind` that tells the member apart. */
function isTagged(symbol: SymbolId, declared: Declared): boolean {
  const structure = declared.get(symbol)
  return structure?.kind === "record" && structure.tag !== undefined
}

const SIMPLE: ReadonlySet<Type["kind"]> = new Set([
  "string", "int", "number", "bool", "time", "duration", "money", "json", "message", "nothing", "secret", "caughtError",
])

function membersOf(type: Type, declared: Declared): readonly SymbolId[] | undefined {
  if (type.kind !== "declared") return undefined
  const structure = declared.get(type.symbol)
  return structure?.kind === "taggedUnion" ? structure.members : undefined
}

function isMember(type: Type, members: readonly SymbolId[]): boolean {
  return type.kind === "declared" && members.includes(type.symbol)
}

/** Whether a value of this type can be written as JSON. */
function isData(type: Type, declared: Declared): boolean {
  const known = expand(type, declared)
  return known.kind !== "secret" && known.kind !== "function" && known.kind !== "namespace"
}

/** "a" becomes string, 1 becomes int: what a `let` remembers of a literal. */
export function widen(type: Type): Type {
  if (type.kind !== "literal") return type
  if (typeof type.value === "string") return STRING
  if (typeof type.value === "boolean") return BOOL
  return Number.isInteger(type.value) ? INT : NUMBER
}

/** The smallest type we can name that both fit. */
export function join(a: Type, b: Type, declared: Declared): Type {
  if (a.kind === "never") return b
  if (b.kind === "never") return a
  if (a.kind === "unknown" || b.kind === "unknown") return UNKNOWN
  if (assignable(a, b, declared)) return b
  if (assignable(b, a, declared)) return a
  if (a.kind === "nothing") return optional(b)
  if (b.kind === "nothing") return optional(a)
  if (a.kind === "optional" || b.kind === "optional") {
    return optional(join(a.kind === "optional" ? a.type : a, b.kind === "optional" ? b.type : b, declared))
  }
  return { kind: "union", members: [...membersIn(a), ...membersIn(b)] }
}

function membersIn(type: Type): readonly Type[] {
  return type.kind === "union" ? type.members : [type]
}

/** Without its `?`. */
export function present(type: Type, declared: Declared): Type {
  const known = expand(type, declared)
  if (known.kind === "optional") return present(known.type, declared)
  return known === type || known.kind === "declared" ? type : known.kind === "nothing" ? NEVER : type
}

export function isOptional(type: Type, declared: Declared): boolean {
  const known = expand(type, declared)
  return known.kind === "optional" || known.kind === "nothing"
}
