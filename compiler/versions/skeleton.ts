// What decides whether a run that is under way can be replayed: the durable steps of a workflow in their order, and no more.

import type { Location } from "../../base/text/span.ts"
import { unreachable } from "../../base/assert.ts"
import type {
  EachPlan, ExpressionPlan, LoopPlan, MatchPlan, ParallelPlan, StatementPlan, StepPlan, WaitPlan, WithinPlan,
} from "../3-plan/code.ts"
import { expression, typeName } from "../3-plan/print.ts"
import { registeredName } from "../3-plan/types.ts"
import type { BudgetPlan, CallablePlan, ClausesPlan, Plan, WorkflowPlan } from "../3-plan/types.ts"
import { decisionsOf, settingsIn, type Decisions } from "./decisions.ts"

/** One line of the lock, with what is indented below it. */
export interface SkeletonNode {
  readonly text: string
  readonly children: readonly SkeletonNode[]
  /** Absent on a node that was read from a lock. */
  readonly origin?: Location
}

export interface Skeleton {
  readonly workflow: string
  readonly origin: Location
  readonly nodes: readonly SkeletonNode[]
}

/** Marks what only runs notice that have failed there, were refused there, or asked a tool there. */
export const looseMark = "~ "

export function skeletonsOf(plan: Plan): readonly Skeleton[] {
  return plan.workflows.map((workflow) => {
    const defaults = plan.policies.find(({ name }) => name === workflow.steps)?.policy.clauses ?? {}
    const cx: Context = { plan, defaults, decisions: decisionsOf(workflow), eachStep: undefined, scoped: false, visiting: [] }
    const { origin } = workflow
    return { workflow: workflow.name, origin, nodes: [...headOf(workflow), ...settingsOf(plan, workflow), ...block(workflow.body, cx)] }
  })
}

interface Context {
  readonly plan: Plan
  readonly defaults: ClausesPlan
  readonly decisions: Decisions
  /** The loop that the statements stand in. */
  readonly eachStep: string | undefined
  /** In a body with a value of its own, where `return` does not end the run. */
  readonly scoped: boolean
  readonly visiting: readonly string[]
}

function node(text: string, origin: Location, children: readonly SkeletonNode[] = []): SkeletonNode {
  return { text: text.replace(/\s*\n\s*/g, " "), origin, children }
}

function headOf({ parameters, deadlineMs, budget, origin }: WorkflowPlan): readonly SkeletonNode[] {
  const needed = parameters.filter((parameter) => parameter.default === undefined && parameter.type.kind !== "optional")
  return [
    ...needed.map((parameter) => node(`needs ${parameter.name}: ${typeName(parameter.type)}`, parameter.origin)),
    // Its timer is the first thing that the run's history holds.
    ...(deadlineMs === undefined ? [] : [node("deadline", origin)]),
    ...budgetNodes(budget, origin),
  ]
}

/** They are read once, in the first step of a run that needs any. */
function settingsOf(plan: Plan, { body, origin }: WorkflowPlan): readonly SkeletonNode[] {
  const names = settingsIn(plan, body)
  return names.length === 0 ? [] : [node("settings", origin), ...names.map((name) => node(`needs setting ${name}`, origin))]
}

function budgetNodes(budget: BudgetPlan | undefined, origin: Location): readonly SkeletonNode[] {
  if (budget === undefined) return []
  const amounts = Object.entries(budget).flatMap(([unit, amount]) => (typeof amount !== "number" ? [] : [unit === "nanoDollars" ? `${amount / 1e9} dollars` : `${amount} ${unit}`]))
  return [node(`${looseMark}budget ${amounts.join(", ")}`, origin)]
}

// ---------------------------------------------------------------- statements

function block(statements: readonly StatementPlan[], cx: Context): readonly SkeletonNode[] {
  return statements.flatMap((statement) => statementNodes(statement, cx))
}

