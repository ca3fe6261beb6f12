// Policies as object literals: what a named policy gives is spread, what stands here follows.

import type { ExpressionPlan, StepPlan } from "../../3-plan/code.ts"
import type { BudgetPlan, ClauseKind, ClausesPlan, FallbackPlan, PolicyPlan, RetryPlan, UndoPlan } from "../../3-plan/types.ts"
import { brackets, object, property, settled, stepCall } from "./expression.ts"
import type { CodeScope } from "./expression.ts"
import { group, join } from "./layout.ts"
import type { Doc } from "./layout.ts"
import { durationText, numberText, quoted } from "./literals.ts"

/** The value of `policy:`; undefined when nothing is declared. */
export function policyDoc(scope: CodeScope, policy: PolicyPlan, parameters: Parameters): Doc | undefined {
  const own = clauseProperties(scope, policy, parameters)
  if (policy.uses.length === 0 && own.length === 0) return undefined
  const uses = policy.uses.map((name) => scope.file.value(name))
  if (own.length === 0 && uses.length === 1) return uses[0]
  return object([...uses.toReversed().map((name) => `...${name}`), ...own])
}

/** How the callbacks of a policy take the parameters of what it governs; empty around a call, where they are in scope. */
export type Parameters = (used: readonly ExpressionPlan[]) => string

const order: readonly ClauseKind[] = ["retry", "timeoutMs", "deadlineMs", "circuit", "fallback", "manual", "budget"]

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
  }
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
  return object([...kinds, ["value: ", flow(scope, plan.value, parameters([plan.value]))]])
}

/** A durable value: one step is that step's flow, a plain value a generator that returns it. */
function flow(scope: CodeScope, plan: ExpressionPlan, parameters: string): Doc {
  const list = join(", ", [...(parameters !== "" || plan.kind === "step" ? ["run"] : []), ...(parameters === "" ? [] : [parameters])])
  if (plan.kind === "step") return ["(", list, ") => ", stepCall(scope, plan)]
  return group("function* (", list, ") { return ", settled(scope, plan), " }")
}

/** `compensate:` and, where the undo does not need it, `compensateNeedsResult: false`. */
export function undoProperties(scope: CodeScope, undo: UndoPlan, parameters: Parameters): readonly Doc[] {
  const used = parameters(undo.step.arguments.map(({ value }) => value))
  const names = ["undo", ...(used === "" ? (undo.needsResult ? ["_parameters"] : []) : [used]), ...(undo.needsResult ? ["result"] : [])]
  const undoing: Doc = [`compensate: (${names.join(", ")}) => `, stepCall(scope, undo.step, "undo")]
  return [undoing, ...(undo.needsResult ? [] : ["compensateNeedsResult: false"])]
}

/** What stands after the arguments of `run.call`. */
export function callOptions(scope: CodeScope, step: StepPlan): readonly Doc[] {
  const inScope: Parameters = () => ""
  const { policy } = step
  return [
    ...(step.step === step.callable ? [] : [property("as", quoted(step.step))]),
    ...(policy?.uses ?? []).toReversed().map((name): Doc => `...${scope.file.value(name)}`),
    ...(policy === undefined ? [] : clauseProperties(scope, policy, inScope)),
    ...(step.undo === undefined ? [] : undoProperties(scope, step.undo, inScope)),
  ]
}

