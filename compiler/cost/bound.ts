// boundOf: the worst case of every workflow of a plan, by arithmetic alone.

import type { JsonSchema, Plan, WorkflowPlan } from "../3-plan/types.ts"
import { capped, nothing, sum } from "./amounts.ts"
import type { Cost } from "./amounts.ts"
import { bounded, least, plus } from "./arithmetic.ts"
import { calleesOf } from "./context.ts"
import type { Analysis, Scope } from "./context.ts"
import { evaluate, evaluateBlock, totalOf } from "./evaluate.ts"
import { shapeOfSchema } from "./schema.ts"
import { boundless, fieldOf } from "./shape.ts"
import type { Amounts, CostReport, WorkflowCost } from "./types.ts"

/**
 * For runs without two things that no program decides about: a worker that is cut off in the middle of an attempt (what
 * was sent is paid and sent again), and a person who orders a failed step again (`eachOrder` says what that adds).
 * Declared budgets hold in those runs, too.
 */
export function boundOf(plan: Plan): CostReport {
  const analysis = analysisOf(plan)
  return { workflows: plan.workflows.map((workflow) => workflowCost(analysis, workflow)) }
}

/** Outside of any workflow. */
export function analysisOf(plan: Plan): Analysis {
  const types = new Map(plan.types.map((type) => [type.name, type]))
  return { plan, callees: calleesOf(plan), types, defaults: undefined, active: [], isUndo: false, evaluate }
}

/** The input of a run is validated, so that the limits of its types hold. */
export function parametersOf(
  { types }: Analysis, { parameters, parametersSchema }: Pick<WorkflowPlan, "parameters" | "parametersSchema">,
): Scope {
  const { properties, ...rest } = parametersSchema
  const fields = (properties ?? {}) as JsonSchema
  return {
    locals: new Map(parameters.map(({ name, origin }) => {
      const schema = fields[name] === undefined ? parametersSchema : { ...rest, properties: { [name]: fields[name] } }
      const shape = shapeOfSchema(types, schema, { name: "", origin })
      return [name, fieldOf(shape, name, boundless(`\`${name}\` is not known`, origin))]
    })),
  }
}

function workflowCost(outside: Analysis, workflow: WorkflowPlan): WorkflowCost {
  const analysis = { ...outside, defaults: outside.plan.policies.find(({ name }) => name === workflow.steps) }
  const block = evaluateBlock(analysis, parametersOf(analysis, workflow), workflow.body)
  const cost = totalOf(block)
  const { name, origin, budget, deadlineMs } = workflow
  return {
    name,
    origin,
    ...(budget === undefined ? {} : { budget }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    total: withinRun(cost, workflow),
    computed: sum(cost.work, cost.undo),
    steps: block.rows,
  }
}

/** The run's own budget holds all that is spent, undoing included, but never keeps an undo's tool from being sent. */
function withinRun({ work, undo, models, attemptMs }: Cost, { name, budget, deadlineMs }: WorkflowPlan): Amounts {
  const { calls, ...spent } = budget ?? {}
  const label = `budget of ${name}`
  const total = capped(sum(work, undo), { budget: spent, label }, models)
  const counted = calls === undefined ? work : capped(work, { budget: { calls }, label }, models)
  const inTime = deadlineMs === undefined ? work : {
    ...nothing,
    // The deadline waits for what is in flight, and does not stop for people.
    timeMs: least(work.timeMs, plus(bounded(deadlineMs, [`deadline of ${name}`]), attemptMs)),
    waitMs: least(work.waitMs, bounded(deadlineMs, [`deadline of ${name}`])),
  }
  return {
    ...total,
    calls: plus(counted.calls, undo.calls),
    timeMs: plus(inTime.timeMs, undo.timeMs),
    waitMs: plus(inTime.waitMs, undo.waitMs),
  }
}
