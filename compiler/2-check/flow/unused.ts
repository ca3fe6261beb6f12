// Declarations and values that nothing uses.

import type { Fix } from "../../../base/diagnostics/diagnostic.ts"
import type { Node } from "../../../grammar/syntax/nodes.ts"
import { report, symbolOf, type FileContext } from "../context.ts"
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
  for (const [item, { refers }] of file.bound.items) {
    const own = "name" in item && item.name.kind === "name" ? file.bound.uses.get(item.name.id) : undefined
    for (const symbol of refers) if (symbol !== own) used.add(symbol)
  }
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
  for (const { refers } of file.bound.items.values()) for (const symbol of refers) used.add(symbol)
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
  for (const { locals: [first, end] } of file.bound.items.values()) {
    for (let id = first; id < end; id++) {
      const symbol = symbolOf(file.context, id)
      if (symbol.node?.kind !== "let" || (symbol.kind !== "let" && symbol.kind !== "var") || used.has(id) || symbol.name.startsWith("_")) continue
      report(file, symbol.node.name, "AF2011", { name: symbol.name }, { fixes: dropLet(symbol.node, file) })
    }
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
