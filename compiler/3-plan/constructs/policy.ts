// Policies: effective clauses in plain units, with what of them a named policy gives.

import { assert } from "../../../base/assert.ts"
import type {
  BudgetClause, CircuitClause, Clause, CompensateClause, Expression, FallbackClause, LimitClause, ManualClause, RetryClause,
} from "../../../grammar/syntax/nodes.ts"
import type { EffectiveClause } from "../../2-check/types.ts"
import { expand } from "../../2-check/types/relate.ts"
import type { ExpressionPlan, StatementPlan } from "../code.ts"
import { clauseKey, inFile, nameOf, originOf, planName, symbolAt, symbolOf } from "../context.ts"
import type { Context } from "../context.ts"
import type {
  ApprovalPlan, BudgetPlan, CircuitPlan, ClauseKind, ClausesPlan, FallbackPlan, LimitPlan, OverBudgetPlan, PolicyPlan, RetryPlan, UndoPlan,
} from "../types.ts"
import { lowerExpression, lowerKinds, lowerStep, plainTemplate } from "./expression.ts"

/** One clause with the file it stands in. */
export interface PlacedClause {
  readonly clause: Clause
  readonly path: string
}

export function lowerPolicy(context: Context, effective: readonly PlacedClause[]): PolicyPlan {
  const clauses: { -readonly [Kind in ClauseKind]?: ClausesPlan[Kind] } = {}
  const uses: string[] = []
  const own: ClauseKind[] = []
  for (const { clause, path } of effective) {
    const lowered = lowerClause(inFile(context, path), clause)
    if (lowered === undefined) continue
    const [kind, value] = lowered
    const policy = context.policyOf.get(clauseKey(path, clause))
    if (kind === "budget" && clauses.budget !== undefined) {
      clauses.budget = tighter(clauses.budget, value as BudgetPlan)
      if (!own.includes("budget")) own.push("budget")
    } else {
      Object.assign(clauses, { [kind]: value })
      if (policy === undefined) own.push(kind)
    }
    const otherwise = clause.kind === "budget" ? lowerElse(inFile(context, path), clause) : undefined
    if (otherwise !== undefined) {
      if (policy === undefined || !own.includes("overBudget")) clauses.overBudget = otherwise
      if (policy === undefined && !own.includes("overBudget")) own.push("overBudget")
    }
    if (policy === undefined) continue
    if (!uses.includes(planName(context, policy))) uses.push(planName(context, policy))
  }
  return { clauses: clauses as ClausesPlan, uses, own }
}

/** The clauses after a call: `use` brings in a policy's, and the nearest of a kind wins. */
export function effectiveAtCall(context: Context, clauses: readonly Clause[]): readonly PlacedClause[] {
  const own = clauses.filter((clause) => clause.kind !== "use").map((clause) => ({ clause, path: context.path }))
  const used = clauses.filter((clause) => clause.kind === "use").flatMap((clause): PlacedClause[] => {
    const symbol = symbolAt(context, symbolOf(context, clause.policy).id)
    const node = symbol.node
    assert(node !== undefined && node.kind === "policy", "use of something that is no policy")
    return node.clauses.map((inner) => ({ clause: inner, path: symbol.path }))
  })
  const seen = new Set<string>()
  return [...own, ...used].filter(({ clause }) => {
    const known = seen.has(clause.kind)
    seen.add(clause.kind)
    return !known || clause.kind === "budget"
  })
}

export function clausesOf(effective: readonly EffectiveClause[] | undefined): readonly PlacedClause[] {
  return effective ?? []
}

export function isEmptyPolicy(policy: PolicyPlan): boolean {
  return Object.keys(policy.clauses).length === 0
}

type Lowered = { readonly [Kind in ClauseKind]: readonly [Kind, NonNullable<ClausesPlan[Kind]>] }[ClauseKind]

/** Undefined for a clause that is no policy (an effect, a prompt …). */
function lowerClause(context: Context, clause: Clause): Lowered | undefined {
  switch (clause.kind) {
    case "retry": return ["retry", lowerRetry(context, clause)]
    case "timeout": return ["timeoutMs", numberOf(clause.duration)]
    case "deadline": return ["deadlineMs", numberOf(clause.duration)]
    case "circuit": return ["circuit", lowerCircuit(clause)]
    case "fallback": return ["fallback", lowerFallback(context, clause)]
    case "manual": return ["manual", lowerManual(clause)]
    case "budget": return ["budget", lowerBudget(clause)]
    case "limit": return ["limit", lowerLimit(clause)]
    case "cache":
      return ["cache", { forMs: numberOf(clause.duration), by: clause.by.map((key) => lowerExpression(context, key)) }]
    default: return undefined
  }
}

function lowerRetry(context: Context, clause: RetryClause): RetryPlan {
  if (clause.never) return { never: true }
  const { backoff, factor, times } = clause
  return {
    never: false,
    times: times === undefined ? 0 : numberOf(times),
    on: lowerKinds(context, clause.on),
    ...(backoff === undefined ? {} : {
      backoff: { firstMs: numberOf(backoff.first), ...(backoff.max === undefined ? {} : { maxMs: numberOf(backoff.max) }) },
    }),
    ...(factor === undefined ? {} : { factor: numberOf(factor) }),
    jitter: clause.jitter,
  }
}

