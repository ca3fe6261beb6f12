// Accept a rule's finding, with a reason, where it was found.

import { callSiteAt, callableAt, inFile, insertCallClause, insertClauses, type Action, type ActionMaker } from "./action.ts"

/** Rules of the checklist: the only ones that a program may accept. */
const acceptable = /^AF(?:4001|4002|4003|4008|5001|5005|6001)$/

export const acceptRule: ActionMaker = (context) => context.diagnostics.filter(({ code }) => acceptable.test(code)).flatMap((repairs): readonly Action[] => {
  const clause = `accept ${repairs.code} "why this is fine"`
  const site = callSiteAt(context)
  const owner = callableAt(context)
  const edit = site !== undefined ? insertCallClause(context, site, clause) : owner !== undefined ? insertClauses(context.text, owner, [clause]) : undefined
  return edit === undefined ? [] : [{ title: `Accept ${repairs.code} with a reason`, kind: "quickfix", repairs, edits: inFile(context, [edit]) }]
})
