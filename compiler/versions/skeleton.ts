// What decides whether a run that is under way can be replayed: the durable steps of a workflow in their order, and no more.

import type { Location } from "../../base/text/span.ts"
import type { EachPlan, ExpressionPlan, MatchPlan, StatementPlan, StepPlan } from "../3-plan/code.ts"
import { expression, typeName } from "../3-plan/print.ts"
import { registeredName } from "../3-plan/types.ts"
import type { BudgetPlan, CallablePlan, ClausesPlan, Plan, WorkflowPlan } from "../3-plan/types.ts"
import { decisionsOf, type Decisions } from "./decisions.ts"

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
    const cx: Context = { plan, defaults, decisions: decisionsOf(workflow), eachStep: undefined, visiting: [] }
    const { origin } = workflow
    return { workflow: workflow.name, origin, nodes: [...headOf(workflow), ...block(workflow.body, cx)] }
  })
}

interface Context {
  readonly plan: Plan
  readonly defaults: ClausesPlan
  readonly decisions: Decisions
  /** The loop that the statements stand in. */
  readonly eachStep: string | undefined
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

function budgetNodes(budget: BudgetPlan | undefined, origin: Location): readonly SkeletonNode[] {
  if (budget === undefined) return []
  const amounts = Object.entries(budget).flatMap(([unit, amount]) => (typeof amount === "number" ? [`${amount} ${unit}`] : []))
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
      return [...value, node(decides ? `return ${textOf(plan.value!, cx)}` : "return", origin)]
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
    default: return [other(plan as { readonly kind: string; readonly origin: Location }, cx)]
  }
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
  const body = block(plan.body, { ...cx, eachStep: plan.step })
  return node(`for each of ${textOf(plan.items, cx)} as ${plan.step}${atATime}`, plan.origin, [...failures, ...body])
}

/** A kind without a rule of its own is taken as it stands: everything in it counts. */
function other(plan: { readonly kind: string; readonly origin: Location }, cx: Context): SkeletonNode {
  const words: string[] = [plan.kind]
  const children: SkeletonNode[] = []
  const visit = (value: unknown, key: string): void => {
    if (key === "origin" || key === "type" || key === "spaced" || value === undefined) return
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key)
      return
    }
    if (typeof value !== "object" || value === null) {
      if (key !== "kind") words.push(`${key} ${String(value)}`)
      return
    }
    const inner = value as { readonly kind?: string; readonly origin?: Location }
    if (inner.kind !== undefined && statementKinds.has(inner.kind)) children.push(...statementNodes(inner as StatementPlan, cx))
    else if (inner.kind !== undefined && inner.origin !== undefined && "type" in inner) {
      children.push(...stepsIn(inner, cx))
      words.push(`${key} ${textOf(inner as ExpressionPlan, cx)}`)
    } else for (const [name, child] of Object.entries(inner)) visit(child, name)
  }
  for (const [key, value] of Object.entries(plan)) visit(value, key)
  return node(words.join(" "), plan.origin, children)
}

const statementKinds: ReadonlySet<string> = new Set([
  "let", "assign", "do", "return", "fail", "log", "if", "match", "try", "repeat", "while", "parallel", "race", "within", "saga",
  "wait", "sleep", "publish", "continueAsNew",
])

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
  const approved = callable !== undefined && "approve" in callable && callable.approve !== undefined ? ", approved" : ""
  return node(`${call.name} (${kind}${approved}${orderMarks(clauses, kind)})`, call.origin, looseNodes(cx, { clauses, call, kind, callable }))
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
    ...("cache" in clauses && clauses.cache !== undefined ? ["cache"] : []),
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
    ...(agent?.tools ?? []).filter((name) => !inside.visiting.includes(name)).map((name) => {
      const tool = callableNode({ ...inside, defaults: {} }, { name, at: {}, origin })
      return loose(`may call ${tool.text}`, tool.children)
    }),
  ]
}

function on(kinds: readonly string[]): string {
  return kinds.length === 0 ? "" : ` on ${kinds.join(", ")}`
}
