// Diagnostics of the bound: budgets that can't pay for their first model call, paid loops that nothing holds.

import { diagnostic } from "../../base/diagnostics/report.ts"
import { sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Location } from "../../base/text/span.ts"
import type { EachPlan, ExpressionPlan, StatementPlan, StepPlan } from "../3-plan/code.ts"
import type { AgentPlan, BudgetPlan, Plan, WorkflowPlan } from "../3-plan/types.ts"
import { walkPlan } from "../3-plan/walk.ts"
import { isZero } from "./arithmetic.ts"
import { usefulOutputTokens } from "./assumptions.ts"
import { analysisOf, boundOf, historiesOf } from "./bound.ts"
import type { Analysis } from "./context.ts"
import { costNanoDollars, modelsOf, requestOf } from "./request.ts"
import { parametersOf } from "./run.ts"
import { never } from "./shape.ts"
import type { StepCost, WorkflowCost } from "./types.ts"

/** Of a plan, so only of a program without errors. */
export function checkBounds(plan: Plan): readonly Diagnostic[] {
  const analysis = analysisOf(plan)
  const costs = new Map(boundOf(plan).workflows.map((cost) => [cost.name, cost]))
  const history = historiesOf(plan)
  return sortDiagnostics([
    ...plan.agents.flatMap((agent) => checkAgentBudget(analysis, agent)),
    ...plan.workflows.flatMap((workflow) => [
      ...checkWorkflowBudget(analysis, workflow), ...checkLoops(costs, workflow), ...checkHistory(history, costs, workflow),
    ]),
  ])
}

// ---------------------------------------------------------------- budgets that are too small

type Spent = Required<Pick<BudgetPlan, "tokens" | "nanoDollars">>

/**
 * What the runtime reserves at least for the agent's first model call: the fixed text of its request and the shortest
 * answer that is worth a call. A budget with less room refuses every call.
 */
function leastAllowance(analysis: Analysis, agent: AgentPlan): Spent {
  const { openingLeast } = requestOf(analysis, agent, parametersOf(analysis, agent), never)
  const needs = (modelsOf(analysis, agent)[0] ?? []).map((model) => {
    const output = Math.min(usefulOutputTokens, model.outputTokens)
    return { tokens: openingLeast + output, nanoDollars: costNanoDollars(model, openingLeast, output) }
  })
  const least = (unit: keyof Spent): number => Math.min(...needs.map((each) => each[unit]))
  return { tokens: least("tokens"), nanoDollars: least("nanoDollars") }
}

function checkAgentBudget(analysis: Analysis, agent: AgentPlan): readonly Diagnostic[] {
  return tooSmall(analysis, { agent, budget: agent.budget, owner: agent.name, at: nameOf(agent, "agent"), related: [] })
}

/** Every run makes these calls, so that each of them has to fit alone. */
function checkWorkflowBudget(analysis: Analysis, workflow: WorkflowPlan): readonly Diagnostic[] {
  const found = mandatorySteps(workflow.body).flatMap((step) => {
    const callee = analysis.callees.get(step.callable)
    if (callee?.kind !== "agent") return []
    const agent = callee.plan
    const related = [{ ...step.origin, message: `every run calls ${agent.name} here` }]
    const own = { agent, budget: step.policy?.clauses.budget, owner: step.step, at: step.origin, related: [] }
    const whole = { agent, budget: workflow.budget, owner: workflow.name, at: nameOf(workflow, "workflow"), related }
    return [...tooSmall(analysis, own), ...tooSmall(analysis, whole)]
  })
  // One small budget is one mistake, however many calls it is too small for.
  return found.filter(({ span }, index) => found.findIndex((other) => other.span.start === span.start) === index)
}

function tooSmall(analysis: Analysis, { agent, budget, owner, at, related }: {
  readonly agent: AgentPlan
  readonly budget: BudgetPlan | undefined
  readonly owner: string
  readonly at: Location
  readonly related: Diagnostic["related"]
}): readonly Diagnostic[] {
  if (budget === undefined) return []
  const needed = leastAllowance(analysis, agent)
  const facts = { owner, agent: agent.name }
  if (budget.tokens !== undefined && needed.tokens > budget.tokens) {
    const amounts = { has: `${budget.tokens} tokens`, needs: needed.tokens }
    return [diagnostic("AF5004", at, { ...facts, ...amounts }, { related })]
  }
  if (budget.nanoDollars !== undefined && needed.nanoDollars > budget.nanoDollars) {
    const amounts = { has: dollars(budget.nanoDollars), needs: dollars(needed.nanoDollars) }
    return [diagnostic("AF5004", at, { ...facts, ...amounts }, { related })]
  }
  return []
}

