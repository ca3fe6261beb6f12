// What a name means: the declaration behind it, be it a symbol, a field, a member of an enum or a parameter.

import type { Span } from "../base/text/span.ts"
import type { Symbol, SymbolId, SymbolKind } from "../compiler/1-bind/types.ts"
import type { Type } from "../compiler/2-check/types.ts"
import { expand, present } from "../compiler/2-check/types/relate.ts"
import type { Expression, Name, Node } from "../grammar/syntax/nodes.ts"
import { nodeAt } from "../grammar/syntax/locate.ts"
import { children } from "../grammar/syntax/walk.ts"
import type { Document, Program } from "./workspace.ts"

export interface Target {
  readonly kind: SymbolKind | "field" | "enumMember"
  readonly text: string
  /** Absent for built-ins and for `result`. */
  readonly place?: { readonly path: string; readonly name: Name }
  /** The declaring node. */
  readonly node?: Node
  readonly symbol?: Symbol
}

export interface NameAt {
  readonly document: Document
  readonly name: Name
  /** From the file down to the name's parent. */
  readonly ancestors: readonly Node[]
}

/** The name under the cursor, or the one that ends there. */
export function nameAt(program: Program, path: string, offset: number): NameAt | undefined {
  const document = program.documents.get(path)
  if (document === undefined) return undefined
  const { node, ancestors } = nodeAt(document.file, offset)
  return node.kind === "name" && node.text !== "" ? { document, name: node, ancestors } : undefined
}

export function targetAt(program: Program, path: string, offset: number): (NameAt & { readonly target: Target }) | undefined {
  const found = nameAt(program, path, offset)
  const target = found === undefined ? undefined : targetOf(program, path, found.name, found.ancestors)
  return found === undefined || target === undefined ? undefined : { ...found, target }
}

/** The same declaration gives the same key, whichever program it is looked at from. */
export function keyOf(target: Target): string | undefined {
  return target.place === undefined ? undefined : `${target.place.path}:${target.place.name.span.start}`
}

export function targetOf(program: Program, path: string, name: Name, ancestors: readonly Node[]): Target | undefined {
  const id = program.checked.bound.files.get(path)?.uses.get(name.id)
  if (id === undefined) return memberTarget(program, path, name, ancestors)
  const symbol = symbolOf(program, id)
  return symbol.kind === "eventField" ? eventField(program, symbol) : symbolTarget(symbol)
}

/** In `wait for E by FIELD == …` the name is the event's own field, in whatever file that is. */
function eventField(program: Program, { node, name }: Symbol): Target | undefined {
  if (node?.kind !== "field") return undefined
  for (const { path, file } of program.documents.values()) {
    const isHere = file.items.some((item) => item.kind === "event" && item.fields?.fields.includes(node) === true)
    if (isHere) return { kind: "field", text: name, place: { path, name: node.name }, node }
  }
  return undefined
}

export function symbolOf(program: Program, id: SymbolId): Symbol {
  return program.checked.bound.symbols.symbols[id]!
}

export function symbolTarget(symbol: Symbol): Target {
  const name = declaredName(symbol)
  return {
    kind: symbol.kind,
    text: symbol.name,
    symbol,
    ...(name === undefined ? {} : { place: { path: symbol.path, name } }),
    ...(symbol.node === undefined ? {} : { node: symbol.node }),
  }
}

/** The name node that declares a symbol. */
export function declaredName({ node, name, kind }: Symbol): Name | undefined {
  if (node === undefined || kind === "result") return undefined
  switch (node.kind) {
    case "for":
      return node.variable.text === name ? node.variable : node.index
    case "lambda":
      return node.parameters.find(({ text }) => text === name)
    case "catch":
    case "typePattern":
      return node.binding
    default:
      return "name" in node && typeof node.name === "object" && node.name.kind === "name" ? node.name : undefined
  }
}

