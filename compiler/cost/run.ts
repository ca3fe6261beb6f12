// A whole run of a workflow: its body, within its own budget and deadline, and the run that another run calls.

import type { WorkflowPlan } from "../3-plan/types.ts"
import { walkPlan } from "../3-plan/walk.ts"
import { capped, nothing, sum } from "./amounts.ts"
import type { Cost } from "./amounts.ts"
import { bounded, least, plus } from "./arithmetic.ts"
import type { Analysis, Scope } from "./context.ts"
import { evaluateBlock, totalOf } from "./evaluate.ts"
import type { Block } from "./evaluate.ts"
import { shapeOfParameter, shapeOfSchema } from "./schema.ts"
import { boundless, fieldOf } from "./shape.ts"
import type { Amounts } from "./types.ts"

/** The input of a run is validated, so that the limits of its types hold. */
export function parametersOf(
  { types }: Analysis, { parameters, parametersSchema }: Pick<WorkflowPlan, "parameters" | "parametersSchema">,
): Scope {
  return {
    locals: new Map(parameters.map(({ name, origin }) => {
      const shape = shapeOfParameter(types, parametersSchema, { name, origin })
      return [name, shape ?? fieldOf(shapeOfSchema(types, parametersSchema, { name: "", origin }), name, boundless(`\`${name}\` is not known`, origin))]
    })),
  }
}

export function evaluateRun(outside: Analysis, workflow: WorkflowPlan): Block {
  const analysis = { ...outside, defaults: outside.plan.policies.find(({ name }) => name === workflow.steps) }
  return evaluateBlock(analysis, parametersOf(analysis, workflow), workflow.body)
}

/** A run as its caller pays for it: once it has succeeded nothing of it is undone, and before it fails it undoes itself. */
export function calledRun(outside: Analysis, workflow: WorkflowPlan): Cost {
  const known = outside.runs.get(workflow.name)
  if (known !== undefined) return known
  const cost = totalOf(evaluateRun({ ...outside, isUndo: false }, workflow))
  const { calls, timeMs, waitMs } = withinRun({ ...cost, undo: nothing }, workflow)
  const called: Cost = {
    ...cost,
    work: { ...withinRun(cost, workflow), calls, timeMs, waitMs },
    undo: { ...nothing, calls: cost.undo.calls, timeMs: cost.undo.timeMs, waitMs: cost.undo.waitMs },
  }
  outside.runs.set(workflow.name, called)
  return called
}

/** Evaluates the runs that others call before those: a long chain of them costs no call stack. */
export function evaluateRuns(outside: Analysis): void {
  const { plan, callees } = outside
  const called = new Map<string, Iterable<string>>(plan.agents.map(({ name, tools }) => [name, tools]))
  for (const { name, body } of plan.workflows) called.set(name, callablesIn(body))
  const isCalled = new Set([...called.values()].flatMap((names) => [...names]))
  const entered = new Set<string>()
  const open = plan.workflows.map(({ name }) => name).reverse()
  for (let name = open.at(-1); name !== undefined; name = open.at(-1)) {
    if (entered.has(name)) {
      open.pop()
      const callee = callees.get(name)
      if (callee?.kind === "workflow" && isCalled.has(name)) calledRun({ ...outside, active: [name] }, callee.plan)
    } else {
      entered.add(name)
      for (const each of called.get(name) ?? []) if (!entered.has(each)) open.push(each)
    }
  }
}

function callablesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  walkPlan(value, ({ kind, callable }) => {
    if (kind === "step") found.add(callable as string)
  })
  return found
}

/** The run's own budget holds all that is spent, undoing included, but never keeps an undo's tool from being sent. */
export function withinRun({ work, undo, models, attemptMs }: Cost, { name, budget, deadlineMs }: WorkflowPlan): Amounts {
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
