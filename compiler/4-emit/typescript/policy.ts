// Policies as object literals: what a named policy gives is spread, what stands here follows.

import type { ExpressionPlan, StepPlan, WithinPlan } from "../../3-plan/code.ts"
import type {
  ApprovalPlan, BudgetPlan, CachePlan, ClauseKind, ClausesPlan, FallbackPlan, LimitPlan, OverBudgetPlan, PolicyPlan, RetryPlan, UndoPlan,
} from "../../3-plan/types.ts"
import { arrowBody, brackets, expression, object, property, settled, stepCall } from "./expression.ts"
import { bodyScope } from "./scope.ts"
import type { CodeScope } from "./scope.ts"
import { group, join } from "./layout.ts"
import type { Doc } from "./layout.ts"
import { durationText, numberText, quoted } from "./literals.ts"
import { covered } from "./names.ts"

/** The value of `policy:`; undefined when nothing is declared. */
export function policyDoc(scope: CodeScope, policy: PolicyPlan, parameters: Parameters): Doc | undefined {
  const own = clauseProperties(scope, policy, parameters)
  if (policy.uses.length === 0 && own.length === 0) return undefined
  const uses = policy.uses.map((name) => scope.file.value(name))
  if (own.length === 0 && uses.length === 1) return uses[0]
  return object([...uses.toReversed().map((name) => `...${name}`), ...own])
}

/** How the callbacks of a policy see what it governs. */
export interface Parameters {
  /** The pattern that takes those that are mentioned; empty around a call, where they are in scope. */
  readonly bound: (used: readonly ExpressionPlan[]) => string
  /** It gives nothing. */
  readonly isVoid: boolean
}

export const inScope: Parameters = { bound: () => "", isVoid: false }

const order: readonly ClauseKind[] = [
  "retry", "timeoutMs", "deadlineMs", "circuit", "limit", "cache", "fallback", "manual", "budget", "overBudget",
]

export function clauseProperties(scope: CodeScope, { own, clauses }: PolicyPlan, parameters: Parameters): readonly Doc[] {
  return order.filter((kind) => own.includes(kind)).map((kind) => clauseProperty(scope, kind, clauses, parameters))
}

function clauseProperty(scope: CodeScope, kind: ClauseKind, clauses: ClausesPlan, parameters: Parameters): Doc {
  switch (kind) {
    case "retry": return ["retry: ", retry(clauses.retry!)]
    case "timeoutMs": return `timeout: ${duration(clauses.timeoutMs!)}`
    case "deadlineMs": return `deadline: ${duration(clauses.deadlineMs!)}`
    case "circuit": {
      const { failures, withinMs, retryAfterMs } = clauses.circuit!
      return ["circuit: ", object([`failures: ${failures}`, `within: ${duration(withinMs)}`, `retryAfter: ${duration(retryAfterMs)}`])]
    }
    case "fallback": return ["fallback: ", fallback(scope, clauses.fallback!, parameters)]
    case "manual": {
      const { by, withinMs } = clauses.manual!
      return ["manual: ", object([`by: ${quoted(by)}`, ...(withinMs === undefined ? [] : [`within: ${duration(withinMs)}`])])]
    }
    case "budget": return ["budget: ", budgetDoc(clauses.budget!)]
    case "overBudget": return overBudgetProperty(scope, clauses.overBudget!, parameters)
    case "limit": return ["limit: ", limit(clauses.limit!)]
    case "cache": return ["cache: ", cache(scope, clauses.cache!, parameters)]
  }
}

function limit({ rate, atOnce }: LimitPlan): Doc {
  return object([
    ...(rate === undefined ? [] : [["rate: ", object([`times: ${numberText(rate.count)}`, `per: ${duration(rate.perMs)}`])]]),
    ...(atOnce === undefined ? [] : [`atOnce: ${numberText(atOnce)}`]),
  ])
}

function cache(scope: CodeScope, { forMs, by }: CachePlan, { bound }: Parameters): Doc {
  const inside = bodyScope(scope)
  const keys = brackets("[", by.map((key) => settled(inside, key)), "]")
  return object([`for: ${duration(forMs)}`, ...(by.length === 0 ? [] : [[`by: (${bound(by)}) => `, keys]])])
}

function retry(plan: RetryPlan): Doc {
  if (plan.never) return quoted("never")
  const { backoff } = plan
  return object([
    `times: ${numberText(plan.times)}`,
    ...(plan.on.length === 0 ? [] : [["on: ", kindsDoc(plan.on)]]),
    ...(backoff === undefined ? [] : [["backoff: ", object([
      `first: ${duration(backoff.firstMs)}`,
      ...(backoff.maxMs === undefined ? [] : [`max: ${duration(backoff.maxMs)}`]),
    ])]]),
    ...(plan.factor === undefined ? [] : [`factor: ${numberText(plan.factor)}`]),
    ...(plan.jitter ? ["jitter: true"] : []),
  ])
}

export function kindsDoc(kinds: readonly string[]): Doc {
  return brackets("[", kinds.map(quoted), "]")
}

export function duration(ms: number): string {
  return quoted(durationText(ms))
}

