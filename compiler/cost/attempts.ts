// Retries that multiply: how often one failing service is called when a retry stands around another.

import { diagnostic } from "../../base/diagnostics/report.ts"
import { sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Location } from "../../base/text/span.ts"
import type { StepPlan } from "../3-plan/code.ts"
import type { AgentPlan, ClausesPlan, NamedPolicyPlan, Plan, RetryPlan, ToolPlan, WorkflowPlan } from "../3-plan/types.ts"
import { walkPlan } from "../3-plan/walk.ts"

/** More calls than this of one service that is down are a load of their own. */
const callsMax = 30
/** The runtime's own bound on an agent's turns. */
const turnsMax = 100
/** The runtime's default for agents. */
const agentRetries = 2

/** One factor: who tries again, and how often in all. */
interface Level {
  readonly by: string
  readonly times: number
}

interface Reach {
  readonly callee: string
  readonly levels: readonly Level[]
  readonly callsCap: number
  readonly origin: Location
}

/** The declarations of a plan by name. */
interface Known {
  readonly policies: ReadonlyMap<string, NamedPolicyPlan>
  readonly tools: ReadonlyMap<string, ToolPlan>
  readonly agents: ReadonlyMap<string, AgentPlan>
  readonly workflows: ReadonlyMap<string, WorkflowPlan>
}

function byName<Each extends { readonly name: string }>(all: readonly Each[]): ReadonlyMap<string, Each> {
  return new Map(all.map((each) => [each.name, each]))
}

/** A call is reported once, in the workflow that it stands in; a workflow's own callers multiply it further. */
export function checkAttempts(plan: Plan): readonly Diagnostic[] {
  const known: Known = {
    policies: byName(plan.policies), tools: byName(plan.tools), agents: byName(plan.agents), workflows: byName(plan.workflows),
  }
  const worst = new Map<string, { readonly calls: number; readonly diagnostic: Diagnostic }>()
  for (const { callee, levels, callsCap, origin } of reachesOf(known, plan)) {
    const multiplying = levels.filter(({ times }) => times > 1)
    const calls = Math.min(callsCap, productOf(multiplying))
    const key = `${callee} ${origin.path} ${origin.span.start}`
    if (multiplying.length < 2 || calls <= callsMax || calls <= (worst.get(key)?.calls ?? 0)) continue
    const chain = multiplying.map(({ by, times }) => `${by} ${times}`).join(" × ")
    worst.set(key, { calls, diagnostic: diagnostic("AF4011", origin, { name: callee, calls, chain }) })
  }
  return sortDiagnostics([...worst.values()].map((each) => each.diagnostic))
}

function productOf(levels: readonly Level[]): number {
  return levels.reduce((product, { times }) => product * times, 1)
}

/** Callers before those they call, so that the worst way to a workflow is known when its own calls are looked at. */
function reachesOf(known: Known, plan: Plan): readonly Reach[] {
  const steps = new Map(plan.workflows.map(({ name, body }) => [name, stepsIn(body)]))
  const outer = new Map<string, readonly Level[]>()
  const placed = new Set<string>()
  return callersFirst(plan, steps).flatMap((workflow) => {
    placed.add(workflow.name)
    const defaults = known.policies.get(workflow.steps ?? "")?.policy.clauses ?? {}
    const above = outer.get(workflow.name) ?? []
    return steps.get(workflow.name)!.flatMap((step): readonly Reach[] => {
      const at = { ...defaults, ...step.policy?.clauses }
      const child = known.workflows.get(step.callable)
      if (child === undefined) return calleeReach(known, { name: step.callable, at, defaults, origin: step.origin, outer: above })
      const times = attempts(at.retry, 0)
      const levels = times > 1 ? [...above, { by: `workflow ${child.name}`, times }] : above
      // One that calls itself is held by its budget, not by this product.
      if (!placed.has(child.name) && isWorse(levels, outer.get(child.name) ?? [])) outer.set(child.name, levels)
      return []
    })
  })
}

function isWorse(levels: readonly Level[], than: readonly Level[]): boolean {
  const [one, other] = [productOf(levels), productOf(than)]
  return one > other || (one === other && levels.length > than.length)
}

function callersFirst(plan: Plan, steps: ReadonlyMap<string, readonly StepPlan[]>): readonly WorkflowPlan[] {
  const workflows = byName(plan.workflows)
  const left: WorkflowPlan[] = []
  const entered = new Set<string>()
  const open = plan.workflows.map(({ name }) => ({ name, isLeft: false })).reverse()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, isLeft } = next
    if (isLeft) left.push(workflows.get(name)!)
    else if (!entered.has(name)) {
      entered.add(name)
      open.push({ name, isLeft: true })
      for (const { callable } of steps.get(name)!) if (workflows.has(callable)) open.push({ name: callable, isLeft: false })
    }
  }
  return left.reverse()
}

interface Call {
  readonly name: string
  readonly at: ClausesPlan
  readonly defaults: ClausesPlan
  readonly origin: Location
  readonly outer: readonly Level[]
}

function calleeReach(known: Known, { name, at, defaults, origin, outer }: Call): readonly Reach[] {
  const agent = known.agents.get(name)
  const tool = known.tools.get(name)
  const callsCap = Math.min(agent?.budget?.calls ?? Infinity, at.budget?.calls ?? Infinity)
  if (agent !== undefined) {
    const turn = { by: `agent ${name}`, times: attempts(at.retry ?? agent.policy.clauses.retry ?? defaults.retry, agentRetries) }
    return [{ callee: name, levels: [...outer, turn], callsCap, origin }, ...toolReach(known, agent, { outer, origin, callsCap, visiting: [name] })]
  }
  if (tool === undefined) return []
  const step = { by: `tool ${name}`, times: attempts(at.retry ?? tool.policy.clauses.retry ?? defaults.retry, 0) }
  return [{ callee: name, levels: [...outer, step], callsCap, origin }]
}

interface Inside {
  readonly outer: readonly Level[]
  readonly origin: Location
  readonly callsCap: number
  readonly visiting: readonly string[]
}

/** A model that is told of a failure may ask again, in every turn that it has. */
function toolReach(known: Known, agent: AgentPlan, { outer, origin, callsCap, visiting }: Inside): readonly Reach[] {
  const turns = { by: `turns of agent ${agent.name}`, times: Math.min(agent.budget?.turns ?? turnsMax, turnsMax) }
  return agent.tools.flatMap((name): readonly Reach[] => {
    const tool = known.tools.get(name)
    if (tool !== undefined) {
      const own = { by: `tool ${name}`, times: attempts(tool.policy.clauses.retry, 0) }
      return [{ callee: name, levels: [...outer, turns, own], callsCap, origin: agent.origin }]
    }
    const other = known.agents.get(name)
    if (other === undefined || visiting.includes(name)) return []
    const cap = Math.min(callsCap, other.budget?.calls ?? Infinity)
    return toolReach(known, other, { outer: [...outer, turns], origin, callsCap: cap, visiting: [...visiting, name] })
  })
}

function attempts(retry: RetryPlan | undefined, otherwise: number): number {
  if (retry === undefined) return otherwise + 1
  return retry.never ? 1 : retry.times + 1
}

/** Steps of a piece of the plan, not those of undos: these run once, after everything else. */
function stepsIn(value: unknown): readonly StepPlan[] {
  const found: StepPlan[] = []
  walkPlan(value, (part, field) => {
    if (field === "undo") return false
    if (part["kind"] === "step") found.push(part as unknown as StepPlan)
  })
  return found
}
