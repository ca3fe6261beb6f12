// Where the cursor stands, found by looking at the tree that the half-typed name, or a stand-in for it, gives.

import type { Place as ClausePlace } from "../../compiler/2-check/places.ts"
import type { SymbolKind } from "../../compiler/1-bind/types.ts"
import { plainText, resolvePath } from "../../compiler/1-bind/imports.ts"
import { RULES } from "../../compiler/2-check/rules.ts"
import type { Type } from "../../compiler/2-check/types.ts"
import type { CallExpression, Clause, Name, Node, Statement } from "../../grammar/syntax/nodes.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { wordAt } from "../text.ts"
import type { Document, Program, Workspace } from "../workspace.ts"

export interface Cursor {
  readonly workspace: Workspace
  /** With a name where the cursor is: the half-typed one, or a stand-in. */
  readonly program: Program
  readonly document: Document
  readonly path: string
  /** As the editor shows it. */
  readonly text: string
  readonly offset: number
  /** Start of the half-typed word; the stand-in starts there, too. */
  readonly start: number
}

export type Place =
  | { readonly kind: "nothing" }
  | { readonly kind: "declaration" }
  | { readonly kind: "clause"; readonly at: ClausePlace; readonly said: readonly Clause[]; readonly continues?: Clause }
  | { readonly kind: "statement"; readonly clauses?: Extract<Place, { readonly kind: "clause" }>; readonly sameLine: boolean }
  | { readonly kind: "expression"; readonly call?: CallExpression }
  | { readonly kind: "member"; readonly object: Type | undefined }
  | { readonly kind: "type" }
  | { readonly kind: "constraint" }
  | { readonly kind: "errorKind" }
  | { readonly kind: "symbols"; readonly of: readonly SymbolKind[] }
  | { readonly kind: "fields"; readonly type: Type | undefined; readonly said: readonly string[] }
  | { readonly kind: "pattern"; readonly subject: Type | undefined }
  | { readonly kind: "importName"; readonly from: string; readonly said: readonly string[] }
  | { readonly kind: "file"; readonly written: string; readonly extension: ".agentflow" | ".ts" }
  | { readonly kind: "test" }
  | { readonly kind: "subject" }
  | { readonly kind: "words"; readonly words: readonly string[] }

const standIn = "zz_cursor_zz"

export function cursorAt(workspace: Workspace, path: string, offset: number): Cursor | undefined {
  const original = workspace.document(path)
  if (original === undefined) return undefined
  const { text } = original
  const { start, end } = wordAt(text, offset)
  const written = isNameAt(original, start) ? workspace.program(path) : undefined
  if (written !== undefined) return { workspace, program: written, document: original, path, text, offset, start }
  const program = workspace.programWith(path, text.slice(0, start) + standIn + text.slice(end))
  return { workspace, program, document: program.documents.get(path)!, path, text, offset, start }
}

/** A name that is begun already stands where the stand-in would: the program that is known serves as well. */
function isNameAt({ parsed, file }: Document, start: number): boolean {
  const token = parsed.value.tokens.tokens.find(({ end }) => end > start)
  return token?.kind === "Identifier" && token.start === start && nodeAt(file, start + 1).node.kind === "name"
}

const nothing: Place = { kind: "nothing" }

export function placeOf(cursor: Cursor): Place {
  const { document, start } = cursor
  const { tokens, trivia } = document.parsed.value.tokens
  const comment = trivia.some((piece) => piece.kind !== "whitespace" && piece.start < start && start <= piece.end && piece.kind !== "unknown")
  if (comment) return nothing
  const within = tokens.find((token) => token.start <= start && start < token.end)
  if (within?.kind === "Text" || within?.kind === "RawString") return textPlace(cursor)
  if (within !== undefined && within.kind !== "Identifier") return nothing
  const { node, ancestors } = nodeAt(document.file, start + 1)
  return node.kind === "name" ? namePlace(cursor, node, ancestors) : bodyPlace(cursor, [...ancestors, node])
}

/** In quotes only the path of a file can be completed. */
function textPlace({ document, start, offset, text }: Cursor): Place {
  const { node, ancestors } = nodeAt(document.file, start + 1)
  const around = [...ancestors, node]
  const template = around.find(({ kind }) => kind === "template")
  const owner = around.find(({ kind }) => kind === "import" || kind === "typescriptSource")
  if (template?.kind !== "template" || owner === undefined) return nothing
  return { kind: "file", written: text.slice(template.span.start + 1, offset), extension: owner.kind === "import" ? ".agentflow" : ".ts" }
}

