// Calls that do not wait for each other become the branches of a `parallel`, and back.

import type { LetStatement, Statement } from "../../grammar/syntax/nodes.ts"
import { indentAt, indented } from "../text.ts"
import { inFile, nearest, statementsAt, type ActionMaker } from "./action.ts"
import { usedLater } from "./wrap-statements.ts"

export const callsToParallel: ActionMaker = (context) => {
  const { text } = context
  const selected = statementsAt(context)
  const lets = selected?.statements.filter(isBranch) ?? []
  const [first] = lets
  const last = lets.at(-1)
  if (selected === undefined || first === undefined || last === undefined || lets.length < 2 || lets.length !== selected.statements.length) return []
  const waits = lets.some((each, index) => usedLater(context, lets.slice(0, index), [each]).length > 0)
  if (waits) return []
  const indent = indentAt(text, first.span.start)
  const lines = lets.map((each) => `${indent}  ${each.name.text} = ${indented(text.slice(each.value.span.start, each.span.end).replaceAll(`\n${indent}`, "\n"), `${indent}  `)}`)
  const edit = { span: { start: first.span.start, end: last.span.end }, text: `parallel {\n${lines.join("\n")}\n${indent}}` }
  return [{ title: `Run these ${lets.length} calls in parallel`, kind: "refactor.rewrite", edits: inFile(context, [edit]) }]
}

function isBranch(statement: Statement): statement is LetStatement {
  return statement.kind === "let" && !statement.mutable && statement.type === undefined && statement.value.kind === "call"
}

export const parallelToCalls: ActionMaker = (context) => {
  const { text } = context
  const form = nearest(context, "parallel")
  const isStatement = form !== undefined && statementsAt({ ...context, range: form.span })?.statements.includes(form) === true
  if (form === undefined || !isStatement || form.branches.length === 0 || context.range.start > form.span.start + "parallel".length) return []
  const indent = indentAt(text, form.span.start)
  const lines = form.branches.map((branch) => `let ${branch.name.text} = ${text.slice(branch.value.span.start, branch.span.end).replaceAll(`\n${indent}  `, `\n${indent}`)}`)
  const edit = { span: form.span, text: lines.join(`\n${indent}`) }
  return [{ title: "Run the branches one after the other", kind: "refactor.rewrite", edits: inFile(context, [edit]) }]
}
