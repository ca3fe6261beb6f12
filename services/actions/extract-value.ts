// Extract value: an expression becomes a `let` above its statement; inline value: the way back.

import type { Node, Statement } from "../../grammar/syntax/nodes.ts"
import { occurrencesIn } from "../references.ts"
import { keyOf, symbolTarget } from "../target.ts"
import { indentAt, wholeLines } from "../text.ts"
import { freshName, inFile, insert, nearest, sliceOf, type ActionMaker } from "./action.ts"

const extractable: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>(["call", "member", "index", "binary", "conditional", "list", "record", "template", "number", "money", "duration"])

export const extractValue: ActionMaker = (context) => {
  const { text, around, range } = context
  const value = [...around].reverse().find(({ kind, span }) => extractable.has(kind) && span.start <= range.start && range.end <= span.end && span.end - range.start > 0)
  const index = value === undefined ? -1 : around.indexOf(value)
  // An expression that is evaluated for each item, or only sometimes, can't move out; nor can a whole right-hand side.
  const between = around.slice(0, index).reverse()
  const stop = between.findIndex((node) => isStatement(node))
  const path = between.slice(0, stop)
  const statement = between[stop]
  const movable = path.every(({ kind }) => kind === "argument" || kind === "entry" || kind === "record" || kind === "list" || kind === "member" || kind === "call" || kind === "parenthesis" || kind === "templateHole" || kind === "template")
  if (range.start === range.end || value === undefined || statement === undefined || !movable || path.length === 0) return []
  const isCallee = path[0]?.kind === "call" && path[0].callee === value
  if (isCallee || statement.kind === "while" || statement.kind === "repeat") return []
  const name = freshName(context, "value")
  const indent = indentAt(text, statement.span.start)
  return [{
    title: "Extract into a value", kind: "refactor.extract",
    edits: inFile(context, [insert(statement.span.start, `let ${name} = ${sliceOf(text, value)}\n${indent}`), { span: value.span, text: name }]),
  }]
}

const statements: ReadonlySet<string> = new Set(["let", "assign", "callStatement", "return", "fail", "log", "if", "match", "for", "publish", "while", "repeat"])

function isStatement(node: Node): node is Statement {
  return statements.has(node.kind)
}

export const inlineValue: ActionMaker = (context) => {
  const { text, program, path, document } = context
  const statement = nearest(context, "let")
  const id = statement === undefined ? undefined : program.checked.bound.files.get(path)?.uses.get(statement.name.id)
  const isOnName = statement !== undefined && context.range.start <= statement.name.span.end
  if (statement === undefined || id === undefined || !isOnName || statement.mutable || statement.clauses.length > 0) return []
  // A step runs once: only what can be computed again may be repeated.
  const pure = statement.value.kind === "number" || statement.value.kind === "money" || statement.value.kind === "duration" || statement.value.kind === "bool" || statement.value.kind === "template" || statement.value.kind === "member" || statement.value.kind === "nameExpression"
  if (!pure) return []
  const key = keyOf(symbolTarget(program.checked.bound.symbols.symbols[id]!))
  const uses = key === undefined ? [] : occurrencesIn(program, document, key).filter(({ isDeclaration }) => !isDeclaration)
  if (uses.some(({ parent }) => parent?.kind !== "nameExpression")) return []
  const value = sliceOf(text, statement.value)
  const edits = [{ span: wholeLines(text, statement.span), text: "" }, ...uses.map(({ span }) => ({ span, text: value }))]
  return [{ title: `Inline ${statement.name.text}`, kind: "refactor.inline", edits: inFile(context, edits) }]
}
