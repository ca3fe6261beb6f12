// What a code action is, what it sees, and the edits that many of them make.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Edit } from "../../base/text/edit.ts"
import type { Span } from "../../base/text/span.ts"
import type { Type } from "../../compiler/2-check/types.ts"
import type { CallExpression, Clause, Declaration, Node, Statement } from "../../grammar/syntax/nodes.ts"
import type { FileEdits } from "../rename.ts"
import { indentAt, indented } from "../text.ts"
import type { Document, Program, Workspace } from "../workspace.ts"

export type ActionKind = "quickfix" | "refactor.extract" | "refactor.inline" | "refactor.rewrite" | "source.organizeImports" | "source.fixAll"

export interface Action {
  readonly title: string
  readonly kind: ActionKind
  readonly edits: FileEdits
  /** A file among those that are edited that has to be made first. */
  readonly creates?: string
  /** What it repairs. */
  readonly repairs?: Diagnostic
  /** The best of several that repair the same. */
  readonly preferred?: true
}

export interface ActionContext {
  readonly workspace: Workspace
  readonly program: Program
  readonly document: Document
  readonly path: string
  readonly text: string
  /** The selection; empty for a cursor. */
  readonly range: Span
  /** The innermost node at the start of the selection, after all that is around it. */
  readonly around: readonly Node[]
  /** Of this file, where they touch the selection. */
  readonly diagnostics: readonly Diagnostic[]
}

export type ActionMaker = (context: ActionContext) => readonly Action[]

export function inFile({ path }: Pick<ActionContext, "path">, edits: readonly Edit[]): FileEdits {
  return new Map([[path, edits]])
}

export function insert(at: number, text: string): Edit {
  return { span: { start: at, end: at }, text }
}

export function sliceOf(text: string, { span }: { readonly span: Span }): string {
  return text.slice(span.start, span.end)
}

/** The innermost node around the cursor of one of these kinds. */
export function nearest<K extends Node["kind"]>(context: ActionContext, ...kinds: readonly K[]): Extract<Node, { readonly kind: K }> | undefined {
  return [...context.around].reverse().find((node): node is Extract<Node, { readonly kind: K }> => (kinds as readonly string[]).includes(node.kind))
}

/** The declaration that the cursor is in. */
export function declarationAt({ document, range }: ActionContext): Declaration | undefined {
  return document.file.items.find(({ span }) => span.start <= range.start && range.start <= span.end)
}

export type Callable = Extract<Declaration, { readonly kind: "tool" | "agent" | "human" | "workflow" }>

export function isCallable(node: Node | undefined): node is Callable {
  return node?.kind === "tool" || node?.kind === "agent" || node?.kind === "human" || node?.kind === "workflow"
}

/** On a callable's head or clauses, not on the statements of its body. */
export function callableAt(context: ActionContext): Callable | undefined {
  const item = declarationAt(context)
  if (!isCallable(item)) return undefined
  const inBody = item.kind === "workflow" && item.body.some(({ span }) => span.start <= context.range.start && context.range.start <= span.end)
  return inBody ? undefined : item
}

/** Where a declaration starts with its comment. */
export function startOf(text: string, item: Declaration): number {
  let start = text.lastIndexOf("\n", item.span.start - 1) + 1
  for (;;) {
    const before = text.lastIndexOf("\n", start - 2) + 1
    if (start === 0 || !text.slice(before, start).trimStart().startsWith("///")) return start
    start = before
  }
}

/** A new declaration above another, an empty line between. */
export function insertAbove({ text }: ActionContext, item: Declaration, declaration: string): Edit {
  return insert(startOf(text, item), `${declaration}\n\n`)
}

export function insertBelow(item: { readonly span: Span }, declaration: string): Edit {
  return insert(item.span.end, `\n\n${declaration}`)
}

type ClauseOwner = { readonly span: Span; readonly clauses: readonly Clause[] }