function lowerCircuit(clause: CircuitClause): CircuitPlan {
  return { failures: numberOf(clause.failures), withinMs: numberOf(clause.window), retryAfterMs: numberOf(clause.retryAfter) }
}

function lowerFallback(context: Context, clause: FallbackClause): FallbackPlan {
  return { on: lowerKinds(context, clause.on), value: lowerExpression(context, clause.value) }
}

function lowerLimit({ rate, atOnce }: LimitClause): LimitPlan {
  return {
    ...(rate === undefined ? {} : { rate: { count: numberOf(rate.count), perMs: numberOf(rate.per) } }),
    ...(atOnce === undefined ? {} : { atOnce: numberOf(atOnce) }),
  }
}

/** `else fail` is what happens without it. */
function lowerElse(context: Context, { otherwise }: BudgetClause): OverBudgetPlan | undefined {
  if (otherwise?.value === undefined) return undefined
  const { value } = otherwise
  switch (otherwise.action) {
    case "fail": return undefined
    case "return": return { kind: "return", value: lowerExpression(context, value) }
    case "ask": return { kind: "ask", approval: lowerApproval(context, value) }
    case "use":
      assert(value.kind === "nameExpression", "a model that is no name")
      return { kind: "use", model: nameOf(context, value.name) }
  }
}

/** Yes is true, or the first member of the enum that the person chooses from. */
export function lowerApproval(context: Context, by: Expression, when?: Expression): ApprovalPlan {
  assert(by.kind === "call", "an approval that is no call")
  const human = lowerStep(context, by)
  const callable = context.facts.calls.get(by.id)
  const result = callable === undefined ? undefined : context.checked.signatures.get(callable)?.result
  const answer = result === undefined ? undefined : expand(result, context.checked.declared)
  const declared = answer?.kind === "declared" ? context.checked.declared.get(answer.symbol) : undefined
  const base = { origin: originOf(context, by), type: human.type }
  const first = declared?.kind === "enum" ? declared.members[0]?.name : undefined
  const yes: ExpressionPlan = answer?.kind === "declared" && first !== undefined
    ? { ...base, kind: "enumMember", enum: planName(context, answer.symbol), member: first }
    : { ...base, kind: "literal", value: true }
  return { human, yes, ...(when === undefined ? {} : { when: lowerExpression(context, when) }) }
}

function lowerManual(clause: ManualClause): NonNullable<ClausesPlan["manual"]> {
  return { by: plainTemplate(clause.by), ...(clause.within === undefined ? {} : { withinMs: numberOf(clause.within) }) }
}

export function lowerBudget(clause: BudgetClause): BudgetPlan {
  const amounts = clause.amounts.map(({ unit, amount }) => [unit === "dollars" ? "nanoDollars" : unit, numberOf(amount)] as const)
  return Object.fromEntries(amounts)
}

/** Budgets nest: where two hold at one place, both do. */
export function tighter(a: BudgetPlan, b: BudgetPlan): BudgetPlan {
  const units = ["tokens", "nanoDollars", "turns", "calls"] as const
  return Object.fromEntries(units.flatMap((unit) => {
    const caps = [a[unit], b[unit]].filter((cap) => cap !== undefined)
    return caps.length === 0 ? [] : [[unit, Math.min(...caps)]]
  }))
}

/** The number of a literal: milliseconds of a duration, nano-dollars of money. The checker allows no other here. */
export function numberOf(node: Expression): number {
  switch (node.kind) {
    case "number": return node.value
    case "duration": return node.ms
    case "money": return node.nanoDollars
    case "parenthesis": return numberOf(node.expression)
    case "unary": return -numberOf(node.operand)
    default: return assertConstant(node)
  }
}

function assertConstant(node: Expression): never {
  assert(false, `a clause's number is a ${node.kind}`)
}

// ---------------------------------------------------------------- undo

export function lowerUndo(context: Context, clause: CompensateClause): UndoPlan {
  assert(clause.call.kind === "call", "an undo that is no call")
  const step = lowerStep(context, clause.call)
  return { step, needsResult: step.arguments.some(({ value }) => mentionsResult(value)), origin: originOf(context, clause) }
}

function mentionsResult(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(mentionsResult)
  if (typeof value !== "object" || value === null) return false
  const node = value as Partial<ExpressionPlan> | Partial<StatementPlan>
  return node.kind === "result" || Object.values(node).some(mentionsResult)
}


/** The clauses after a call become its policy and its undo. */
export function withClauses(context: Context, value: ExpressionPlan, clauses: readonly Clause[]): ExpressionPlan {
  if (clauses.length === 0) return value
  assert(value.kind === "step", "clauses after something that is no step")
  const policy = lowerPolicy(context, effectiveAtCall(context, clauses))
  const undo = clauses.find((clause) => clause.kind === "compensate")
  return {
    ...value,
    ...(isEmptyPolicy(policy) ? {} : { policy }),
    ...(undo === undefined ? {} : { undo: lowerUndo(context, undo) }),
  }
}
