// budget: what may be spent, each unit once.

import type { BudgetClause } from "../../../grammar/syntax/nodes.ts"
import { report } from "../context.ts"
import { stepCall } from "../expressions.ts"
import { expectType } from "../expect.ts"
import { money, wholeNumber } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkBudget(clause: BudgetClause, site: ClauseSite): void {
  const { file } = site.env
  const seen = new Set<string>()
  if (clause.amounts.length === 0 && !clause.recovered) report(file, clause, "AF5003", { what: "names no amount" })
  for (const amount of clause.amounts) {
    if (seen.has(amount.unit)) report(file, amount, "AF5003", { what: `names ${amount.unit} twice` })
    seen.add(amount.unit)
    if (amount.unit === "dollars") money(amount.amount, "A budget of dollars", file)
    else wholeNumber(amount.amount, { what: `A budget of ${amount.unit}`, min: 1 }, file)
    if (amount.unit === "turns" && site.place !== "agent" && site.place !== "agent call" && site.place !== "policy") {
      report(file, amount, "AF5003", { what: `counts turns, which only an agent takes` })
    }
  }
  checkElse(clause, site)
}

function checkElse(clause: BudgetClause, { env, result, check }: ClauseSite): void {
  const otherwise = clause.otherwise
  if (otherwise?.value === undefined || otherwise.action === "use") return
  const call = stepCall(otherwise.value, env)
  if (call !== undefined) env.step(call, env, { role: "fallback", clauses: [] })
  else if (otherwise.action === "return") {
    expectType(check(otherwise.value, env, result), result, otherwise.value, env, " after return")
  }
}