function memberTarget(program: Program, path: string, name: Name, ancestors: readonly Node[]): Target | undefined {
  const parent = ancestors.at(-1)
  const facts = program.checked.files.get(path)
  switch (parent?.kind) {
    case "field":
    case "enumMember":
      return { kind: parent.kind, text: name.text, place: { path, name }, node: parent }
    case "member":
      if (parent.name !== name) return undefined
      return memberOf(program, facts?.types.get(parent.object.id), name.text) ?? dataTarget(program, parent.object, facts?.types, name.text)
    case "memberPattern": {
      const id = program.checked.bound.files.get(path)?.uses.get(parent.type.id)
      return id === undefined ? undefined : enumMember(symbolOf(program, id), name.text)
    }
    case "entry": {
      const record = ancestors.at(-2)
      const [workflow, clause] = ancestors.slice(-4, -2)
      if (clause?.kind === "onSchedule" && workflow?.kind === "workflow") {
        const parameter = workflow.parameters.find((each) => each.name.text === plainKey(name.text))
        return parameter === undefined ? undefined : parameterTarget(program, parameter.name, path)
      }
      return record === undefined ? undefined : memberOf(program, facts?.types.get(record.id), plainKey(name.text))
    }
    case "argument": {
      const call = ancestors.at(-2)
      const callee = call === undefined ? undefined : facts?.calls.get(call.id)
      const node = callee === undefined ? undefined : symbolOf(program, callee).node
      const parameter = node !== undefined && "parameters" in node ? node.parameters.find((each) => each.kind === "parameter" && each.name.text === name.text) : undefined
      if (callee === undefined || parameter?.kind !== "parameter") return undefined
      return parameterTarget(program, parameter.name, symbolOf(program, callee).path)
    }
    default:
      return undefined
  }
}

/** `e.data.sku`: the data of the one declared error that is caught. */
function dataTarget(program: Program, object: Expression, types: ReadonlyMap<number, Type> | undefined, name: string): Target | undefined {
  const caught = object.kind === "member" && object.name.text === "data" ? types?.get(object.object.id) : undefined
  if (caught?.kind !== "caughtError" || caught.errors.length !== 1) return undefined
  const error = program.checked.bound.symbols.symbols.find(({ kind, name: known }) => kind === "error" && known === caught.errors[0])
  return error === undefined ? undefined : fieldTarget(error, name)
}

/** A record's key may be written in quotes. */
export function plainKey(text: string): string {
  return text.replace(/^"(.*)"$/, "$1")
}

function parameterTarget(program: Program, name: Name, path: string): Target | undefined {
  const id = program.checked.bound.files.get(path)?.uses.get(name.id)
  return id === undefined ? undefined : symbolTarget(symbolOf(program, id))
}

/** The field or enum member that `.name` names on a value of this type. */
export function memberOf(program: Program, type: Type | undefined, name: string): Target | undefined {
  if (type === undefined) return undefined
  const { declared } = program.checked
  const known = present(expand(type, declared), declared)
  if (known.kind === "namespace") return enumMember(symbolOf(program, known.symbol), name)
  if (known.kind !== "declared") return undefined
  const structure = declared.get(known.symbol)
  if (structure?.kind === "taggedUnion") {
    for (const member of structure.members) {
      const found = fieldTarget(symbolOf(program, member), name)
      if (found !== undefined) return found
    }
  }
  return fieldTarget(symbolOf(program, known.symbol), name)
}

function enumMember({ node, path }: Symbol, name: string): Target | undefined {
  const member = node?.kind === "enum" ? node.members.find((each) => each.name.text === name) : undefined
  return member === undefined ? undefined : { kind: "enumMember", text: name, place: { path, name: member.name }, node: member }
}

function fieldTarget({ node, path }: Symbol, name: string): Target | undefined {
  const record = node?.kind === "type" ? node.type : node?.kind === "error" || node?.kind === "event" ? node.fields : undefined
  const field = record?.kind === "recordType" ? record.fields.find((each) => each.name.text === name) : undefined
  return field === undefined ? undefined : { kind: "field", text: name, place: { path, name: field.name }, node: field }
}

/** Calls `visit` for every name of the file, with its ancestors. */
export function eachName(document: Document, visit: (name: Name, ancestors: readonly Node[]) => void): void {
  const ancestors: Node[] = []
  const below = (node: Node): void => {
    if (node.kind === "name") {
      if (node.text !== "") visit(node, ancestors)
      return
    }
    ancestors.push(node)
    for (const child of children(node)) below(child)
    ancestors.pop()
  }
  below(document.file)
}

export function spanOfName({ place }: Target): Span | undefined {
  return place?.name.span
}
