// Add type annotation: the inferred type of a `let`, written down.

import { render } from "../../compiler/2-check/types/render.ts"
import { inFile, insert, nearest, type ActionMaker } from "./action.ts"
import { isWritable } from "./extract-workflow.ts"

export const annotateLet: ActionMaker = (context) => {
  const { program, path, range } = context
  const statement = nearest(context, "let")
  const id = statement === undefined || statement.type !== undefined || range.start > statement.name.span.end ? undefined : program.checked.bound.files.get(path)?.uses.get(statement.name.id)
  const type = id === undefined ? undefined : program.checked.symbolTypes.get(id)
  if (statement === undefined || type === undefined || !isWritable(type)) return []
  return [{ title: "Write the type down", kind: "refactor.rewrite", edits: inFile(context, [insert(statement.name.span.end, `: ${render(type)}`)]) }]
}
