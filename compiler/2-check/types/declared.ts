// The structure behind each declared type, by symbol.

import type { Declaration, TypeDeclaration, TypeNode } from "../../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../../1-bind/types.ts"
import { report, symbolAt, type Context, type FileContext } from "../context.ts"
import type { DeclaredType, Type } from "../types.ts"
import { buildFields, buildType } from "./build.ts"
import { expand } from "./relate.ts"

/** Fills `context.structures` where a type is declared; unions look at others by symbol only, so order does not matter. */
export function declareType(item: Declaration, file: FileContext): void {
  if (item.kind !== "type" && item.kind !== "enum" && item.kind !== "error" && item.kind !== "event") return
  const symbol = symbolAt(file, item.name)
  if (symbol !== undefined) file.context.structures.set(symbol.id, structureOf(item, file))
}

type TypeItem = Extract<Declaration, { readonly kind: "type" | "enum" | "error" | "event" }>

function structureOf(item: TypeItem, file: FileContext): DeclaredType {
  if (item.kind === "enum") {
    const seen = new Set<string>()
    for (const { name } of item.members) {
      if (seen.has(name.text.toLowerCase())) report(file, name, "AF2002", { name: name.text, kind: "member" })
      seen.add(name.text.toLowerCase())
    }
    const members = item.members.filter(({ name }) => name.text !== "")
    return {
      kind: "enum",
      members: members.map(({ name, doc }) => (doc === undefined ? { name: name.text } : { name: name.text, doc })),
    }
  }
  if (item.kind === "type") return typeStructure(item, file)
  return { kind: item.kind, fields: item.fields === undefined ? [] : buildFields(item.fields.fields, file) }
}

function typeStructure(item: TypeDeclaration, file: FileContext): DeclaredType {
  const { type } = item
  if (type.kind === "recordType") return { kind: "record", fields: buildFields(type.fields, file) }
  const built = buildType(type, file)
  const members = type.kind === "unionType" ? recordMembers(type.members, file) : undefined
  return members === undefined ? { kind: "alias", type: built } : { kind: "taggedUnion", members }
}

/** The members' symbols when all are declared types written by name (records are told apart by their names). */
function recordMembers(members: readonly TypeNode[], file: FileContext): readonly SymbolId[] | undefined {
  const symbols: SymbolId[] = []
  for (const member of members) {
    const symbol = member.kind === "namedType" ? symbolAt(file, member.name) : undefined
    if (symbol?.node?.kind !== "type" || symbol.node.type.kind !== "recordType") return undefined
    symbols.push(symbol.id)
  }
  return symbols
}

/** After all files: members of a union get their tag, and types that could never be built are reported. */
export function finishTypes(context: Context, files: readonly FileContext[]): void {
  for (const structure of [...context.structures.values()]) {
    if (structure.kind !== "taggedUnion") continue
    for (const member of structure.members) addTag(context, member)
  }
  const isBuildable = buildable(context)
  for (const file of files) {
    for (const item of file.bound.file.items) {
      if (item.kind !== "type") continue
      const symbol = symbolAt(file, item.name)
      if (symbol === undefined) continue
      if (!isBuildable(symbol.id) && needsItself(symbol.id, context)) {
        report(file, item.name, "AF3022", { name: item.name.text })
        if (context.declared.get(symbol.id)?.kind === "alias") {
          context.structures.set(symbol.id, { kind: "alias", type: { kind: "unknown" } })
        }
      } else if (item.type.kind === "unionType") {
        reportMixedUnion(item, symbol.id, file)
        reportOwnKind(item, symbol.id, file)
      }
    }
  }
}

function addTag(context: Context, member: SymbolId): void {
  const structure = context.declared.get(member)
  if (structure?.kind !== "record") return
  context.structures.set(member, { ...structure, tag: context.bound.symbols.symbols[member]!.name })
}

/** Whether a type surely has values that hold no other of it: looks at each type once, where `needsItself` looks at all below one. */
function buildable(context: Context): (symbol: SymbolId) => boolean {
  const known = new Map<SymbolId, boolean>()
  const holds = (type: Type): boolean => {
    if (type.kind === "record") return type.fields.every((field) => holds(field.type))
    if (type.kind === "union") return type.members.length === 0 || type.members.some(holds)
    return type.kind !== "declared" || isBuildable(type.symbol)
  }
  const isBuildable = (symbol: SymbolId): boolean => {
    const before = known.get(symbol)
    if (before !== undefined) return before
    // Until it is known: what leads back to it is no proof.
    known.set(symbol, false)
    const structure = context.declared.get(symbol)
    const found = structure === undefined || structure.kind === "enum"
      || (structure.kind === "alias" ? holds(structure.type)
        : structure.kind === "taggedUnion" ? structure.members.some(isBuildable) : structure.fields.every((field) => holds(field.type)))
    known.set(symbol, found)
    return found
  }
  return isBuildable
}

/** Whether every value of the type holds another value of the type. */
function needsItself(start: SymbolId, context: Context): boolean {
  const seen = new Set<SymbolId>()
  const reaches = (type: Type): boolean => {
    if (type.kind === "record") return type.fields.some((field) => reaches(field.type))
    if (type.kind === "union") return type.members.length > 0 && type.members.every(reaches)
    return type.kind === "declared" && (type.symbol === start || visit(type.symbol))
  }
  const visit = (symbol: SymbolId): boolean => {
    if (seen.has(symbol)) return false
    seen.add(symbol)
    const structure = context.declared.get(symbol)
    if (structure === undefined || structure.kind === "enum") return false
    if (structure.kind === "alias") return reaches(structure.type)
    if (structure.kind === "taggedUnion") return structure.members.every((member) => member === start || visit(member))
    return structure.fields.some((field) => reaches(field.type))
  }
  return visit(start)
}

/** Records in a union must be declared and all members records: only then does a value say which member it is. */
function reportMixedUnion(item: TypeDeclaration, symbol: SymbolId, file: FileContext): void {
  const structure = file.context.declared.get(symbol)
  if (structure?.kind !== "alias" || structure.type.kind !== "union") return
  const shapes = structure.type.members.map((member) => shapeOf(member, file.context))
  const clash = shapes.find((shape, index) => shape !== "literal" && shapes.indexOf(shape) !== index)
  if (clash !== undefined || shapes.includes("record")) {
    const why = `two of them are a ${clash ?? "record"} at run time`
    report(
      file,
      item.type,
      "AF3031",
      {
        name: item.name.text,
        why: clash === undefined ? "a record in a union needs a name of its own, beside other named records" : why,
      },
    )
  }
}

function reportOwnKind(item: TypeDeclaration, symbol: SymbolId, file: FileContext): void {
  const structure = file.context.declared.get(symbol)
  if (structure?.kind !== "taggedUnion") return
  for (const member of structure.members) {
    const record = file.context.declared.get(member)
    if (record?.kind !== "record" || record.fields.every(({ name }) => name !== "kind")) continue
    const why = `${file.context.bound.symbols.symbols[member]!.name} has a field \`kind\` of its own`
    report(file, item.type, "AF3031", { name: item.name.text, why })
  }
}

function shapeOf(type: Type, context: Context): string {
  const known = expand(type, context.declared)
  switch (known.kind) {
    case "literal":
      return "literal"
    case "int":
    case "number":
      return "number"
    case "bool":
    case "nothing":
      return known.kind
    case "array":
      return "list"
    case "record":
    case "map":
    case "json":
    case "message":
      return "record"
    case "declared":
      return context.declared.get(known.symbol)?.kind === "enum" ? "string" : "record"
    default:
      return "string"
  }
}