function statementNodes(plan: StatementPlan, cx: Context): readonly SkeletonNode[] {
  const { origin } = plan
  switch (plan.kind) {
    case "let": case "assign": {
      if (plan.value === undefined) return []
      const decides = cx.decisions.variables.has(plan.name)
      return [...stepsIn(plan.value, cx), ...(decides ? [node(`${plan.name} = ${textOf(plan.value, cx)}`, origin)] : [])]
    }
    case "do": return stepsIn(plan.value, cx)
    case "log": return []
    case "return": {
      const value = plan.value === undefined ? [] : stepsIn(plan.value, cx)
      const decides = cx.eachStep !== undefined && cx.decisions.loops.has(cx.eachStep) && plan.value !== undefined
      return [...value, node(decides ? `give ${textOf(plan.value!, cx)}` : cx.scoped ? "give" : "return", origin)]
    }
    case "fail": return [...stepsIn([plan.message, plan.data], cx), node(`fail ${plan.error}`, origin)]
    case "if": return branch(`if ${textOf(plan.condition, cx)}`, plan, stepsIn(plan.condition, cx), [
      node("then", origin, block(plan.then, cx)), node("else", origin, block(plan.otherwise, cx)),
    ])
    case "match": return branch(`match ${textOf(plan.subject, cx)}`, plan, stepsIn(plan.subject, cx), arms(plan, cx))
    case "try": {
      // While nothing fails, a body runs as if there were no `try` around it.
      const catches = plan.catches.map((each) => node(["catch", ...each.kinds].join(" "), each.origin, block(each.body, cx)))
      return [...block(plan.body, cx), node(`${looseMark}try`, origin, catches)]
    }
    case "finish": return [...stepsIn(plan.value, cx), node("finish", origin)]
    case "parallel": return [node("parallel", origin, branches(plan.branches, cx))]
    case "loop": return [loopNode(plan, cx)]
    case "sleep": return [...stepsIn(plan.value, cx), node("sleep", origin)]
    case "publish": return [...stepsIn([plan.value, plan.topic], cx), node("publish", origin)]
    case "continueAsNew": return [...stepsIn(plan.arguments.map(({ value }) => value), cx), node("continue as new", origin)]
    default: return unreachable(plan)
  }
}

/** A scope with a way of its own; its name is part of the paths below it. */
function branches(plans: ParallelPlan["branches"], cx: Context): readonly SkeletonNode[] {
  return plans.map((each) => node(`branch ${each.name}`, each.origin, block(each.body, { ...cx, eachStep: undefined, scoped: true })))
}

function loopNode(plan: LoopPlan, cx: Context): SkeletonNode {
  const start = plan.while === undefined ? "" : ` while ${textOf(plan.while, cx)}`
  const end = plan.until === undefined ? "" : ` until ${textOf(plan.until, cx)}`
  const rounds = node(`${looseMark}up to ${plan.times} times`, plan.origin)
  return node(`repeat as ${plan.step}${start}${end}`, plan.origin, [rounds, ...stepsIn(plan.while, cx), ...block(plan.body, cx), ...stepsIn(plan.until, cx)])
}

/** A branch in which nothing durable happens and nothing ends does not show. */
function branch(
  text: string, { origin }: StatementPlan, before: readonly SkeletonNode[], ways: readonly SkeletonNode[],
): readonly SkeletonNode[] {
  const taken = ways.filter(({ children }) => children.length > 0)
  return taken.length === 0 ? before : [...before, node(text, origin, taken)]
}

function arms(plan: MatchPlan, cx: Context): readonly SkeletonNode[] {
  return plan.arms.map((arm) => {
    const patterns = arm.patterns.map(({ kind, ...rest }) => (Object.keys(rest).length === 0 ? kind : Object.values(rest).join(".")))
    return node(`case ${patterns.join(", ")}`, arm.origin, block(arm.body, cx))
  })
}

// ---------------------------------------------------------------- expressions

