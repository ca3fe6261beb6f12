// The small steps of resolving: a name, an error kind, a type, a new local.

import type { Diagnostic, Fix } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { unreachable } from "../../base/assert.ts"
import { span } from "../../base/text/span.ts"
import type { Name, Node, TypeNode, UnionTypeNode } from "../../grammar/syntax/nodes.ts"
import { BUILT_IN_ERRORS, BUILT_IN_TYPES, isBuiltInError, isBuiltInType } from "./built-ins.ts"
import { foreignName, foreignType, typeHint } from "./foreign.ts"
import { didYouMean, replaceFix } from "./hints.ts"
import { addSymbol, lookUp, visibleNames, type Scope, type Table, type Uses } from "./scopes.ts"
import type { Symbol, SymbolId, SymbolKind } from "./types.ts"

/** What resolving reads and writes; private to the binder. */
export interface Resolver {
  readonly path: string
  readonly uses: Uses
  readonly table: Table
  readonly diagnostics: Diagnostic[]
  readonly fileScope: Scope
  /** The callable whose body is being resolved. */
  readonly owner?: SymbolId
  readonly refers: Set<SymbolId>
  readonly lookedInto: SymbolId[]
  /** Names of the declaration that are reported once for all their uses, and single uses (their ids) that are reported. */
  readonly told: Set<string | number>
}

/** The name means the symbol. */
export function refer(name: Name, symbol: SymbolId, { uses, refers }: Resolver): void {
  uses.set(name.id, symbol)
  refers.add(symbol)
}

export function resolveType(type: TypeNode, resolver: Resolver): void {
  switch (type.kind) {
    case "namedType":
      return resolveTypeName(type.name, resolver)
    case "arrayType":
      return resolveType(type.element, resolver)
    case "mapType":
      return resolveType(type.value, resolver)
    case "optionalType":
      return resolveType(type.type, resolver)
    case "recordType":
      for (const field of type.fields) resolveType(field.type, resolver)
      return
    case "unionType":
      for (const member of type.members) if (!isAbsent(member, type, resolver)) resolveType(member, resolver)
      return
    case "literalType":
      return
    default:
      return unreachable(type)
  }
}

/** `string | null`, which is said with its way out. */
function isAbsent(member: TypeNode, union: UnionTypeNode, { path, fileScope, diagnostics }: Resolver): boolean {
  if (member.kind !== "namedType" || member.name.text === "nothing" || foreignType(member.name.text) !== "nothing" || lookUp(fileScope, member.name.text) !== undefined) return false
  const [other, ...more] = union.members.filter((each) => each !== member)
  const at = { path, span: member.name.span }
  const isFirst = other !== undefined && other.span.start > member.span.start
  const edits = other === undefined || more.length > 0 ? [{ span: member.span, text: "nothing" }] : [
    { span: isFirst ? span(union.span.start, other.span.start) : span(other.span.end, union.span.end), text: isFirst ? "" : "?" },
    ...(isFirst ? [{ span: span(other.span.end, other.span.end), text: "?" }] : []),
  ]
  const fixes: readonly Fix[] = [{ title: more.length > 0 ? "Write `nothing`" : "Write `?` behind the type", path, edits, applicability: "machine" }]
  diagnostics.push(diagnostic("AF2009", at, { name: member.name.text, hint: "; a value that may be absent has a `?` behind its type." }, { fixes }))
  return true
}

const TYPE_KINDS: ReadonlySet<SymbolKind> = new Set(["type", "enum", "error", "event"])

function resolveTypeName(name: Name, resolver: Resolver): void {
  if (name.text === "" || name.recovered || isBuiltInType(name.text)) return
  const symbol = lookUp(resolver.fileScope, name.text)
  if (symbol !== undefined) refer(name, symbol, resolver)
  const kind = symbol === undefined ? undefined : resolver.table.symbols[symbol]!.kind
  if (kind !== undefined && TYPE_KINDS.has(kind)) return
  const declared = [...resolver.fileScope.names].filter(([, id]) => TYPE_KINDS.has(resolver.table.symbols[id]!.kind))
  const foreign = kind === undefined ? foreignType(name.text) : undefined
  const at = { path: resolver.path, span: name.span }
  if (foreign !== undefined) {
    const applicability = foreign === "json" ? "maybe" as const : "machine" as const
    const fixes = [{ title: `Write ${foreign}`, path: at.path, edits: [{ span: at.span, text: foreign }], applicability }]
    resolver.diagnostics.push(diagnostic("AF2009", at, { name: name.text, hint: typeHint(name.text, foreign) }, { fixes }))
    return
  }
  const near = nearest(name.text, [...declared.map(([text]) => text), ...BUILT_IN_TYPES])
  const hint = kind === undefined ? didYouMean(near) : `: it is a ${kind}.`
  resolver.diagnostics.push(diagnostic("AF2009", at, { name: name.text, hint }, { fixes: replaceFix(at, near) }))
}

