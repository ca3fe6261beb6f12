// boundOf: the worst case of every workflow of a plan, by arithmetic alone.

import type { Plan, WorkflowPlan } from "../3-plan/types.ts"
import { free, sum } from "./amounts.ts"
import { calleesOf } from "./context.ts"
import type { Analysis } from "./context.ts"
import { evaluate, totalOf } from "./evaluate.ts"
import { calledRun, evaluateRun, evaluateRuns, withinRun } from "./run.ts"
import type { Bound, CostReport, WorkflowCost } from "./types.ts"

/**
 * For runs without two things that no program decides about: a worker that is cut off in the middle of an attempt (what
 * was sent is paid and sent again), and a person who orders a failed step again (`eachOrder` says what that adds).
 * Declared budgets hold in those runs, too.
 */
export function boundOf(plan: Plan): CostReport {
  const analysis = analysisOf(plan)
  evaluateRuns(analysis)
  return { workflows: plan.workflows.map((workflow) => workflowCost(analysis, workflow)) }
}

/** Steps in the history of one run of a workflow: a run that it calls has a history of its own. */
export function historiesOf(plan: Plan): (workflow: WorkflowPlan) => Bound {
  let analysis: Analysis | undefined
  return (workflow) => {
    analysis ??= { ...analysisOf(plan), runs: new Map(plan.workflows.map(({ name }) => [name, free])) }
    return workflowCost(analysis, workflow).total.steps
  }
}

/** Outside of any workflow. */
export function analysisOf(plan: Plan): Analysis {
  const types = new Map(plan.types.map((type) => [type.name, type]))
  return { plan, callees: calleesOf(plan), types, defaults: undefined, active: [], isUndo: false, runs: new Map(), calledRun, evaluate }
}

function workflowCost(outside: Analysis, workflow: WorkflowPlan): WorkflowCost {
  const block = evaluateRun(outside, workflow)
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