function namePlace(cursor: Cursor, name: Name, ancestors: readonly Node[]): Place {
  const parent = ancestors.at(-1)
  const facts = cursor.program.checked.files.get(cursor.path)
  switch (parent?.kind) {
    case "nameExpression":
      return expressionPlace(cursor, ancestors)
    case "member":
      return { kind: "member", object: facts?.types.get(parent.object.id) }
    case "memberPattern":
      if (parent.type === name) return patternPlace(cursor, ancestors)
      return { kind: "member", object: namespaceOf(cursor, parent.type) }
    case "typePattern":
      return parent.binding === name ? nothing : patternPlace(cursor, ancestors)
    case "namedType":
      return { kind: "type" }
    case "constraint":
      return { kind: "constraint" }
    case "entry": {
      const record = ancestors.at(-2)
      const said = record?.kind === "record" ? record.entries.flatMap((entry) => (entry.kind === "entry" && entry.key !== name ? [entry.key.text] : [])) : []
      return { kind: "fields", type: record === undefined ? undefined : facts?.types.get(record.id), said }
    }
    case "importedName": {
      const item = ancestors.at(-2)
      const from = item?.kind === "import" ? plainText(item.from) : undefined
      if (item?.kind !== "import" || from === undefined || parent.alias === name) return nothing
      return { kind: "importName", from: resolvePath(cursor.path, from), said: item.names.flatMap((each) => (each.name === name ? [] : [each.name.text])) }
    }
    case "catch":
    case "fails":
    case "retry":
    case "fail":
    case "fallback":
    case "outcome":
      return { kind: "errorKind" }
    default:
      return referencePlace(name, parent)
  }
}

function referencePlace(name: Name, parent: Node | undefined): Place {
  switch (parent?.kind) {
    case "modelClause":
      return parent.then.some(({ on }) => on.includes(name)) ? { kind: "errorKind" } : { kind: "symbols", of: ["model"] }
    case "use":
    case "stepsUse":
      return { kind: "symbols", of: ["policy"] }
    case "tools":
      return { kind: "symbols", of: ["tool", "agent", "human", "workflow"] }
    case "handoffs":
      return { kind: "symbols", of: ["agent"] }
    case "wait":
    case "send":
      return { kind: "symbols", of: ["event"] }
    case "given":
      return { kind: "symbols", of: ["tool", "agent", "human", "workflow"] }
    case "assign":
      return { kind: "symbols", of: ["var"] }
    case "model":
      return parent.provider === name ? { kind: "words", words: ["openai"] } : nothing
    case "accept":
      return { kind: "words", words: RULES }
    case "stateSource":
      return { kind: "words", words: ["get", "set", "delete"] }
    default:
      return nothing
  }
}

function namespaceOf({ program, path }: Cursor, name: Name): Type | undefined {
  const symbol = program.checked.bound.files.get(path)?.uses.get(name.id)
  return symbol === undefined ? undefined : { kind: "namespace", symbol }
}

function patternPlace({ program, path }: Cursor, ancestors: readonly Node[]): Place {
  const match = [...ancestors].reverse().find(({ kind }) => kind === "match")
  return { kind: "pattern", subject: match?.kind === "match" ? program.checked.files.get(path)?.types.get(match.subject.id) : undefined }
}

function expressionPlace(cursor: Cursor, ancestors: readonly Node[]): Place {
  const around = ancestors.at(-2)
  switch (around?.kind) {
    case "value":
    case "callStatement":
      return statementPlace(cursor, around, ancestors)
    case "argument": {
      const call = ancestors.at(-3)
      return call?.kind === "call" && around.name === undefined ? { kind: "expression", call } : { kind: "expression" }
    }
    case "expect":
      return { kind: "subject" }
    default:
      return { kind: "expression" }
  }
}

