// Add fallback: what a call gives when everything else has failed.

import { callSiteAt, calleeOf, inFile, insertCallClause, type ActionMaker } from "./action.ts"
import { valueOf } from "./values.ts"

export const addFallback: ActionMaker = (context) => {
  const site = callSiteAt(context)
  const callee = site === undefined ? undefined : calleeOf(context, site.call)
  if (site === undefined || callee === undefined || site.clauses.some(({ kind }) => kind === "fallback")) return []
  const repairs = context.diagnostics.find(({ code }) => code === "AF4003")
  const edit = insertCallClause(context, site, `fallback ${valueOf(context.program, callee.result)}`)
  const about = repairs === undefined ? { kind: "refactor.rewrite" } as const : { kind: "quickfix", repairs } as const
  return [{ title: "Add a fallback", ...about, edits: inFile(context, [edit]) }]
}
