// What checking gives: the type of each expression and what is known of the flow. A new value beside the bound files.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Span } from "../../base/text/span.ts"
import type { Clause, Declaration, Expression, NodeId } from "../../grammar/syntax/nodes.ts"
import type { Bound, SymbolId } from "../1-bind/types.ts"
import type { CallSite, CheckOptions, Context, Suppression } from "./context.ts"

/** JSON-Schema constraints written with `@`, by name: minLength, maxLength, pattern, format, min, max, minItems … */
export type Constraints = Readonly<Record<string, string | number | boolean>>

export type Type =
  | { readonly kind: "string" | "int" | "number"; readonly constraints?: Constraints }
  | { readonly kind: "bool" | "time" | "duration" | "money" | "json" | "message" | "nothing" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "array"; readonly element: Type; readonly constraints?: Constraints }
  | { readonly kind: "map"; readonly value: Type; readonly constraints?: Constraints }
  | { readonly kind: "optional"; readonly type: Type }
  | { readonly kind: "record"; readonly fields: readonly FieldType[] }
  /** A declared record, union, enum, error or event: structure in `DeclaredType`, by symbol. */
  | { readonly kind: "declared"; readonly symbol: SymbolId; readonly name: string }
  | { readonly kind: "union"; readonly members: readonly Type[] }
  /** `Result<T>` of `collect failures`. */
  | { readonly kind: "result"; readonly value: Type }
  /** A caught error: kind, message, step and data. */
  | { readonly kind: "caughtError"; readonly errors: readonly string[] }
  | { readonly kind: "secret" }
  | { readonly kind: "function"; readonly parameters: readonly Type[]; readonly result: Type }
  /** An enum's name in `Verdict.publish`, a model's name in a model clause … */
  | { readonly kind: "namespace"; readonly symbol: SymbolId }
  /** The type of what could not be typed: compatible with everything, so that one mistake is reported once. */
  | { readonly kind: "unknown" }
  /** No value comes back: `fail`, an endless loop. */
  | { readonly kind: "never" }

export interface FieldType {
  readonly name: string
  readonly type: Type
  readonly doc?: string
}

export type DeclaredType =
  /** `tag`: the value of the `kind` field that is added because the record is a member of a tagged union. */
  | { readonly kind: "record"; readonly fields: readonly FieldType[]; readonly tag?: string }
  | { readonly kind: "alias"; readonly type: Type }
  /** Records told apart by an added `kind` field that holds the member's name. */
  | { readonly kind: "taggedUnion"; readonly members: readonly SymbolId[] }
  | { readonly kind: "enum"; readonly members: readonly { readonly name: string; readonly doc?: string }[] }
  | { readonly kind: "error"; readonly fields: readonly FieldType[] }
  | { readonly kind: "event"; readonly fields: readonly FieldType[] }

/** The shape of a callable: tool, agent, human or workflow. */
export interface Signature {
  readonly symbol: SymbolId
  readonly parameters: readonly { readonly name: string; readonly type: Type; readonly default?: Expression }[]
  /** `nothing` when no result is declared. */
  readonly result: Type
}

/** A clause with where it came from, for emission and for explain-policy. */
export interface EffectiveClause {
  readonly clause: Clause
  readonly path: string
  /** `block`: a `within` around the call. */
  readonly from: "call" | "callable" | "policy" | "block" | "steps" | "default"
}

/** What others see of a declaration. */
export interface Head {
  /** Where the declaration stood when its diagnostics were made. */
  readonly at: Span
  readonly symbol: SymbolId | undefined
  readonly lookedAt: readonly SymbolId[]
  readonly diagnostics: readonly Diagnostic[]
  readonly structure?: DeclaredType | undefined
  readonly signature?: Signature | undefined
  readonly policies?: readonly EffectiveClause[] | undefined
  readonly setting?: Type | undefined
}

/** What checking one declaration gave, beside facts of its nodes: it holds as long as it and all that it looked at stay. */
export interface CheckedItem {
  /** Where the declaration stood when its diagnostics were made. */
  readonly at: Span
  readonly head: Head
  /** Tells one binding of it from another. */
  readonly refers: ReadonlySet<SymbolId>
  readonly lookedAt: ReadonlySet<SymbolId>
  readonly diagnostics: readonly Diagnostic[]
  readonly callSites: readonly CallSite[]
  readonly agentTools: Context["agentTools"]
  readonly suppressions: readonly Suppression[]
}

export interface FileFacts {
  readonly items: ReadonlyMap<Declaration, CheckedItem>
  /** By id of the expression, type node, pattern or block form. */
  readonly types: ReadonlyMap<NodeId, Type>
  /** By id of the call expression: the callable it calls (absent for list and string methods). */
  readonly calls: ReadonlyMap<NodeId, SymbolId>
  /** By id of a list/string/built-in call: which built-in it is, such as "list.chunks" or "now". */
  readonly builtins: ReadonlyMap<NodeId, string>
  /** By id of a call, for, parallel …: its step name segment, unique within its scope, such as "fetchSource". */
  readonly stepNames: ReadonlyMap<NodeId, string>
  /** By id of a call in a workflow: what holds around it, one per kind (nearest wins), budgets all, outermost first. */
  readonly callPolicies: ReadonlyMap<NodeId, readonly EffectiveClause[]>
}

/** What `accept` clauses say, and what was found before they were applied: later phases find more that they excuse. */
export interface Accepted {
  readonly suppressions: readonly { readonly path: string; readonly span: Span; readonly clause: Span; readonly rule: string }[]
  readonly found: readonly Diagnostic[]
}

export interface Checked {
  readonly bound: Bound
  /** By symbol of a parameter, `let`, loop variable, lambda parameter, pattern binding, caught error, `result`. */
  readonly symbolTypes: ReadonlyMap<SymbolId, Type>
  readonly files: ReadonlyMap<string, FileFacts>
  readonly declared: ReadonlyMap<SymbolId, DeclaredType>
  readonly signatures: ReadonlyMap<SymbolId, Signature>
  /** By callable: its clauses after `use` and precedence, one per kind (nearest wins), nested budgets apart. */
  readonly policies: ReadonlyMap<SymbolId, readonly EffectiveClause[]>
  readonly accepted: Accepted
  readonly settings: ReadonlyMap<SymbolId, Type>
  readonly options: CheckOptions
}
