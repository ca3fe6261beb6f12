// The worst case of one call with its clauses around it: attempts, deadline, budgets, fallback, a person, the undo.

import type { ExpressionPlan } from "../3-plan/code.ts"
import type { FallbackPlan, PolicyPlan, UndoPlan, WorkflowPlan } from "../3-plan/types.ts"
import type { Location } from "../../base/text/span.ts"
import { agentCost } from "./agent.ts"
import { all, amountsOf, capped, free, nothing, repeated, sequence, sum, worst } from "./amounts.ts"
import type { Cost } from "./amounts.ts"
import { bounded, least, one, unbounded } from "./arithmetic.ts"
import { backoffMs, inboxRetries, noRetries, retriesOf, undoRetries } from "./assumptions.ts"
import type { Analysis, Callee, Evaluated, Scope } from "./context.ts"
import { effectivePolicy } from "./policy.ts"
import type { EffectivePolicy } from "./policy.ts"
import { requiredShape } from "./requirements.ts"
import { shapeOfSchema } from "./schema.ts"
import { boundless, either, fieldOf } from "./shape.ts"
import type { Shape } from "./shape.ts"
import type { Amounts, StepCost } from "./types.ts"

export interface Call {
  readonly callable: string
  readonly step: string
  readonly origin: Location
  readonly policy?: PolicyPlan | undefined
  readonly undo?: UndoPlan | undefined
  readonly arguments: readonly (readonly [string, Shape])[]
  /** Where the call stands: its own clauses read names of it. */
  readonly scope: Scope
}

export function evaluateCall(analysis: Analysis, call: Call): Evaluated {
  const callee = analysis.callees.get(call.callable)
  if (callee === undefined || analysis.active.includes(call.callable)) return boundlessCall(analysis, call)
  const within: Analysis = { ...analysis, active: [...analysis.active, call.callable] }
  const parameters: Scope = { locals: new Map(call.arguments) }
  const policy = effectivePolicy(analysis, callee, call)
  const at = { name: `${call.callable}'s result`, origin: callee.plan.origin }
  const declared = shapeOfSchema(analysis.types, callee.plan.resultSchema, at)
  const result = requiredShape(declared, callee.plan.requirements)

  const computed = workOf(within, { callee, policy, parameters, result })
  const held = policy.budgets.reduce((amounts, budget) => capped(amounts, budget, computed.models), computed.work)
  const isOwn = call.policy?.clauses.fallback !== undefined
  const fallback = fallbackOf(within, policy.clauses.fallback, isOwn ? { locals: namesAtCall(call) } : parameters)
  const parked = policy.clauses.manual === undefined ? nothing : parking(call, policy.clauses.manual)
  const undo = undoOf(within, { call, callee, policy, work: computed, result })

  const once = sequence({ ...computed, work: held }, { ...free, work: parked })
  const row: StepCost = {
    name: call.step, callable: call.callable, role: "step", origin: call.origin, times: one,
    amounts: callee.kind === "workflow" ? all(once) : once.work,
    computed: sum(computed.work, parked),
    ...(policy.clauses.manual === undefined ? {} : { eachOrder: sum(once.work, fallback.cost.work) }),
  }
  return {
    // A person who skips the step gives a value of the type, whatever `require` says.
    shape: either(policy.clauses.manual === undefined ? result : declared, fallback.shape),
    cost: sequence(once, fallback.cost, undo.cost),
    rows: [
      row,
      ...named(fallback.rows, `${call.step}/fallback`, "fallback"),
      ...named(undo.rows, `${call.step}/undo`, "undo"),
    ],
  }
}

/** The nearest names win: a clause at the call reads the caller's, one of the callable its parameters. */
function namesAtCall(call: Call): Map<string, Shape> {
  return new Map([...call.arguments, ...call.scope.locals])
}

function named(rows: readonly StepCost[], path: string, role: StepCost["role"]): readonly StepCost[] {
  return rows.map((row) => ({ ...row, name: `${path}/${row.name}`, role }))
}

/** A callable that calls itself, or one that is not in the plan. */
function boundlessCall(analysis: Analysis, call: Call): Evaluated {
  const isKnown = analysis.callees.has(call.callable)
  const why = isKnown ? `${call.callable} can call itself again and again` : `what ${call.callable} costs is not known`
  const amounts = amountsOf(() => unbounded(why, call.origin))
  const row: StepCost = {
    name: call.step, callable: call.callable, role: "step", origin: call.origin, times: one,
    amounts, computed: amounts,
  }
  const cost = { ...free, work: amounts, attemptMs: amounts.timeMs }
  return { shape: boundless(why, call.origin), cost, rows: [row] }
}

// ---------------------------------------------------------------- the work itself

interface Work {
  readonly callee: Callee
  readonly policy: EffectivePolicy
  readonly parameters: Scope
  readonly result: Shape
}