/** At the start of a statement its words, and clauses of the call before it. */
function statementPlace(cursor: Cursor, statement: Node, ancestors: readonly Node[]): Place {
  const siblings = statementsOf(ancestors.at(-3))
  const index = siblings.findIndex((each) => each === statement)
  const before = siblings[index - 1]
  const clauses = before === undefined ? (ancestors.at(-3)?.kind === "workflow" ? clausesOf(cursor, ancestors.at(-3)!) : undefined) : clausesAfter(cursor, before)
  const gap = before === undefined ? "\n" : cursor.document.text.slice(before.span.end, cursor.start)
  return { kind: "statement", sameLine: !gap.includes("\n"), ...(clauses === undefined ? {} : { clauses }) }
}

function statementsOf(node: Node | undefined): readonly Statement[] {
  return node?.kind === "workflow" ? node.body : node?.kind === "block" ? node.statements : []
}

function clausesAfter(cursor: Cursor, before: Statement): Extract<Place, { readonly kind: "clause" }> | undefined {
  const call = before.kind === "callStatement" ? before.call : before.kind === "let" || before.kind === "assign" || before.kind === "return" ? before.value : undefined
  if (call?.kind !== "call" || !("clauses" in before)) return undefined
  const callee = cursor.program.checked.files.get(cursor.path)?.calls.get(call.id)
  const kind = callee === undefined ? undefined : cursor.program.checked.bound.symbols.symbols[callee]?.kind
  if (kind !== "tool" && kind !== "agent" && kind !== "human" && kind !== "workflow") return undefined
  return withContinuation(cursor, { kind: "clause", at: `${kind} call`, said: before.clauses })
}

function clausesOf(cursor: Cursor, node: Node): Extract<Place, { readonly kind: "clause" }> | undefined {
  switch (node.kind) {
    case "policy":
    case "model":
    case "tool":
    case "agent":
    case "human":
    case "workflow":
    case "within":
      return withContinuation(cursor, { kind: "clause", at: node.kind, said: node.clauses })
    default:
      return undefined
  }
}

/** A clause that ends on this line may go on. */
function withContinuation({ document, start }: Cursor, place: Extract<Place, { readonly kind: "clause" }>): Extract<Place, { readonly kind: "clause" }> {
  const last = place.said.filter(({ span }) => span.end <= start).at(-1)
  const goesOn = last !== undefined && !document.text.slice(last.span.end, start).includes("\n")
  return goesOn ? { ...place, continues: last } : place
}

/** The stand-in is no name here: a place where only words of the language start something. */
function bodyPlace(cursor: Cursor, around: readonly Node[]): Place {
  for (const node of [...around].reverse()) {
    if (node.kind === "file") break
    if (!opensBefore(cursor, node)) continue
    if (node.kind === "test") return { kind: "test" }
    if (node.kind === "match" || node.kind === "parallel" || node.kind === "race") return nothing
    const clauses = clausesOf(cursor, node)
    if (clauses !== undefined) return node.kind === "workflow" ? { kind: "statement", clauses, sameLine: false } : clauses
  }
  const header = headerPlace(cursor)
  return header ?? { kind: "declaration" }
}

function opensBefore({ document, start }: Cursor, node: Node): boolean {
  const { tokens } = document.parsed.value.tokens
  return node.kind === "within" || tokens.some((token) => token.kind === "{" && token.start >= node.span.start && token.end <= start)
}

/** After the head of a tool: where it comes from. */
function headerPlace({ document, start }: Cursor): Place | undefined {
  const line = document.text.slice(document.text.lastIndexOf("\n", start - 1) + 1, start)
  if (/^\s*tool\s+\w+\s*\(.*\)[^{=]*=\s*$/.test(line)) return { kind: "words", words: ["GET", "POST", "PUT", "PATCH", "DELETE", "invoke", "binding", "state", "publish", "mcp"] }
  if (/^\s*tool\s+\w+\s*\(.*\)[^{=]*$/.test(line)) return { kind: "words", words: ["from"] }
  return line.trim() === "" ? undefined : nothing
}

const callClauses: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>(["fallback", "compensate", "approve", "budgetElse", "run"])

/** Steps are called in the body of a workflow and in the clauses that are calls, never in a prompt or a lambda. */
export function maySayCall({ document, start }: Cursor): boolean {
  const { ancestors } = nodeAt(document.file, start + 1)
  const inner = [...ancestors].reverse().find(({ kind }) => callClauses.has(kind) || kind === "lambda" || kind === "workflow" || kind === "text" || kind === "require" || kind === "tool" || kind === "agent" || kind === "human")
  return inner !== undefined && (inner.kind === "workflow" || callClauses.has(inner.kind))
}
