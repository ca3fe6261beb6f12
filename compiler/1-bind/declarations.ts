// What a file declares at its top, and the names that two declarations both want.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import type { Declaration, FileNode, Name } from "../../grammar/syntax/nodes.ts"
import { isBuiltInError, isBuiltInType } from "./built-ins.ts"
import { plainText, resolvePath, type FileDeclarations } from "./imports.ts"
import { addSymbol, type NewSymbol, type Scope, type Table, type Uses } from "./scopes.ts"
import type { Symbol, SymbolId } from "./types.ts"

export interface FileContext {
  readonly path: string
  readonly file: FileNode
  readonly scope: Scope
  readonly uses: Uses
  readonly table: Table
  readonly diagnostics: Diagnostic[]
  /** By place among the items: the symbols that they had when the file was bound before. */
  readonly known?: readonly (SymbolId | undefined)[] | undefined
}

type Named = Exclude<Declaration, { readonly kind: "import" | "test" }>

export function declareFile(context: FileContext): void {
  const { path, file, scope, uses, table, diagnostics, known } = context
  const byFold = new Map<string, { readonly id: SymbolId; readonly name: Name }>()
  for (const [index, item] of file.items.entries()) {
    if (item.kind === "import" || item.kind === "test" || item.name.text === "") continue
    const { name } = item
    const id = symbolFor({ name: name.text, kind: item.kind, path, node: item }, table, known?.[index])
    uses.set(name.id, id)
    reportBuiltIn(item, context)
    const before = byFold.get(name.text.toLowerCase())
    if (before !== undefined) {
      const related = [{ path, span: before.name.span, message: `${before.name.text} is declared here` }]
      diagnostics.push(diagnostic(
        "AF2002", { path, span: name.span }, factsOf(name.text, table.symbols[before.id]!), { related },
      ))
      if (scope.names.has(name.text)) continue
    } else {
      byFold.set(name.text.toLowerCase(), { id, name })
    }
    scope.names.set(name.text, id)
  }
}

function symbolFor(symbol: Omit<NewSymbol, "owner">, table: Table, known: SymbolId | undefined): SymbolId {
  if (known === undefined) return addSymbol(table, symbol)
  if (table.symbols[known]!.node !== symbol.node) table.symbols[known] = { ...symbol, id: known }
  return known
}

function factsOf(name: string, before: Symbol): { readonly name: string; readonly kind: string } {
  return {
    name,
    kind: before.name === name ? before.kind : `${before.kind} ${before.name}, and case does not tell names apart`,
  }
}

function reportBuiltIn(item: Named, { path, diagnostics }: FileContext): void {
  const at = { path, span: item.name.span }
  const name = item.name.text
  if (item.kind === "error" && isBuiltInError(name.toLowerCase())) diagnostics.push(diagnostic("AF2007", at, { name }))
  else if (isBuiltInType(name)) diagnostics.push(diagnostic("AF2017", at, { name }))
}

const REGISTERED: ReadonlySet<string> = new Set(["tool", "agent", "human", "workflow"])

/** Files that import each other become one program, where a callable is registered once by its name. */
export function reportClashes(
  files: ReadonlyMap<string, FileDeclarations>,
  table: Table,
  diagnostics: Diagnostic[],
): void {
  const programs = programsOf(files)
  const seen = new Map<string, SymbolId>()
  for (const file of files.values()) {
    for (const [name, id] of file.declared) {
      const key = `${programs.get(file.path)} ${name.toLowerCase()}`
      const before = seen.get(key)
      const symbol = table.symbols[id]!
      if (!REGISTERED.has(symbol.kind)) continue
      if (before === undefined) seen.set(key, id)
      else if (table.symbols[before]!.path !== file.path) report(symbol, table.symbols[before]!, diagnostics)
    }
  }
}

function report(symbol: Symbol, before: Symbol, diagnostics: Diagnostic[]): void {
  const related = [{ path: before.path, span: nameOf(before).span, message: `${before.name} is declared here` }]
  const at = { path: symbol.path, span: nameOf(symbol).span }
  const kind = `${before.kind} in ${before.path}`
  diagnostics.push(diagnostic("AF2002", at, { name: symbol.name, kind }, { related }))
}

function nameOf(symbol: Symbol): Name {
  return (symbol.node as Named).name
}

/** For each file, a file that stands for its program. */
function programsOf(files: ReadonlyMap<string, FileDeclarations>): ReadonlyMap<string, string> {
  const parent = new Map<string, string>([...files.keys()].map((path) => [path, path]))
  const root = (path: string): string => {
    const up = parent.get(path)!
    return up === path ? path : root(up)
  }
  for (const file of files.values()) {
    for (const { from } of file.imports) {
      const written = plainText(from)
      const to = written === undefined ? undefined : resolvePath(file.path, written)
      if (to !== undefined && files.has(to)) parent.set(root(to), root(file.path))
    }
  }
  return new Map([...files.keys()].map((path) => [path, root(path)]))
}
