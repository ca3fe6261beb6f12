// Declarations and values that nothing uses.

import type { Fix } from "../../../base/diagnostics/diagnostic.ts"
import type { Node } from "../../../grammar/syntax/nodes.ts"
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
  for (const item of file.bound.file.items) {
    if (item.kind === "import") continue
    const own = item.kind === "test" ? undefined : file.bound.uses.get(item.name.id)
    for (const node of file.survey.names.get(item)!) {
      const symbol = file.bound.uses.get(node.id)
      if (symbol !== undefined && symbol !== own && !isBinding(node, symbol, file)) used.add(symbol)
    }
  }
}

function isBinding(name: Extract<Node, { readonly kind: "name" }>, symbol: SymbolId, file: FileContext): boolean {
  const { node } = file.context.bound.symbols.symbols[symbol]!
  if (node === undefined) return false
  if ("name" in node && node.name === name) return true
  if ("binding" in node && node.binding === name) return true
  if ("variable" in node && (node.variable === name || node.index === name)) return true
  return node.kind === "lambda" && node.parameters.includes(name)
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
  for (const item of file.bound.file.items) {
    if (item.kind === "import") continue
    for (const node of file.survey.names.get(item)!) {
      const symbol = file.bound.uses.get(node.id)
      if (symbol !== undefined) used.add(symbol)
    }
  }
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