function dollars(nanoDollars: number): string {
  return `$${(nanoDollars / 1e9).toFixed(9).replace(/0{1,7}$/, "")}`
}

/** The words that name a declaration, not all of its body. */
function nameOf({ name, origin }: AgentPlan | WorkflowPlan, keyword: string): Location {
  const end = Math.min(origin.span.end, origin.span.start + keyword.length + 1 + name.length)
  return { path: origin.path, span: { start: origin.span.start, end } }
}

/** Steps that no branch, loop or earlier end of the run can leave out. */
function mandatorySteps(statements: readonly StatementPlan[]): readonly StepPlan[] {
  const found: StepPlan[] = []
  for (const statement of statements) {
    switch (statement.kind) {
      case "let": case "assign": case "do": case "return":
        if (statement.value !== undefined) found.push(...stepsIn(statement.value))
        break
      case "log": found.push(...stepsIn(statement.message)); break
      case "if": found.push(...stepsIn(statement.condition)); break
      case "match": found.push(...stepsIn(statement.subject)); break
      case "try": found.push(...mandatorySteps(statement.body)); break
      case "fail": break
    }
    if (mayLeave(statement)) return found
  }
  return found
}

function mayLeave(statement: StatementPlan): boolean {
  switch (statement.kind) {
    case "return": case "fail": return true
    case "if": return [...statement.then, ...statement.otherwise].some(mayLeave)
    case "match": return statement.arms.some(({ body }) => body.some(mayLeave))
    case "try": return [...statement.body, ...statement.catches.flatMap(({ body }) => body)].some(mayLeave)
    default: return false
  }
}

function stepsIn(expression: ExpressionPlan): readonly StepPlan[] {
  switch (expression.kind) {
    case "step": return [...expression.arguments.flatMap(({ value }) => stepsIn(value)), expression]
    case "each": return stepsIn(expression.items)
    case "member": return stepsIn(expression.object)
    default: return []
  }
}

// ---------------------------------------------------------------- loops

type Costs = ReadonlyMap<string, WorkflowCost>

function checkLoops(costs: Costs, workflow: WorkflowPlan): readonly Diagnostic[] {
  const { budget } = workflow
  if (budget?.tokens !== undefined || budget?.nanoDollars !== undefined || budget?.turns !== undefined) return []
  const endless = costs.get(workflow.name)?.steps.filter((step) => step.times.kind === "unbounded" && !isZero(step.amounts.turns)) ?? []
  if (endless.length === 0) return []
  return loopsIn(workflow.body).flatMap((loop) => {
    const paid = endless.find((step) => isInside(step, loop))
    if (paid?.times.kind !== "unbounded") return []
    const { why, origin } = paid.times
    const related = [{ ...origin, message: why.replaceAll("`", "") }]
    const facts = { callable: paid.callable, workflow: workflow.name, why }
    return [diagnostic("AF5005", loop.items.origin, facts, { related })]
  })
}

// ---------------------------------------------------------------- histories

/** From here on a run's history is long enough that every replay of it is felt. */
const historyStepsMax = 500

/** A run that continues as new has no bound of its own, so it is never reported here. */
function checkHistory(historyOf: ReturnType<typeof historiesOf>, costs: Costs, workflow: WorkflowPlan): readonly Diagnostic[] {
  const all = costs.get(workflow.name)?.total.steps
  if (all?.kind !== "bounded" || all.value <= historyStepsMax) return []
  const own = historyOf(workflow)
  if (own.kind !== "bounded" || own.value <= historyStepsMax) return []
  const facts = { workflow: workflow.name, steps: own.value, most: historyStepsMax }
  return [diagnostic("AF5006", nameOf(workflow, "workflow"), facts)]
}

function isInside({ origin }: StepCost, loop: EachPlan): boolean {
  const { path, span } = loop.origin
  return origin.path === path && span.start <= origin.span.start && origin.span.end <= span.end
}

/** The outermost loops: one inside another is held by what holds the outer one. */
function loopsIn(body: readonly StatementPlan[]): readonly EachPlan[] {
  const found: EachPlan[] = []
  walkPlan(body, (part) => {
    if (part["kind"] !== "each") return
    found.push(part as unknown as EachPlan)
    return false
  })
  return found
}
