// Remove what nothing uses: a declaration, an imported name, a local, a statement that is never reached.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Edit } from "../../base/text/edit.ts"
import type { ImportDeclaration } from "../../grammar/syntax/nodes.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { wholeLines } from "../text.ts"
import { inFile, startOf, type Action, type ActionContext, type ActionMaker } from "./action.ts"

export const removeUnused: ActionMaker = (context) => context.diagnostics.flatMap((repairs): readonly Action[] => {
  const removed = repairs.code === "AF2010" ? unusedEdit(context, repairs) : repairs.code === "AF3024" ? unreachableEdit(context, repairs) : repairs.code === "AF2011" ? localEdit(context, repairs) : undefined
  return removed === undefined ? [] : [{ ...removed, kind: "quickfix", repairs, edits: inFile(context, removed.edits) }]
})

type Removed = { readonly title: string; readonly edits: readonly Edit[] }

function unusedEdit({ document, text }: ActionContext, { span, facts }: Diagnostic): Removed | undefined {
  const item = document.file.items.find((each) => each.span.start <= span.start && span.end <= each.span.end)
  if (item === undefined) return undefined
  const title = `Remove the unused ${facts["kind"]} ${facts["name"]}`
  if (item.kind === "import") return { title, edits: [importEdit(item, span.start, text)] }
  const { end } = wholeLines(text, item.span)
  const start = startOf(text, item)
  const blank = text.slice(end).startsWith("\n") ? 1 : 0
  return { title, edits: [{ span: { start, end: end + blank }, text: "" }] }
}

function importEdit(item: ImportDeclaration, start: number, text: string): Edit {
  const index = item.names.findIndex(({ span }) => span.start === start)
  const [before, name, after] = [item.names[index - 1], item.names[index], item.names[index + 1]]
  if (name === undefined || item.names.length === 1) return { span: wholeLines(text, item.span), text: "" }
  if (after !== undefined) return { span: { start: name.span.start, end: after.span.start }, text: "" }
  return { span: { start: before!.span.end, end: name.span.end }, text: "" }
}

function unreachableEdit({ text }: ActionContext, { span }: Diagnostic): Removed {
  return { title: "Remove what is never reached", edits: [{ span: wholeLines(text, span), text: "" }] }
}

/** A value that has no effect goes whole; a call stays (its own fix drops the `let`). */
function localEdit({ document, text }: ActionContext, { span }: Diagnostic): Removed | undefined {
  const statement = nodeAt(document.file, span.start).ancestors.findLast(({ kind }) => kind === "let")
  if (statement?.kind !== "let" || statement.value.kind === "call" || statement.clauses.length > 0) return undefined
  const pure = statement.value.kind === "template" || statement.value.kind === "number" || statement.value.kind === "nameExpression" || statement.value.kind === "member" || statement.value.kind === "list" || statement.value.kind === "record" || statement.value.kind === "binary"
  return pure ? { title: `Remove the unused ${statement.name.text}`, edits: [{ span: wholeLines(text, statement.span), text: "" }] } : undefined
}
