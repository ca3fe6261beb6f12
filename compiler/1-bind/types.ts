// What binding gives: each name's declaration. A new value; the syntax is not touched.

import type { Declaration, FileNode, NodeId, Node } from "../../grammar/syntax/nodes.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Source } from "../../base/text/source.ts"
import type { Span } from "../../base/text/span.ts"

/** Index into `SymbolTable.symbols`. */
export type SymbolId = number

/** What binding one declaration gave: it holds as long as the declaration's node, and all names at the top of the files, stay. */
export interface BoundItem {
  /** Where the declaration stood when its diagnostics were made. */
  readonly at: Span
  /** What its names refer to, itself and where a local is declared apart. */
  readonly refers: ReadonlySet<SymbolId>
  /** The first of its locals' symbols, and the one behind the last. */
  readonly locals: readonly [SymbolId, SymbolId]
  /** Declarations whose inside it was bound by. */
  readonly lookedInto: readonly SymbolId[]
  readonly diagnostics: readonly Diagnostic[]
}

/** A parsed file as the compiler takes it. */
export interface BoundFile {
  readonly source: Source
  readonly file: FileNode
  /** Name nodes (by id) that refer to a symbol; the name of a declaration refers to itself. */
  readonly uses: ReadonlyMap<NodeId, SymbolId>
  /** Symbols visible at the top of the file, by name: its declarations and what it imports. */
  readonly scope: ReadonlyMap<string, SymbolId>
  /** The parser repaired nothing in it. */
  readonly isWhole: boolean
  readonly items: ReadonlyMap<Declaration, BoundItem>
}

export type SymbolKind =
  | Exclude<Declaration["kind"], "import" | "test">
  | "parameter"
  | "let"
  | "var"
  | "loopVariable"
  | "lambdaParameter"
  | "caught"
  | "patternBinding"
  | "branch"
  | "result"
  /** A field of the event that a `wait … by` looks at. */
  | "eventField"
  | "builtin"

export interface Symbol {
  readonly id: SymbolId
  readonly name: string
  readonly kind: SymbolKind
  /** File of the declaration; "" for built-ins. */
  readonly path: string
  /** The declaring node; absent for built-ins. */
  readonly node?: Node
  /** The workflow or callable in whose scope a local stands. */
  readonly owner?: SymbolId
}

export interface SymbolTable {
  readonly symbols: readonly Symbol[]
}

export interface Bound {
  /** By path, in order of path. */
  readonly files: ReadonlyMap<string, BoundFile>
  readonly symbols: SymbolTable
  /** How many nodes the files had had when all of it was bound afresh. */
  readonly nodesMade: number
  /** Declarations that are other nodes than in the value that this one was made from; undefined where all is bound afresh. */
  readonly changed: ReadonlySet<SymbolId> | undefined
}
