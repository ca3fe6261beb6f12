// Accept a rule's finding, with a reason, where it was found.

import { RULES } from "../../compiler/2-check/rules.ts"
import { callSiteAt, callableAt, inFile, insertCallClause, insertClauses, type Action, type ActionMaker } from "./action.ts"

export const acceptRule: ActionMaker = (context) => context.diagnostics.filter(({ code }) => RULES.includes(code) && code !== "AF9003").flatMap((repairs): readonly Action[] => {
  const clause = `accept ${repairs.code} "why this is fine"`
  const site = callSiteAt(context)
  const owner = callableAt(context)
  const edit = site !== undefined ? insertCallClause(context, site, clause) : owner !== undefined ? insertClauses(context.text, owner, [clause]) : undefined
  return edit === undefined ? [] : [{ title: `Accept ${repairs.code} with a reason`, kind: "quickfix", repairs, edits: inFile(context, [edit]) }]
})