/** In the order of the source. */
export function budgetDoc(budget: BudgetPlan): Doc {
  return object(Object.entries(budget).map(([unit, amount]) =>
    unit === "nanoDollars" ? `dollars: ${dollars(amount)}` : `${unit}: ${numberText(amount)}`))
}

/** Exact: at most nine digits stand after the point. */
export function dollars(nanoDollars: number): string {
  return numberText(nanoDollars / 1e9)
}

// ---------------------------------------------------------------- callbacks

function fallback(scope: CodeScope, plan: FallbackPlan, parameters: Parameters): Doc {
  const kinds: readonly Doc[] = plan.on.length === 0 ? [] : [["on: ", kindsDoc(plan.on)]]
  return object([...kinds, ["value: ", flow(scope, plan.value, parameters, "fallback")]])
}

/** A durable value: one step is that step's flow, a plain value a generator that returns it. */
function flow(scope: CodeScope, plan: ExpressionPlan, { bound, isVoid }: Parameters, clause?: string): Doc {
  const inside: CodeScope = { ...bodyScope(scope), settings: "run" }
  const parameters = bound([plan])
  const needsRun = parameters !== "" || plan.kind === "step" || JSON.stringify(plan).match(/"kind":"(settingReference|step|builtIn)"/) !== null
  const list = join(", ", [...(needsRun ? ["run"] : []), ...(parameters === "" ? [] : [parameters])])
  const told = clause === undefined ? [] : covered(scope.file, clause, plan.origin)
  if (plan.kind === "step") return ["(", list, ") => ", ...(told.length === 0 ? [stepCall(inside, plan)] : ["(", ...told, ", ", stepCall(inside, plan), ")"])]
  const isNothing = isVoid && plan.kind === "literal" && plan.value === null
  if (told.length > 0) return ["function* (", list, ") { ", ...told, "; ", ...(isNothing ? [] : ["return ", settled(inside, plan)]), " }"]
  return isNothing ? ["function* (", list, ") {}"] : group("function* (", list, ") { return ", settled(inside, plan), " }")
}

/** `overBudget:`, what the `else` of a budget says. */
export function overBudgetProperty(scope: CodeScope, plan: OverBudgetPlan, parameters: Parameters): Doc {
  switch (plan.kind) {
    case "return": return ["overBudget: ", object([["return: ", flow(scope, plan.value, parameters, "budget else")]])]
    case "use": return ["overBudget: ", object([`use: ${scope.file.value(plan.model)}`])]
    case "ask": return ["overBudget: ", object([["ask: ", answer(scope, plan.approval, parameters)]])]
  }
}

export function approveProperty(scope: CodeScope, plan: ApprovalPlan, parameters: Parameters): Doc {
  const { when } = plan
  const condition: readonly Doc[] = when === undefined
    ? [] : [["when: (", parameters.bound([when]), ") => ", arrowBody(when, expression(bodyScope(scope), when))]]
  return ["approve: ", object([...condition, ["ask: ", answer(scope, plan, parameters)]])]
}

/** The question as a flow of yes or no. */
function answer(scope: CodeScope, { human, yes }: ApprovalPlan, parameters: Parameters): Doc {
  if (yes.kind === "literal") return flow(scope, human, parameters)
  const isYes: ExpressionPlan = { kind: "binary", operator: "==", left: human, right: yes, origin: human.origin, type: { kind: "bool" } }
  return flow(scope, isYes, parameters)
}

/** `compensate:` and, where the undo does not need it, `compensateNeedsResult: false`. */
export function undoProperties(scope: CodeScope, undo: UndoPlan, { bound }: Parameters): readonly Doc[] {
  const used = bound(undo.step.arguments.map(({ value }) => value))
  const names = ["undo", ...(used === "" ? (undo.needsResult ? ["_parameters"] : []) : [used]), ...(undo.needsResult ? ["result"] : [])]
  // Its path stands below the step that it undoes.
  const undoing: Doc = [`compensate: (${names.join(", ")}) => `, stepCall({ ...scope, inBody: true, inRound: true }, { ...undo.step, step: undo.step.callable }, "undo")]
  return [undoing, ...(undo.needsResult ? [] : ["compensateNeedsResult: false"])]
}

/** What stands after the arguments of `run.call`. */
export function callOptions(scope: CodeScope, step: StepPlan): readonly Doc[] {
  const around: Parameters = { ...inScope, isVoid: step.type.kind === "nothing" }
  return [
    ...(step.step === step.callable ? [] : [property("as", quoted(step.step))]),
    ...(step.policy === undefined ? [] : policyEntries(scope, step.policy, around)),
    ...(step.undo === undefined ? [] : undoProperties(scope, step.undo, around)),
  ]
}

/** The clauses of a `within`. */
export function blockClauses(scope: CodeScope, { policy, valued }: WithinPlan): readonly Doc[] {
  return policyEntries(scope, policy, { ...inScope, isVoid: !valued })
}

function policyEntries(scope: CodeScope, policy: PolicyPlan, parameters: Parameters): readonly Doc[] {
  return [...policy.uses.toReversed().map((name): Doc => `...${scope.file.value(name)}`), ...clauseProperties(scope, policy, parameters)]
}
