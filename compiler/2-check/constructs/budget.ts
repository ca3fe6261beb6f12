// budget: what may be spent, each unit once.

import type { BudgetClause, Expression } from "../../../grammar/syntax/nodes.ts"
import { report } from "../context.ts"
import { stepCall } from "../expressions.ts"
import { expectType } from "../expect.ts"
import { checkYesNo } from "./approve.ts"
import { money, wholeNumber } from "./constants.ts"
import { expectKind } from "./names.ts"
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

function checkElse(clause: BudgetClause, site: ClauseSite): void {
  const { env, result, check, place } = site
  const otherwise = clause.otherwise
  if (otherwise?.value === undefined || otherwise.action === "fail") return
  if (otherwise.action === "use") return checkModel(otherwise.value, site)
  if (place === "policy") {
    const hint = otherwise.action === "return"
      ? ": the value has the result type of one callable" : ": the question needs the parameters of one callable"
    report(env.file, otherwise, "AF4004", { clause: `else ${otherwise.action}`, place: "in a policy", hint })
    return
  }
  if (otherwise.action === "ask") return checkYesNo(otherwise.value, env)
  const inside = { ...env, run: true }
  const call = stepCall(otherwise.value, inside)
  const actual = call === undefined
    ? check(otherwise.value, inside, result) : env.step(call, inside, { role: "fallback", clauses: [] })
  expectType(actual, result, otherwise.value, env, " after return")
}

function checkModel(value: Expression, { env, place }: ClauseSite): void {
  if (value.kind === "nameExpression") expectKind(value.name, ["model"], env.file)
  else report(env.file, value, "AF2016", { name: "this", actual: "a value", expected: "a model" })
  if (place === "tool" || place === "tool call") {
    report(env.file, value, "AF5003", { what: "uses another model, and a tool has none" })
  }
}
