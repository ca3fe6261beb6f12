// What lowering knows at a place: the checked program, the file it stands in, and the names that the plan gives.

import { assert } from "../../base/assert.ts"
import type { Location, Span } from "../../base/text/span.ts"
import type { Clause, Name, NodeId, PolicyDeclaration } from "../../grammar/syntax/nodes.ts"
import type { Symbol, SymbolId } from "../1-bind/types.ts"
import type { Checked, FileFacts, Type } from "../2-check/types.ts"

export interface Context {
  readonly checked: Checked
  readonly path: string
  readonly facts: FileFacts
  /** By declared symbol: its name in the plan. */
  readonly names: ReadonlyMap<SymbolId, string>
  /** By path and id of a clause: the named policy that it stands in. */
  readonly policyOf: ReadonlyMap<string, SymbolId>
  /** By record that is a member of a tagged union: the value of its `kind`. */
  readonly tags: ReadonlyMap<SymbolId, string>
  /** Inside a body with a scope of its own: a `return` there leaves more than that body. */
  readonly inBody: boolean
  /** The workflow whose body this is. */
  readonly workflow?: SymbolId
}

export function inBody(context: Context): Context {
  return context.inBody ? context : { ...context, inBody: true }
}

export function inFile(context: Context, path: string): Context {
  if (path === context.path) return context
  const facts = context.checked.files.get(path)
  assert(facts !== undefined, `no facts of ${path}`)
  return { ...context, path, facts }
}

export function originOf(context: Context, node: { readonly span: Span }): Location {
  return { path: context.path, span: node.span }
}

export function symbolOf(context: Context, name: Name): Symbol {
  const id = context.checked.bound.files.get(context.path)?.uses.get(name.id)
  assert(id !== undefined, `the name ${name.text} is bound to nothing`)
  return symbolAt(context, id)
}

export function symbolAt(context: Context, id: SymbolId): Symbol {
  const symbol = context.checked.bound.symbols.symbols[id]
  assert(symbol !== undefined, `no symbol ${id}`)
  return symbol
}

export function planName(context: Context, id: SymbolId): string {
  return context.names.get(id) ?? symbolAt(context, id).name
}

/** The plan's name of what a name in the source refers to; a built-in error kind has no symbol and keeps its own. */
export function nameOf(context: Context, name: Name): string {
  const id = context.checked.bound.files.get(context.path)?.uses.get(name.id)
  return id === undefined ? name.text : planName(context, id)
}

export function typeOf(context: Context, node: { readonly id: NodeId }): Type {
  return context.facts.types.get(node.id) ?? { kind: "unknown" }
}

export function clauseKey(path: string, clause: Clause): string {
  return `${path}#${clause.id}`
}

/** Which named policy each clause of the program stands in. */
export function policyClauses(checked: Checked): ReadonlyMap<string, SymbolId> {
  const found = new Map<string, SymbolId>()
  for (const [path, { file, uses }] of checked.bound.files) {
    for (const item of file.items) {
      if (item.kind !== "policy") continue
      const id = uses.get((item as PolicyDeclaration).name.id)
      if (id !== undefined) for (const clause of item.clauses) found.set(clauseKey(path, clause), id)
    }
  }
  return found
}
