// Extract type: a record type written in place becomes a declared one.

import { dedented } from "../text.ts"
import { capitalised, declarationAt, freshName, inFile, insertAbove, nearest, sliceOf, type ActionMaker } from "./action.ts"

export const extractType: ActionMaker = (context) => {
  const { text, around } = context
  const record = nearest(context, "recordType")
  const item = declarationAt(context)
  const parent = record === undefined ? undefined : around[around.indexOf(record) - 1]
  if (record === undefined || item === undefined || parent === undefined || parent.kind === "type" || parent.kind === "error" || parent.kind === "event") return []
  const owner = [...around].reverse().find((node) => node.kind === "field" || node.kind === "parameter" || node.kind === "let" || node.kind === "setting")
  const wanted = owner !== undefined ? owner.name.text : "name" in item && item.name.kind === "name" ? `${item.name.text}Result` : "Extracted"
  const name = freshName(context, capitalised(wanted))
  return [{
    title: `Extract into a type ${name}`, kind: "refactor.extract",
    edits: inFile(context, [insertAbove(context, item, `type ${name} ${dedented(sliceOf(text, record))}`), { span: record.span, text: name }]),
  }]
}