/** Adds clauses at the end of a declaration's own, or gives it a body. */
export function insertClauses(text: string, owner: ClauseOwner, clauses: readonly string[]): Edit {
  const lines = clauses.map((clause) => `\n  ${indented(clause, "  ")}`).join("")
  const last = owner.clauses.at(-1)
  const isOneLine = !text.slice(owner.span.start, owner.span.end).includes("\n")
  if (last !== undefined && isOneLine) return insert(last.span.end, `   ${clauses.join("   ")}`)
  if (last !== undefined) return insert(afterComment(text, last.span.end), lines)
  const opener = bodyOpener(text, owner)
  if (opener === undefined) return insert(owner.span.end, ` {${lines}\n}`)
  const isEmpty = /^\s*\}/.test(text.slice(opener + 1))
  return insert(opener + 1, isEmpty && !text.slice(opener + 1, owner.span.end).includes("\n") ? `${lines}\n` : lines)
}

/** A comment behind a clause stays behind it. */
function afterComment(text: string, at: number): number {
  const comment = /^[ \t]*\/\/[^\n]*/.exec(text.slice(at))
  return comment === null ? at : at + comment[0].trimEnd().length
}

/** The brace that opens a declaration's body; a parameter's record type has braces of its own. */
function bodyOpener(text: string, { span }: ClauseOwner): number | undefined {
  if (text[span.end - 1] !== "}") return undefined
  let depth = 0
  for (let at = span.end - 1; at >= span.start; at--) {
    if (text[at] === "}") depth++
    else if (text[at] === "{" && --depth === 0) return at
  }
  return undefined
}

/** A call that is a whole statement, right-hand side or branch, so that clauses may follow it. */
export interface CallSite {
  readonly call: CallExpression
  readonly clauses: readonly Clause[]
  readonly owner: Node
}

export function callSiteAt({ around }: ActionContext): CallSite | undefined {
  for (const owner of [...around].reverse()) {
    if (owner.kind === "callStatement" && owner.call.kind === "call") return { call: owner.call, clauses: owner.clauses, owner }
    const holds = owner.kind === "let" || owner.kind === "assign" || owner.kind === "return" || owner.kind === "branch"
    if (holds && owner.value?.kind === "call") return { call: owner.value, clauses: owner.clauses, owner }
    if (owner.kind === "block" || owner.kind === "lambda") return undefined
  }
  return undefined
}

export function calleeOf({ program, path }: ActionContext, call: CallExpression): { readonly node: Callable; readonly result: Type; readonly path: string } | undefined {
  const id = program.checked.files.get(path)?.calls.get(call.id)
  const symbol = id === undefined ? undefined : program.checked.bound.symbols.symbols[id]
  const result = id === undefined ? undefined : program.checked.signatures.get(id)?.result
  return symbol === undefined || result === undefined || !isCallable(symbol.node) ? undefined : { node: symbol.node, result, path: symbol.path }
}

/** A clause on a line of its own below a call. */
export function insertCallClause({ text }: ActionContext, { call, clauses, owner }: CallSite, clause: string): Edit {
  const at = clauses.at(-1)?.span.end ?? call.span.end
  const isOnLine = clauses.length > 0 && !text.slice(call.span.end, at).includes("\n")
  return insert(at, isOnLine ? ` ${clause}` : `\n${indentAt(text, owner.span.start)}  ${clause}`)
}

/** The whole statements that the selection touches, of the innermost block that holds it. */
export function statementsAt({ around, range }: ActionContext): { readonly statements: readonly Statement[]; readonly after: readonly Statement[] } | undefined {
  const block = [...around].reverse().find((node) => (node.kind === "block" && node.span.start < range.start && range.end < node.span.end) || node.kind === "workflow")
  const all = block?.kind === "block" ? block.statements : block?.kind === "workflow" ? block.body : []
  const touched = all.filter(({ span }) => span.start <= range.end && range.start <= span.end)
  const last = touched.at(-1)
  return last === undefined ? undefined : { statements: touched, after: all.slice(all.indexOf(last) + 1) }
}

/** A name that the file does not have yet. */
export function freshName({ program, path }: ActionContext, wanted: string): string {
  const taken = new Set([...(program.checked.bound.files.get(path)?.scope.keys() ?? [])].map((name) => name.toLowerCase()))
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}${count}`
    if (!taken.has(name.toLowerCase())) return name
  }
}

export function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
