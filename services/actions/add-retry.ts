// Add retry: at a call or at a tool; a write that is not idempotent gets `retry never`.

import { callableAt, callSiteAt, calleeOf, inFile, insertCallClause, insertClauses, type Action, type ActionMaker, type Callable } from "./action.ts"

const often = "retry 3 times on rate_limited, unavailable, timeout backoff 1s to 30s jitter"

export const addRetry: ActionMaker = (context) => {
  const repairs = context.diagnostics.find(({ code }) => code === "AF4001")
  const about = repairs === undefined ? { kind: "refactor.rewrite" } as const : { kind: "quickfix", repairs } as const
  const site = callSiteAt(context)
  const callee = site === undefined ? undefined : calleeOf(context, site.call)
  if (site !== undefined && callee !== undefined && callee.node.kind !== "human") {
    if (site.clauses.some(({ kind }) => kind === "retry")) return []
    const safe = isSafe(callee.node)
    const atCall: Action = { title: safe ? "Add a retry to this call" : "Say `retry never` at this call", ...about, edits: inFile(context, [insertCallClause(context, site, safe ? often : "retry never")]) }
    const isOpen = callee.node.kind === "tool" && !callee.node.clauses.some(({ kind }) => kind === "retry")
    if (!isOpen) return [atCall]
    const declaration = context.program.documents.get(callee.path)!
    const edits = new Map([[callee.path, [insertClauses(declaration.text, callee.node, [safe ? often : "retry never"])]]])
    return [atCall, { title: `Add ${safe ? "a retry" : "`retry never`"} to the tool ${callee.node.name.text}`, ...about, edits }]
  }
  const owner = callableAt(context)
  if (owner === undefined || owner.kind === "human" || owner.kind === "workflow" || owner.clauses.some(({ kind }) => kind === "retry" || kind === "use")) return []
  return [{ title: "Add a retry", ...about, edits: inFile(context, [insertClauses(context.text, owner, [isSafe(owner) ? often : "retry never"])]) }]
}

/** Whether trying again can do no harm. */
function isSafe({ clauses }: Callable): boolean {
  const writes = clauses.some((clause) => clause.kind === "irreversible" || (clause.kind === "effect" && clause.effect === "writes"))
  return !writes || clauses.some(({ kind }) => kind === "idempotent")
}
