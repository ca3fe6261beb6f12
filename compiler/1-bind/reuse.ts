// What binding takes from an earlier text: as long as the names at the top of all files are the same ones.

import type { Declaration, FileNode } from "../../grammar/syntax/nodes.ts"
import type { Source } from "../../base/text/source.ts"
import type { Table, Uses } from "./scopes.ts"
import type { Bound, BoundItem, SymbolId } from "./types.ts"

export interface BeforeFile {
  readonly uses: Uses
  readonly items: ReadonlyMap<Declaration, BoundItem>
  /** By place among the items. */
  readonly symbols: readonly (SymbolId | undefined)[]
  readonly nodes: readonly Declaration[]
}

export interface Before {
  readonly table: Table
  readonly files: ReadonlyMap<string, BeforeFile>
}

/** Facts of nodes that are gone stay in the tables: from so many on, all is made afresh. */
const deadNodesMax = 100_000

type Ordered = readonly { readonly source: Source; readonly file: FileNode }[]

/** What can be kept of an earlier value, or undefined. Its tables are filled further. */
export function boundBefore(ordered: Ordered, earlier: Bound | undefined): Before | undefined {
  if (earlier === undefined || ordered.length !== earlier.files.size || nodesMade(ordered) - earlier.nodesMade > deadNodesMax) return undefined
  const files = new Map<string, BeforeFile>()
  for (const { source: { path }, file } of ordered) {
    const known = earlier.files.get(path)
    if (known === undefined || !sameNames(known.file.items, file.items)) return undefined
    const symbols = known.file.items.map((item) => ("name" in item && item.name.kind === "name" ? known.uses.get(item.name.id) : undefined))
    files.set(path, { uses: known.uses as Uses, items: known.items, symbols, nodes: known.file.items })
  }
  return { table: earlier.symbols as Table, files }
}

/** How many nodes the files have had so far: ids are never given twice. */
export function nodesMade(files: Ordered): number {
  return files.reduce((sum, { file }) => sum + file.id, 0)
}

function sameNames(before: readonly Declaration[], now: readonly Declaration[]): boolean {
  return before.length === now.length && before.every((old, index) => {
    const item = now[index]!
    if (old === item) return true
    if (old.kind === "import" || item.kind === "import" || old.kind !== item.kind) return false
    return old.kind === "test" || item.kind === "test" || old.name.text === item.name.text
  })
}

/** The symbols whose declarations are other nodes than before. */
export function changedIn(ordered: Ordered, { files }: Before): ReadonlySet<SymbolId> {
  const changed = new Set<SymbolId>()
  for (const { source: { path }, file } of ordered) {
    const { nodes, symbols } = files.get(path)!
    for (const [index, item] of file.items.entries()) {
      const symbol = symbols[index]
      if (item !== nodes[index] && symbol !== undefined) changed.add(symbol)
    }
  }
  return changed
}