/** The durable steps of anything in the plan, in the order in which they are evaluated. */
function stepsIn(value: unknown, cx: Context): readonly SkeletonNode[] {
  if (Array.isArray(value)) return value.flatMap((each) => stepsIn(each, cx))
  if (typeof value !== "object" || value === null) return []
  const plan = value as ExpressionPlan
  switch (plan.kind) {
    case "step": return [...plan.arguments.flatMap((each) => stepsIn(each.value, cx)), stepNode(plan, cx)]
    case "each": return [...stepsIn(plan.items, cx), eachNode(plan, cx)]
    case "race": return [node("race", plan.origin, branches(plan.branches, cx))]
    case "saga": return [...block(plan.body, { ...cx, scoped: true }), node(`${looseMark}saga`, plan.origin)]
    case "within": return withinNodes(plan, cx)
    case "wait": return [waitNode(plan, cx)]
    case "conditional": return choice(plan, { condition: plan.condition, ways: [plan.then, plan.otherwise] }, cx)
    case "binary":
      if (plan.operator !== "and" && plan.operator !== "or" && plan.operator !== "??") break
      return choice(plan, { condition: plan.left, ways: [plan.right] }, cx)
  }
  return Object.entries(plan).flatMap(([key, child]) => (key === "origin" || key === "type" ? [] : stepsIn(child, cx)))
}

function choice(
  plan: ExpressionPlan, { condition, ways }: { readonly condition: ExpressionPlan; readonly ways: readonly ExpressionPlan[] }, cx: Context,
): readonly SkeletonNode[] {
  const inside = ways.map((way, index) => node(index === 0 ? "then" : "else", way.origin, stepsIn(way, cx)))
  const taken = inside.filter(({ children }) => children.length > 0)
  const before = stepsIn(condition, cx)
  return taken.length === 0 ? before : [...before, node(`if ${textOf(condition, cx)}`, plan.origin, taken)]
}

function eachNode(plan: EachPlan, cx: Context): SkeletonNode {
  const atATime = plan.atATime === undefined ? "" : `, ${textOf(plan.atATime, cx)} at a time`
  const failures = plan.failures === "stop" ? [] : [node(`${looseMark}${plan.failures} failures`, plan.origin)]
  const body = block(plan.body, { ...cx, eachStep: plan.step, scoped: true })
  return node(`for each of ${textOf(plan.items, cx)} as ${plan.step}${atATime}`, plan.origin, [...failures, ...body])
}

/** A deadline's timer comes before the body; the other clauses are what its steps fall back on. */
function withinNodes({ policy, body, origin }: WithinPlan, cx: Context): readonly SkeletonNode[] {
  const { deadlineMs, budget, overBudget: _else, fallback, ...defaults } = policy.clauses
  const inside = block(body, { ...cx, scoped: true, defaults: { ...cx.defaults, ...defaults } })
  const loose = [
    ...budgetNodes(budget, origin),
    ...(fallback === undefined ? [] : [node(`${looseMark}fallback${on(fallback.on)}`, origin, stepsIn(fallback.value, cx))]),
  ]
  return deadlineMs === undefined ? [...inside, ...loose] : [node("within deadline", origin, [...inside, ...loose])]
}

function waitNode({ event, by, timeoutMs, origin }: WaitPlan, cx: Context): SkeletonNode {
  const fits = by === undefined ? "" : ` by ${textOf(by.condition, cx)}`
  return node(`wait for ${event}${fits}${timeoutMs === undefined ? "" : ", timeout"}`, origin)
}

/** What a deciding expression says, with local names replaced by where their values come from. */
function textOf(plan: ExpressionPlan, { decisions }: Context): string {
  return expression(decisions.inlined(plan))
}

// ---------------------------------------------------------------- one step

function stepNode(plan: StepPlan, cx: Context): SkeletonNode {
  return callableNode(cx, { name: plan.callable, at: plan.policy?.clauses ?? {}, origin: plan.origin, ...(plan.undo === undefined ? {} : { undo: plan.undo.step.callable }) })
}

interface Call {
  readonly name: string
  readonly at: ClausesPlan
  readonly origin: Location
  readonly undo?: string
}