function workOf(analysis: Analysis, { callee, policy, parameters, result }: Work): Cost {
  switch (callee.kind) {
    case "tool": return withinDeadline(toolCost(analysis, callee, policy), policy)
    case "human": return humanCost(callee, policy)
    case "workflow": return childCost(analysis, callee.plan, policy)
    case "agent": {
      const tools = callee.plan.tools.map((name) => toolOfAgent(analysis, name))
      const tool = tools.length === 0 ? undefined : worst(...tools)
      const cost = agentCost({ analysis, agent: callee.plan, scope: parameters, result, policy, tool })
      return withinDeadline(cost, policy)
    }
  }
}

/** A failed child has undone itself, so its retry is a run of its own. */
function childCost(analysis: Analysis, workflow: WorkflowPlan, { clauses: { retry } }: EffectivePolicy): Cost {
  const retries = retry === undefined ? (analysis.isUndo ? undoRetries : noRetries) : retriesOf(retry)
  const cost = repeated(analysis.calledRun(analysis, workflow), bounded(retries.times + 1), 1)
  return { ...cost, work: sum(cost.work, { ...nothing, steps: one, timeMs: bounded(backoffMs(retries)) }) }
}

function toolCost({ isUndo }: Analysis, { plan }: Callee, { clauses }: EffectivePolicy): Cost {
  const retries = clauses.retry === undefined ? (isUndo ? undoRetries : noRetries) : retriesOf(clauses.retry)
  const attempts = retries.times + 1
  const { timeoutMs } = clauses
  const attemptMs = timeoutMs === undefined ? unbounded(`${plan.name} has no timeout`, plan.origin) : bounded(timeoutMs)
  const timeMs = timeoutMs === undefined ? attemptMs : bounded(attempts * timeoutMs + backoffMs(retries))
  return { ...free, work: { ...nothing, calls: bounded(attempts), steps: one, timeMs }, attemptMs }
}

/** The deadline of a step leaves an attempt behind in flight, and stands still while a person is asked. */
function withinDeadline(cost: Cost, { clauses: { deadlineMs } }: EffectivePolicy): Cost {
  if (deadlineMs === undefined) return cost
  return { ...cost, work: { ...cost.work, timeMs: least(cost.work.timeMs, bounded(deadlineMs)) } }
}

function humanCost({ plan }: Callee, { clauses: { timeoutMs } }: EffectivePolicy): Cost {
  const waitMs = timeoutMs === undefined
    ? unbounded(`${plan.name} has no timeout: nobody has to answer`, plan.origin)
    : bounded(timeoutMs)
  return { ...free, work: { ...nothing, steps: one, timeMs: bounded(backoffMs(inboxRetries)), waitMs } }
}

/** As a model calls it: the arguments were validated, so that its parameters' own limits hold. */
function toolOfAgent(analysis: Analysis, name: string): Cost {
  const callee = analysis.callees.get(name)
  if (callee === undefined) return free
  const { parameters, parametersSchema, origin } = callee.plan
  const shape = shapeOfSchema(analysis.types, parametersSchema, { name, origin })
  return evaluateCall(analysis, {
    callable: name, step: name, origin, scope: { locals: new Map() },
    arguments: parameters.map((each) =>
      [each.name, fieldOf(shape, each.name, boundless(`\`${each.name}\` is not known`, origin))]),
  }).cost
}

// ---------------------------------------------------------------- what stands around it

function fallbackOf(analysis: Analysis, fallback: FallbackPlan | undefined, scope: Scope): Evaluated {
  if (fallback === undefined) return { shape: either(), cost: free, rows: [] }
  return analysis.evaluate(analysis, scope, fallback.value)
}

/** The question to a person and the wait for the decision, once. */
function parking(call: Call, { withinMs }: { readonly withinMs?: number }): Amounts {
  const waitMs = withinMs === undefined
    ? unbounded(`nobody has to decide about ${call.step}: its \`manual\` has no \`within\``, call.origin)
    : bounded(withinMs)
  return { ...nothing, steps: one, timeMs: bounded(backoffMs(inboxRetries)), waitMs }
}

function undoOf(analysis: Analysis, { call, callee, policy, work, result }: {
  readonly call: Call
  readonly callee: Callee
  readonly policy: EffectivePolicy
  readonly work: Cost
  readonly result: Shape
}): Evaluated {
  const undo = call.undo ?? callee.plan.undo
  if (undo === undefined || analysis.isUndo) return { shape: either(), cost: free, rows: [] }
  const locals = call.undo === undefined ? new Map(call.arguments) : namesAtCall(call)
  const step: ExpressionPlan = undo.step
  const evaluated = analysis.evaluate({ ...analysis, isUndo: true }, { locals, result }, step)
  // An attempt that a deadline left behind is waited for: only its outcome says what there is to undo.
  const inFlight: Amounts = policy.clauses.deadlineMs === undefined ? nothing : { ...nothing, timeMs: work.attemptMs }
  return {
    ...evaluated,
    cost: { ...free, undo: sum(all(evaluated.cost), inFlight), models: evaluated.cost.models },
    rows: evaluated.rows.map((row) => ({ ...row, amounts: sum(row.amounts, inFlight) })),
  }
}
