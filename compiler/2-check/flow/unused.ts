// Declarations and values that nothing uses.

import type { Fix } from "../../../base/diagnostics/diagnostic.ts"
import type { Node, NodeId } from "../../../grammar/syntax/nodes.ts"
import { report, type FileContext } from "../context.ts"
import type { SymbolId } from "../../1-bind/types.ts"

/** A name counts as used when it stands anywhere but in its own declaration. */
export function reportUnused(files: readonly FileContext[]): void {
  const used = new Set<SymbolId>()
  for (const file of files) collectUses(file, used)
  for (const file of files) {
    reportDeclarations(file, used)
    reportImports(file)
    reportLocals(file, used)
  }
}

function collectUses(file: FileContext, used: Set<SymbolId>): void {
  const { symbols } = file.context.bound.symbols
  const { firstIds, isImported } = ranges(file)
  for (const [id, symbol] of file.bound.uses) {
    const { node, path } = symbols[symbol]!
    if (isImported(id)) continue
    if (node === undefined || path !== file.path) used.add(symbol)
    else {
      const first = firstIds.get(node)
      const isOwn = first === undefined ? isBinding(id, node) : first <= id && id <= node.id
      if (!isOwn) used.add(symbol)
    }
  }
}

/** A declaration's nodes are numbered one after the other, itself last. */
function ranges(file: FileContext): { readonly firstIds: ReadonlyMap<Node, NodeId>; readonly isImported: (id: NodeId) => boolean } {
  const firstIds = new Map<Node, NodeId>()
  const imports: (readonly [first: NodeId, last: NodeId])[] = []
  let first = 0
  for (const item of file.bound.file.items) {
    firstIds.set(item, first)
    if (item.kind === "import") imports.push([first, item.id])
    first = item.id + 1
  }
  return { firstIds, isImported: (id) => imports.some(([from, to]) => from <= id && id <= to) }
}

function isBinding(name: NodeId, node: Node): boolean {
  if ("name" in node && typeof node.name === "object" && node.name.id === name) return true
  if ("binding" in node && node.binding?.id === name) return true
  if ("variable" in node && (node.variable.id === name || node.index?.id === name)) return true
  return node.kind === "lambda" && node.parameters.some(({ id }) => id === name)
}

/** A file without a workflow is a library: what it declares is for others. */
function reportDeclarations(file: FileContext, used: ReadonlySet<SymbolId>): void {
  const { items } = file.bound.file
  if (!items.some(({ kind }) => kind === "workflow")) return
  for (const item of items) {
    if (item.kind === "import" || item.kind === "test" || item.kind === "workflow") continue
    const symbol = file.bound.uses.get(item.name.id)
    const name = item.name.text
    if (symbol === undefined || used.has(symbol) || name.startsWith("_")) continue
    report(file, item.name, "AF2010", { kind: item.kind, name })
  }
}

function reportImports(file: FileContext): void {
  if (!file.bound.file.items.some(({ kind }) => kind === "import")) return
  const used = new Set<SymbolId>()
  const { isImported } = ranges(file)
  for (const [id, symbol] of file.bound.uses) if (!isImported(id)) used.add(symbol)
  for (const item of file.bound.file.items) {
    if (item.kind !== "import") continue
    for (const imported of item.names) {
      const symbol = file.bound.uses.get(imported.name.id)
      const local = imported.alias ?? imported.name
      if (symbol === undefined || used.has(symbol) || local.text.startsWith("_")) continue
      report(file, imported, "AF2010", { kind: "import", name: local.text })
    }
  }
}

function reportLocals(file: FileContext, used: ReadonlySet<SymbolId>): void {
  for (const symbol of file.context.bound.symbols.symbols) {
    if (symbol.path !== file.path || (symbol.kind !== "let" && symbol.kind !== "var")) continue
    const { node } = symbol
    if (node?.kind !== "let" || used.has(symbol.id) || symbol.name.startsWith("_")) continue
    report(file, node.name, "AF2011", { name: symbol.name }, { fixes: dropLet(node, file) })
  }
}

/** A call stays a statement without its `let`. */
function dropLet(node: Extract<Node, { readonly kind: "let" }>, file: FileContext): readonly Fix[] {
  if (node.value.kind !== "call" || !file.calls.has(node.value.id)) return []
  const span = { start: node.span.start, end: node.value.span.start }
  return [{
    title: `Drop let ${node.name.text} =`, path: file.path, edits: [{ span, text: "" }], applicability: "machine",
  }]
}