/** `fixes` are those for a name of another language. */
export function resolveName(name: Name, scope: Scope, resolver: Resolver, fixes?: readonly Fix[]): void {
  if (name.text === "" || name.recovered) return
  const symbol = lookUp(scope, name.text)
  if (symbol !== undefined) {
    refer(name, symbol, resolver)
    return
  }
  if (resolver.told.has(name.text) || resolver.told.has(name.id)) return
  const at = { path: resolver.path, span: name.span }
  const foreign = foreignName(name.text)
  if (foreign !== undefined) {
    const { hint, write } = foreign
    const own: readonly Fix[] = write === undefined ? [] : [{ title: write === "" ? "Remove it" : `Write ${write}`, path: at.path, edits: [{ span: at.span, text: write }], applicability: "machine" }]
    resolver.diagnostics.push(diagnostic("AF2001", at, { name: name.text, hint }, { fixes: fixes ?? own }))
    return
  }
  const near = nearest(name.text, [...visibleNames(scope)].map(([text]) => text))
  const facts = { name: name.text, hint: didYouMean(near) }
  resolver.diagnostics.push(diagnostic("AF2001", at, facts, { fixes: replaceFix(at, near) }))
}

/** Built-in kinds have no symbol; a declared one is bound to its declaration. */
export function resolveErrors(names: readonly Name[], resolver: Resolver): void {
  for (const name of names) {
    if (name.text === "" || name.recovered || isBuiltInError(name.text)) continue
    const symbol = lookUp(resolver.fileScope, name.text)
    if (symbol !== undefined && resolver.table.symbols[symbol]!.kind === "error") {
      refer(name, symbol, resolver)
      continue
    }
    const near = nearest(name.text, errorKinds(resolver))
    const at = { path: resolver.path, span: name.span }
    const facts = { name: name.text, hint: didYouMean(near) }
    resolver.diagnostics.push(diagnostic("AF2008", at, facts, { fixes: replaceFix(at, near) }))
  }
}

/** Every error kind visible in the file: the built-in ones and the declared ones. */
export function errorKinds(resolver: Resolver): readonly string[] {
  const declared = [...resolver.fileScope.names].filter(([, id]) => resolver.table.symbols[id]!.kind === "error")
  return [...BUILT_IN_ERRORS, ...declared.map(([name]) => name)]
}

/** Declares a local. One that another local (case aside) or a declaration already means is refused, and declared. */
export function declareLocal(name: Name, kind: SymbolKind, node: Node, scope: Scope, resolver: Resolver): void {
  if (name.text === "") return
  const clash = clashing(name.text, scope, resolver)
  if (clash !== undefined && !name.recovered) reportClash(name, resolver.table.symbols[clash]!, scope, resolver)
  const { path, table, owner } = resolver
  const id = addSymbol(table, { name: name.text, kind, path, node, owner })
  resolver.uses.set(name.id, id)
  scope.names.set(name.text, id)
  scope.folded.set(name.text.toLowerCase(), id)
}

function reportClash(name: Name, before: Symbol, scope: Scope, resolver: Resolver): void {
  const { node } = before
  const named = node !== undefined && "name" in node && typeof node.name === "object" ? node.name : node
  const message = `${before.name} is declared here`
  const related = named === undefined ? [] : [{ path: before.path, span: named.span, message }]
  const code = scope.names.has(before.name) ? "AF2002" : "AF2003"
  const facts = { name: name.text, kind: describe(before.kind, before.name, name.text) }
  resolver.diagnostics.push(diagnostic(code, { path: resolver.path, span: name.span }, facts, { related }))
}

function describe(kind: string, before: string, name: string): string {
  return before === name ? kind : `${kind} ${before}, and case does not tell names apart`
}

function clashing(name: string, scope: Scope, resolver: Resolver): SymbolId | undefined {
  for (let at: Scope | undefined = scope; at !== undefined && at !== resolver.fileScope; at = at.parent) {
    const found = at.folded.get(name.toLowerCase())
    if (found !== undefined) return found
  }
  return lookUp(resolver.fileScope, name)
}
