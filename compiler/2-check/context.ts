// What the checker reads and fills; private to this folder.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic, type Code, type Extras, type FactsOf } from "../../base/diagnostics/report.ts"
import type { Span } from "../../base/text/span.ts"
import type { CallExpression, Clause, Expression, Name, Node, NodeBase, NodeId } from "../../grammar/syntax/nodes.ts"
import type { Bound, BoundFile, Symbol, SymbolId } from "../1-bind/types.ts"
import type { DeclaredType, EffectiveClause, Signature, Type } from "./types.ts"
import type { Declared } from "./types/relate.ts"

export interface CheckOptions {
  /** Levels of the configurable rules by code; the others keep the level of their document. */
  readonly rules: Readonly<Record<string, "error" | "warning" | "off">>
  /** What is known of TypeScript tool modules, by path from the project root; an absent path is not looked at. */
  readonly toolModules?: ReadonlyMap<string, { readonly exports: readonly string[] } | "missing">
  /** Model providers that the project's config adds; where no config is known, only a misspelt built-in one is told. */
  readonly providers?: readonly string[]
}

/** A call of a callable, with what the checklist asks about it. */
export interface CallSite {
  readonly path: string
  readonly call: CallExpression
  readonly callee: SymbolId
  readonly role: "step" | "fallback" | "undo"
  /** Clauses written at the call. */
  readonly clauses: readonly Clause[]
  readonly effective: readonly EffectiveClause[]
  /** A `try` or `skip failures` around it takes `circuit_open`. */
  readonly guarded: boolean
}

export interface Suppression {
  readonly path: string
  /** What it speaks for. */
  readonly span: Span
  /** The `accept` itself. */
  readonly clause: Span
  readonly rule: string
}

export interface Context {
  readonly bound: Bound
  readonly options: CheckOptions
  readonly diagnostics: Diagnostic[]
  /** The structures behind declared types, as checks of declarations look at them. */
  readonly declared: Declared
  readonly structures: Map<SymbolId, DeclaredType>
  readonly signatures: Map<SymbolId, Signature>
  readonly settings: Map<SymbolId, Type>
  readonly symbolTypes: Map<SymbolId, Type>
  readonly policies: Map<SymbolId, readonly EffectiveClause[]>
  readonly callSites: CallSite[]
  /** Tools named in an agent's `tools`, with where. */
  readonly agentTools: { readonly tool: SymbolId; readonly path: string; readonly name: Name }[]
  readonly suppressions: Suppression[]
  /** The symbols that the check of a declaration has looked at. */
  readonly lookedAt?: Set<SymbolId>
}

/** One file being checked: its facts as they grow. */
export interface FileContext {
  readonly context: Context
  readonly bound: BoundFile
  readonly path: string
  readonly types: Map<NodeId, Type>
  readonly calls: Map<NodeId, SymbolId>
  readonly builtins: Map<NodeId, string>
  readonly stepNames: Map<NodeId, string>
  readonly callPolicies: Map<NodeId, readonly EffectiveClause[]>
}

/** Step names already given in one scope. */
export type StepScope = Map<string, number>

/** What holds at a place in the program. */
export interface Env {
  readonly file: FileContext
  /** Types known better than declared, by path of the value ("#12.title"). */
  readonly narrowed: ReadonlyMap<string, Type>
  /** A secret may stand here: header, body or URL of a tool. */
  readonly secrets: boolean
  /** How holes are printed: as prose for a model, a person or a log (records as JSON), or into plain text. */
  readonly text: "prose" | "plain"
  /** Present in a workflow's body. */
  readonly steps?: StepScope
  /** A step may be called inside an expression: in a workflow's body, but in no lambda and no clause. */
  readonly inline: boolean
  readonly step: CheckStep
  /** The name that a `let` gives to the `for` being checked: the name of its step. */
  readonly binding?: string
  readonly guarded: boolean
  readonly workflow?: SymbolId
  /** What `return` takes. */
  readonly returns?: Type
  /** The run is at hand: `now()`, `uuid()`, settings. */
  readonly run: boolean
  /** Settings can be read where no run is: in the texts of an agent, of a person and of a request. */
  readonly settings: boolean
  /** The nearest body around that may run beside others: it assigns to no `var` from outside. */
  readonly concurrent?: Span
  /** Clauses of the `within`s around, the nearest first. */
  readonly blocks: readonly EffectiveClause[]
}

/** How parts of an expression are checked; handed down so that files need not import each other in a circle. */
export type CheckExpression = (expression: Expression, env: Env, expected?: Type) => Type

/** Checks the call of a callable with its clauses: one durable step. */
export type CheckStep = (call: CallExpression, env: Env, how: StepUse) => Type

export interface StepUse {
  readonly role: CallSite["role"]
  readonly clauses: readonly Clause[]
}

export function topEnv(file: FileContext, step: CheckStep): Env {
  return {
    file, step, narrowed: new Map(), secrets: false, text: "plain", inline: false, guarded: false, run: false,
    settings: false, blocks: [],
  }
}

/** Reports at a node; nothing is said about a node that the parser repaired. */
export function report<C extends Code>(
  file: FileContext, node: NodeBase, code: C, facts: FactsOf<C>, extras?: Extras,
): void {
  if (node.recovered) return
  file.context.diagnostics.push(diagnostic(code, { path: file.path, span: node.span }, facts, extras))
}

export function symbolAt(file: FileContext, node: { readonly id: NodeId }): Symbol | undefined {
  const id = file.bound.uses.get(node.id)
  return id === undefined ? undefined : symbolOf(file.context, id)
}

export function symbolOf(context: Pick<Context, "bound" | "lookedAt">, id: SymbolId): Symbol {
  context.lookedAt?.add(id)
  return context.bound.symbols.symbols[id]!
}

/** The text of a node as written. */
export function textOf(file: FileContext, node: NodeBase): string {
  return file.bound.source.text.slice(node.span.start, node.span.end)
}

/** "a tool", "an agent": how a message names a kind. */
export function withArticle(kind: string): string {
  return (/^[aeiou]/.test(kind) ? "an " : "a ") + kind
}

export type CallableNode = Extract<Node, { readonly kind: "tool" | "agent" | "human" | "workflow" }>

export function callableOf(context: Context, id: SymbolId): CallableNode | undefined {
  const { node } = symbolOf(context, id)
  switch (node?.kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow":
      return node
    default:
      return undefined
  }
}