function callableNode(cx: Context, call: Call): SkeletonNode {
  const { plan } = cx
  const child = plan.workflows.find(({ name }) => name === call.name)
  if (child !== undefined) {
    const clauses = { ...cx.defaults, ...call.at }
    return node(`${registeredName(child)} (workflow${orderMarks(clauses, "workflow")})`, call.origin, looseNodes(cx, { clauses, call, kind: "workflow" }))
  }
  const [kind, callable] = kindOf(plan, call.name)
  const clauses = { ...cx.defaults, ...callable?.policy.clauses, ...call.at }
  const marks = ownMarks(plan, call.name)
  return node(`${call.name} (${kind}${marks}${orderMarks(clauses, kind)})`, call.origin, looseNodes(cx, { clauses, call, kind, callable }))
}

/** What a callable does of itself around its work. */
function ownMarks(plan: Plan, name: string): string {
  const approve = plan.tools.find((each) => each.name === name)?.approve
  const memory = plan.agents.find((each) => each.name === name)?.memory
  return `${approve === undefined ? "" : ", approved"}${memory === undefined ? "" : ", memory"}`
}

function kindOf(plan: Plan, name: string): readonly [string, CallablePlan | undefined] {
  const tool = plan.tools.find((each) => each.name === name)
  if (tool !== undefined) return ["tool", tool]
  const agent = plan.agents.find((each) => each.name === name)
  if (agent !== undefined) return ["agent", agent]
  return ["human", plan.humans.find((each) => each.name === name)]
}

/** Clauses that put something of their own into the history of a run in which all goes well. */
function orderMarks(clauses: ClausesPlan, kind: string): string {
  const { deadlineMs, timeoutMs } = clauses
  const marks = [
    ...(deadlineMs === undefined ? [] : ["deadline"]),
    // Of an attempt it is the worker's own; of a question it is a timer.
    ...(timeoutMs === undefined || kind !== "human" ? [] : ["timeout"]),
    ...(clauses.cache === undefined ? [] : ["cache"]),
  ]
  return marks.map((mark) => `, ${mark}`).join("")
}

interface Loose {
  readonly clauses: ClausesPlan
  readonly call: Call
  readonly kind: string
  readonly callable?: CallablePlan | undefined
}

function looseNodes(cx: Context, { clauses, call, kind, callable }: Loose): readonly SkeletonNode[] {
  const { origin } = call
  const loose = (text: string, children: readonly SkeletonNode[] = []): SkeletonNode => node(`${looseMark}${text}`, origin, children)
  const retry = clauses.retry ?? (kind === "agent" ? { never: false as const, times: 2, on: [] } : { never: true as const })
  const agent = cx.plan.agents.find(({ name }) => kind === "agent" && name === call.name)
  const undo = call.undo ?? callable?.undo?.step.callable
  const inside = { ...cx, visiting: [...cx.visiting, call.name] }
  return [
    ...(retry.never ? [] : [loose(`retry ${retry.times} times${on(retry.on)}`)]),
    ...(clauses.fallback === undefined ? [] : [loose(`fallback${on(clauses.fallback.on)}`, stepsIn(clauses.fallback.value, cx))]),
    ...(clauses.manual === undefined ? [] : [loose(clauses.manual.withinMs === undefined ? "manual" : "manual, within")]),
    ...(undo === undefined ? [] : [loose(`undo ${undo}`)]),
    ...(callable?.requirements ?? []).map(({ condition }) => loose(`require ${textOf(condition, cx)}`)),
    ...budgetNodes(agent?.budget ?? clauses.budget, origin),
    ...(agent?.models.slice(1) ?? []).map(({ on: kinds }) => loose(`another model${on(kinds)}`)),
    ...(agent?.handoffs ?? []).map((name) => loose(`may hand off to ${name}`)),
    ...(agent?.tools ?? []).filter((name) => !inside.visiting.includes(name)).map((name) => {
      const tool = callableNode({ ...inside, defaults: {} }, { name, at: {}, origin })
      return loose(`may call ${tool.text}`, tool.children)
    }),
  ]
}

function on(kinds: readonly string[]): string {
  return kinds.length === 0 ? "" : ` on ${kinds.join(", ")}`
}
