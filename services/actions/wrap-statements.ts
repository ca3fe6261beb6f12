// Wrap the selected statements in `saga`, `try` or `within`: only where nothing behind them uses what they declare.

import type { Statement } from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { namesAt } from "../scope.ts"
import { indentAt, indented, dedented } from "../text.ts"
import { inFile, statementsAt, type Action, type ActionContext, type ActionMaker } from "./action.ts"

export const wrapInSaga: ActionMaker = (context) => wrap(context, "Wrap in saga", "saga {", "}")

export const wrapInTry: ActionMaker = (context) => {
  const taken = namesAt(context.program, context.path, context.range.start)
  const name = ["e", "problem", "failure"].find((each) => !taken.has(each)) ?? "caught"
  return wrap(context, "Wrap in try", "try {", `} catch ${name} {\n  log "failed: {${name}.message}"\n}`)
}

export const wrapInBudget: ActionMaker = (context) => wrap(context, "Wrap in within budget", "within budget 20k tokens {", "}")

function wrap(context: ActionContext, title: string, opener: string, closer: string): readonly Action[] {
  const { text } = context
  const selected = statementsAt(context)
  const first = selected?.statements[0]
  const last = selected?.statements.at(-1)
  if (selected === undefined || first === undefined || last === undefined || first.recovered) return []
  if (selected.statements.some((each) => each.kind === "value" || returns(each)) || usedLater(context, selected.statements, selected.after).length > 0) return []
  const indent = indentAt(text, first.span.start)
  const inner = indented(dedentedTo(text.slice(first.span.start, last.span.end), indent), `${indent}  `)
  const edit = { span: { start: first.span.start, end: last.span.end }, text: `${opener}\n${indent}  ${inner}\n${indent}${indented(closer, indent)}` }
  return [{ title, kind: "refactor.rewrite", edits: inFile(context, [edit]) }]
}

/** Lines lose the indentation that the block has now. */
function dedentedTo(text: string, indent: string): string {
  return indent === "" ? dedented(text) : text.replaceAll(`\n${indent}`, "\n")
}

/** A block form that always returns ends the workflow: what follows would have no value. */
function returns(statement: Statement): boolean {
  let found = false
  walk(statement, ({ kind }) => {
    if (kind === "return") found = true
    return kind !== "lambda" ? undefined : false
  })
  return found
}

/** The names that the statements declare and that `after` uses. */
export function usedLater({ program, path }: ActionContext, statements: readonly Statement[], after: readonly Statement[]): readonly string[] {
  const uses = program.checked.bound.files.get(path)?.uses
  const declared = new Map<number, string>()
  for (const statement of statements) {
    const names = statement.kind === "let" ? [statement.name] : statement.kind === "parallel" ? statement.branches.map(({ name }) => name) : []
    for (const name of names) {
      const id = uses?.get(name.id)
      if (id !== undefined) declared.set(id, name.text)
    }
  }
  const found = new Set<string>()
  for (const statement of after) {
    walk(statement, (node) => {
      const id = node.kind === "name" ? uses?.get(node.id) : undefined
      const name = id === undefined ? undefined : declared.get(id)
      if (name !== undefined) found.add(name)
    })
  }
  return [...found]
}
