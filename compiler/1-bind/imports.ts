// Paths of imports, and what one file takes from another.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import type { ImportDeclaration, TemplateExpression } from "../../grammar/syntax/nodes.ts"
import { didYouMean, replaceFix } from "./hints.ts"
import type { Scope, Table, Uses } from "./scopes.ts"
import type { SymbolId } from "./types.ts"

/** The text of a literal without interpolation; undefined when it has some. */
export function plainText(template: TemplateExpression): string | undefined {
  const parts: string[] = []
  for (const part of template.parts) {
    if (part.kind === "templateHole") return undefined
    parts.push(part.value)
  }
  return parts.join("")
}

/** "./tools.ts" as written in `from`, as a path from the project root. */
export function resolvePath(from: string, written: string): string {
  const absolute = written.startsWith("/") || (from.startsWith("/") && written.startsWith("."))
  const start = written.startsWith(".") ? from.split("/").slice(0, -1) : []
  const parts: string[] = []
  for (const part of [...start, ...written.split("/")]) {
    if (part === "" || part === ".") continue
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop()
    else parts.push(part)
  }
  return (absolute ? "/" : "") + parts.join("/")
}

/** What one file declares, before imports are known. */
export interface FileDeclarations {
  readonly path: string
  readonly imports: readonly ImportDeclaration[]
  readonly declared: ReadonlyMap<string, SymbolId>
  /** The names visible at the top of the file; imports are added to it. */
  readonly scope: Scope
  readonly uses: Uses
}

const TYPE_KINDS: ReadonlySet<string> = new Set(["type", "enum", "error", "event"])

/** Adds the imported names to each file's scope; gives for each file the files it takes values from. */
export function bindImports(
  files: ReadonlyMap<string, FileDeclarations>,
  table: Table,
  diagnostics: Diagnostic[],
): void {
  const valueImports = new Map<string, { readonly to: string; readonly node: ImportDeclaration }[]>()
  for (const file of files.values()) {
    const edges: { to: string; node: ImportDeclaration }[] = []
    valueImports.set(file.path, edges)
    for (const node of file.imports) {
      const target = targetOf(file, node, files, diagnostics)
      if (target === undefined) continue
      if (bindNames(file, node, target, table, diagnostics)) edges.push({ to: target.path, node })
    }
  }
  reportCycles(valueImports, diagnostics)
}

function targetOf(
  file: FileDeclarations,
  node: ImportDeclaration,
  files: ReadonlyMap<string, FileDeclarations>,
  diagnostics: Diagnostic[],
): FileDeclarations | undefined {
  if (node.from.recovered || node.recovered) return undefined
  const written = plainText(node.from)
  const path = written === undefined ? undefined : resolvePath(file.path, written)
  const target = path === undefined ? undefined : files.get(path)
  if (target === undefined) {
    const near = path === undefined ? undefined : nearest(path, files.keys())
    const facts = { path: path ?? "with a name that is put together", hint: didYouMean(near) }
    diagnostics.push(diagnostic("AF2004", { path: file.path, span: node.from.span }, facts))
  }
  return target
}

/** Gives whether a value (not only types) comes in. */
function bindNames(
  file: FileDeclarations,
  node: ImportDeclaration,
  target: FileDeclarations,
  table: Table,
  diagnostics: Diagnostic[],
): boolean {
  let takesValue = false
  for (const imported of node.names) {
    const written = imported.name.text
    if (written === "" || imported.recovered) continue
    const symbol = target.declared.get(written)
    if (symbol === undefined) {
      const near = nearest(written, target.declared.keys())
      const at = { path: file.path, span: imported.name.span }
      const facts = { path: target.path, name: written, hint: didYouMean(near) }
      diagnostics.push(diagnostic("AF2005", at, facts, { fixes: replaceFix(at, near) }))
      continue
    }
    file.uses.set(imported.name.id, symbol)
    const local = imported.alias ?? imported.name
    if (imported.alias !== undefined) file.uses.set(imported.alias.id, symbol)
    const before = file.scope.names.get(local.text)
    if (before !== undefined && before !== symbol) {
      const facts = { name: local.text, kind: table.symbols[before]!.kind }
      diagnostics.push(diagnostic("AF2002", { path: file.path, span: local.span }, facts))
      continue
    }
    file.scope.names.set(local.text, symbol)
    takesValue ||= !TYPE_KINDS.has(table.symbols[symbol]!.kind)
  }
  return takesValue
}

/** Files that take values from each other in a circle: one report for each circle, at its first file's import. */
function reportCycles(
  edges: ReadonlyMap<string, readonly { readonly to: string; readonly node: ImportDeclaration }[]>,
  diagnostics: Diagnostic[],
): void {
  const done = new Set<string>()
  const trail: { path: string; node?: ImportDeclaration }[] = []
  const visit = (path: string): void => {
    const start = trail.findIndex((step) => step.path === path)
    if (start >= 0) {
      const circle = trail.slice(start)
      const cycle = [...circle.map((step) => step.path), path].join(" → ")
      const first = circle[0]!
      diagnostics.push(diagnostic("AF2006", { path: first.path, span: first.node!.span }, { cycle }))
      return
    }
    if (done.has(path)) return
    for (const edge of edges.get(path) ?? []) {
      trail.push({ path, node: edge.node })
      visit(edge.to)
      trail.pop()
    }
    done.add(path)
  }
  for (const path of edges.keys()) visit(path)
}
