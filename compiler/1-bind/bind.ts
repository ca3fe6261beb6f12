// Names to symbols: declares what each file declares, brings in imports, then resolves every name.

import type { Diagnostic, Phase } from "../../base/diagnostics/diagnostic.ts"
import { sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import type { Source } from "../../base/text/source.ts"
import type { FileNode, ImportDeclaration } from "../../grammar/syntax/nodes.ts"
import { BUILT_IN_FUNCTIONS } from "./built-ins.ts"
import { declareFile, reportClashes } from "./declarations.ts"
import { bindImports, type FileDeclarations } from "./imports.ts"
import { resolveFile } from "./resolve.ts"
import { addSymbol, childOf, type Scope, type Table } from "./scopes.ts"
import type { Bound, BoundFile } from "./types.ts"

export interface ParsedFile {
  readonly source: Source
  readonly file: FileNode
  /** It has no syntax error: without one the parser repaired nothing. */
  readonly isWhole?: boolean
}

export function bind(files: readonly ParsedFile[]): Phase<Bound> {
  const ordered = [...files].sort((a, b) => (a.source.path < b.source.path ? -1 : 1))
  const table: Table = { symbols: [] }
  const diagnostics: Diagnostic[] = []
  const builtIns: Scope = { names: new Map(), folded: new Map() }
  for (const name of BUILT_IN_FUNCTIONS) builtIns.names.set(name, addSymbol(table, { name, kind: "builtin", path: "" }))

  const declared = new Map<string, FileDeclarations>()
  for (const { source, file } of ordered) {
    const scope = childOf(builtIns)
    const uses = new Map()
    declareFile({ path: source.path, file, scope, uses, table, diagnostics })
    const imports = file.items.filter((item): item is ImportDeclaration => item.kind === "import")
    declared.set(source.path, { path: source.path, imports, declared: new Map(scope.names), scope, uses })
  }
  bindImports(declared, table, diagnostics)
  reportClashes(declared, table, diagnostics)

  const bound = new Map<string, BoundFile>()
  for (const { source, file, isWhole = false } of ordered) {
    const { scope, uses } = declared.get(source.path)!
    resolveFile({ path: source.path, file, scope, uses, table, diagnostics })
    bound.set(source.path, { source, file, uses, scope: scope.names, isWhole })
  }
  return { value: { files: bound, symbols: table }, diagnostics: sortDiagnostics(diagnostics) }
}
