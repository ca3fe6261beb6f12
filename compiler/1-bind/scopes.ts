// Scopes as a chain of small tables, and the growing symbol table behind them.

import type { Node, NodeId } from "../../grammar/syntax/nodes.ts"
import type { Symbol, SymbolId, SymbolKind } from "./types.ts"

export interface Scope {
  readonly parent?: Scope
  readonly names: Map<string, SymbolId>
  /** The same by lower-case name: names are unique ignoring case. */
  readonly folded: Map<string, SymbolId>
}

export function childOf(parent: Scope): Scope {
  return { parent, names: new Map(), folded: new Map() }
}

/** The symbol that `name` means here, from the inside out. */
export function lookUp(scope: Scope, name: string): SymbolId | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.names.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

/** Every name visible here, the nearest scope first. */
export function* visibleNames(scope: Scope): Generator<readonly [string, SymbolId]> {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) yield* at.names
}

/** A symbol table while it is being filled. */
export interface Table {
  readonly symbols: Symbol[]
}

export interface NewSymbol {
  readonly name: string
  readonly kind: SymbolKind
  readonly path: string
  readonly node?: Node
  readonly owner?: SymbolId | undefined
}

export function addSymbol(table: Table, symbol: NewSymbol): SymbolId {
  const id = table.symbols.length
  const { owner, ...rest } = symbol
  table.symbols.push(owner === undefined ? { id, ...rest } : { id, ...rest, owner })
  return id
}

export type Uses = Map<NodeId, SymbolId>
