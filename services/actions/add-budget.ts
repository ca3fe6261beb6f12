// Add budget: of the worst case that is known, or a first number where none is.

import { costOfWorkflow, costsOfCall } from "../amount.ts"
import type { Amounts } from "../../compiler/cost/types.ts"
import { callableAt, callSiteAt, calleeOf, inFile, insertCallClause, insertClauses, type Action, type ActionContext, type ActionMaker } from "./action.ts"

export const addBudget: ActionMaker = (context) => {
  const repairs = context.diagnostics.find(({ code }) => code === "AF5001" || code === "AF5005")
  const about = repairs === undefined ? { kind: "refactor.rewrite" } as const : { kind: "quickfix", repairs } as const
  const owner = callableAt(context)
  if (owner !== undefined && (owner.kind === "agent" || owner.kind === "workflow")) {
    if (owner.clauses.some(({ kind }) => kind === "budget")) return []
    const worst = owner.kind === "workflow" ? costOfWorkflow(context.program, context.path, owner.span.start)?.computed : undefined
    const budget = budgetOf(worst)
    const edit = insertClauses(context.text, owner, [`budget ${budget ?? (owner.kind === "agent" ? "20k tokens" : "$1.00, 200k tokens")}`])
    return [{ title: titleOf(budget), ...about, edits: inFile(context, [edit]) }]
  }
  return [...callBudget(context)]
}

function callBudget(context: ActionContext): readonly Action[] {
  const site = callSiteAt(context)
  const callee = site === undefined ? undefined : calleeOf(context, site.call)
  if (site === undefined || callee === undefined || (callee.node.kind !== "agent" && callee.node.kind !== "workflow")) return []
  if (site.clauses.some(({ kind }) => kind === "budget")) return []
  const budget = budgetOf(costsOfCall(context.program, context.path, site.call.span.start)[0]?.computed)
  const edit = insertCallClause(context, site, `budget ${budget ?? "20k tokens"}`)
  return [{ title: titleOf(budget), kind: "refactor.rewrite", edits: inFile(context, [edit]) }]
}

function titleOf(budget: string | undefined): string {
  return budget === undefined ? "Add a budget" : `Add the worst case as a budget: ${budget}`
}

/** Dollars round up to a cent, tokens to a thousand; nothing to hold gives no budget. */
function budgetOf(amounts: Amounts | undefined): string | undefined {
  if (amounts === undefined) return undefined
  const { nanoDollars, tokens } = amounts
  const parts: string[] = []
  if (nanoDollars.kind === "bounded" && nanoDollars.value > 0) parts.push(`$${(Math.ceil(nanoDollars.value / 1e7) / 100).toFixed(2)}`)
  if (tokens.kind === "bounded" && tokens.value > 0) parts.push(`${Math.ceil(tokens.value / 1000)}k tokens`)
  return parts.length === 0 ? undefined : parts.join(", ")
}
