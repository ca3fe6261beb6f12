// Names to symbols: declares what each file declares, brings in imports, then resolves every name.

import type { Diagnostic, Phase } from "../../base/diagnostics/diagnostic.ts"
import { isWithin, moved, sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import type { Source } from "../../base/text/source.ts"
import type { Span } from "../../base/text/span.ts"
import type { Declaration, FileNode, ImportDeclaration } from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { BUILT_IN_FUNCTIONS } from "./built-ins.ts"
import { declareFile, reportClashes } from "./declarations.ts"
import { bindImports, type FileDeclarations } from "./imports.ts"
import { boundBefore, changedIn, nodesMade, type Before } from "./reuse.ts"
import { resolveDeclaration } from "./resolve.ts"
import type { Resolver } from "./resolver.ts"
import { addSymbol, childOf, type Scope, type Table, type Uses } from "./scopes.ts"
import type { Bound, BoundFile, BoundItem, SymbolId } from "./types.ts"

export interface ParsedFile {
  readonly source: Source
  readonly file: FileNode
  /** It has no syntax error: without one the parser repaired nothing. */
  readonly isWhole?: boolean
}

/**
 * With what was bound of earlier texts, the declarations whose nodes are still there keep what they had; where the names at the
 * top of a file are others, all is bound afresh. What is kept is taken over: the earlier value is not to be used any more.
 */
export function bind(files: readonly ParsedFile[], earlier?: Bound): Phase<Bound> {
  const ordered = [...files].sort((a, b) => (a.source.path < b.source.path ? -1 : 1))
  const before = boundBefore(ordered, earlier)
  const table: Table = before?.table ?? { symbols: [] }
  const diagnostics: Diagnostic[] = []
  const builtIns: Scope = { names: new Map(), folded: new Map() }
  for (const [index, name] of BUILT_IN_FUNCTIONS.entries()) {
    builtIns.names.set(name, before === undefined ? addSymbol(table, { name, kind: "builtin", path: "" }) : index)
  }

  const changed = before === undefined ? undefined : changedIn(ordered, before)
  const declared = new Map<string, FileDeclarations>()
  for (const { source: { path }, file } of ordered) {
    const scope = childOf(builtIns)
    const known = before?.files.get(path)
    const uses: Uses = known?.uses ?? new Map()
    declareFile({ path, file, scope, uses, table, diagnostics, known: known?.symbols })
    const imports = file.items.filter((item): item is ImportDeclaration => item.kind === "import")
    declared.set(path, { path, imports, declared: new Map(scope.names), scope, uses })
  }
  bindImports(declared, table, diagnostics)
  reportClashes(declared, table, diagnostics)

  const bound = new Map<string, BoundFile>()
  for (const { source, file, isWhole = false } of ordered) {
    const { scope, uses } = declared.get(source.path)!
    const items = resolveFile({ path: source.path, uses, table, fileScope: scope }, file, { before, changed })
    for (const item of items.values()) diagnostics.push(...item.diagnostics)
    bound.set(source.path, { source, file, uses, scope: scope.names, isWhole, items })
  }
  const made = before === undefined ? nodesMade(ordered) : earlier!.nodesMade
  return { value: { files: bound, symbols: table, nodesMade: made, changed }, diagnostics: sortDiagnostics(diagnostics) }
}

interface Earlier {
  readonly before: Before | undefined
  /** Declarations that are other nodes than before. */
  readonly changed: ReadonlySet<SymbolId> | undefined
}

type Common = Pick<Resolver, "path" | "uses" | "table" | "fileScope">

function resolveFile(common: Common, file: FileNode, { before, changed }: Earlier): ReadonlyMap<Declaration, BoundItem> {
  const known = before?.files.get(common.path)?.items
  const items = new Map<Declaration, BoundItem>()
  for (const item of file.items) {
    const kept = known?.get(item)
    const holds = kept !== undefined && kept.diagnostics.every((each) => isWithin(each, kept.at)) && !kept.lookedInto.some((each) => changed!.has(each))
    if (!holds && kept !== undefined) forget(item, common.uses)
    items.set(item, holds ? move(kept, item.span) : resolved(item, common))
  }
  return items
}

function resolved(item: Declaration, common: Common): BoundItem {
  const resolver: Resolver = { ...common, diagnostics: [], refers: new Set(), lookedInto: [], told: new Set() }
  const first = common.table.symbols.length
  resolveDeclaration(item, resolver)
  const { refers, lookedInto, diagnostics } = resolver
  return { at: item.span, refers, lookedInto, diagnostics, locals: [first, common.table.symbols.length] }
}

function move(kept: BoundItem, at: Span): BoundItem {
  const by = at.start - kept.at.start
  return by === 0 ? kept : { ...kept, at, diagnostics: kept.diagnostics.map((each) => moved(each, by)) }
}

/** Nothing in the declaration means anything, but for its own name. */
function forget(item: Declaration, uses: Uses): void {
  const own = "name" in item && item.name.kind === "name" ? uses.get(item.name.id) : undefined
  walk(item, ({ id }) => void uses.delete(id))
  if (own !== undefined) uses.set((item as Extract<Declaration, { readonly name: { readonly kind: "name" } }>).name.id, own)
}
