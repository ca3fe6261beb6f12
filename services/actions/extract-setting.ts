// Extract setting: a text or number becomes a value per environment.

import { plainText } from "../../compiler/1-bind/imports.ts"
import { declarationAt, freshName, inFile, insertAbove, nearest, sliceOf, type ActionMaker } from "./action.ts"

export const extractSetting: ActionMaker = (context) => {
  const { text, around } = context
  const value = nearest(context, "template", "number", "money", "duration")
  const item = declarationAt(context)
  const parent = value === undefined ? undefined : around[around.indexOf(value) - 1]
  const isValue = parent?.kind === "argument" || parent?.kind === "let" || parent?.kind === "entry" || parent?.kind === "binary" || parent?.kind === "return"
  if (value === undefined || item?.kind !== "workflow" || !isValue || (value.kind === "template" && plainText(value) === undefined)) return []
  const type = value.kind === "template" ? "string" : value.kind === "number" ? (Number.isInteger(value.value) ? "int" : "number") : value.kind

  const chosen = freshName(context, "configured")
  return [{
    title: "Extract into a setting", kind: "refactor.extract",
    edits: inFile(context, [insertAbove(context, item, `setting ${chosen}: ${type} = ${sliceOf(text, value)}`), { span: value.span, text: chosen }]),
  }]
}
