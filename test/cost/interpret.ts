// Runs a plan on the runtime without the emitter: a second reading of what a plan means, for properties of its bound.

import type { ExpressionPlan, StatementPlan, StepPlan } from "../../compiler/3-plan/code.ts"
import type { BudgetPlan, CallablePlan, ClausesPlan, JsonSchema, Plan, UndoPlan, WorkflowPlan } from "../../compiler/3-plan/types.ts"
import { analysisOf } from "../../compiler/cost/bound.ts"
import { inPlace } from "../../compiler/cost/schema.ts"
import { list, text } from "../../runtime/builtins.ts"
import type {
  Agent, Budget, Callable, CallOptions, Flow, Model, Policy, Retry, Run, Schema, UndoCall, Undoing, Workflow,
} from "../../runtime/contract.ts"
import { agent, defineSchema, human, model, tool } from "../../runtime/define.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { workflow } from "../../runtime/workflow.ts"

type Values = ReadonlyMap<string, unknown>
type Fields = Record<string, unknown>

interface World {
  readonly plan: Plan
  readonly callables: Map<string, Callable>
}

interface Scope {
  readonly values: Map<string, unknown>
  readonly result?: unknown
}

export function workflowOf(plan: Plan, name: string): Workflow {
  const world: World = { plan, callables: new Map() }
  for (const each of plan.tools) world.callables.set(each.name, tool({ ...common(world, each), effect: each.effect, run: () => null }) as Callable)
  for (const each of plan.humans) world.callables.set(each.name, human({ ...common(world, each), ask: () => "?" }) as Callable)
  for (const each of plan.agents) world.callables.set(each.name, agentOf(world, each.name))
  const declared = plan.workflows.find((each) => each.name === name) as WorkflowPlan
  const { budget, deadlineMs } = declared
  return workflow<Fields, unknown>({
    name, parameters: anySchema<Fields>(plan, declared.parametersSchema), result: anySchema(plan, {}),
    ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
    ...(deadlineMs === undefined ? {} : { deadline: deadlineMs }),
  }, function* (run, parameters) {
    const ended = yield* block(world, run, { values: new Map(Object.entries(parameters)) }, declared.body)
    return ended?.value ?? null
  }) as Workflow
}

function agentOf(world: World, name: string): Agent {
  const plan = world.plan.agents.find((each) => each.name === name)!
  const { instructions, prompt, choose } = plan
  const say = (expression: ExpressionPlan) => (parameters: Fields): string => text(pure(world, parameters, expression))
  return agent<Fields, unknown>({
    ...common(world, plan),
    models: plan.models.map((each) => ({ model: modelOf(world.plan, each.model), on: each.on })),
    ...(choose === undefined ? {} : {
      chooseModel: (parameters: Fields) => modelOf(world.plan, pure(world, parameters, choose.condition) ? choose.then : choose.otherwise),
    }),
    ...(instructions === undefined ? {} : { instructions: say(instructions) }),
    prompt: say(prompt),
    tools: plan.tools.map((each) => world.callables.get(each)!),
    ...(plan.budget === undefined ? {} : { budget: budgetOf(plan.budget) }),
  }) as Agent
}

function modelOf(plan: Plan, name: string): Model {
  const { provider, id, price, contextTokens, outputTokens } = plan.models.find((each) => each.name === name)!
  return model({
    name, provider, id, context: contextTokens, output: outputTokens,
    price: { input: price.inputNanoDollars / 1e9, output: price.outputNanoDollars / 1e9, per: price.perTokens },
  })
}

function common(world: World, plan: CallablePlan) {
  const { undo } = plan
  return {
    name: plan.name,
    parameters: anySchema<Fields>(world.plan, plan.parametersSchema),
    result: anySchema(world.plan, plan.resultSchema),
    policy: policyOf(world, plan.policy.clauses, (parameters) => ({ values: new Map(Object.entries(parameters)) })) as Policy<Fields, unknown>,
    require: plan.requirements.map(({ condition, otherwise }) => ({
      holds: (result: unknown, parameters: Fields) => Boolean(pure(world, parameters, condition, result)),
      otherwise: (result: unknown, parameters: Fields) => text(pure(world, parameters, otherwise, result)),
    })),
    ...(undo === undefined ? {} : undoOf(world, undo, (parameters) => new Map(Object.entries(parameters)))),
  }
}

function undoOf(world: World, undo: UndoPlan, valuesOf: (parameters: Fields) => Values) {
  return {
    compensateNeedsResult: undo.needsResult,
    // As a call and nothing more, which is all that an undo may be.
    compensate(undoing: Undoing, parameters: Fields, result: unknown): UndoCall {
      const scope = Object.fromEntries(valuesOf(parameters))
      const given = undo.step.arguments.map(({ name, value }) => [name, pure(world, scope, value, result)])
      return undoing.call(world.callables.get(undo.step.callable)!, Object.fromEntries(given))
    },
  }
}

/** Values are made to fit; what their schema says is in the messages all the same. */
function anySchema<T>(plan: Plan, schema: JsonSchema): Schema<T> {
  return defineSchema<T>(inPlace(analysisOf(plan).types, schema) as Record<string, unknown>, () => true)
}

function budgetOf({ nanoDollars, ...counted }: BudgetPlan): Budget {
  return nanoDollars === undefined ? counted : { ...counted, dollars: nanoDollars / 1e9 }
}

function policyOf(world: World, clauses: ClausesPlan, scopeOf: (parameters: Fields) => Scope): CallOptions<Fields, unknown> {
  const { retry, timeoutMs, deadlineMs, fallback, manual, budget } = clauses
  return {
    ...(retry === undefined ? {} : { retry: retryOf(retry) }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(deadlineMs === undefined ? {} : { deadline: deadlineMs }),
    ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
    ...(manual === undefined ? {} : { manual: { by: manual.by, ...(manual.withinMs === undefined ? {} : { within: manual.withinMs }) } }),
    ...(fallback === undefined ? {} : {
      fallback: {
        ...(fallback.on.length === 0 ? {} : { on: fallback.on }),
        *value(run: Run, parameters: Fields) { return yield* evaluate(world, run, scopeOf(parameters), fallback.value) },
      },
    }),
  }
}

function retryOf(retry: NonNullable<ClausesPlan["retry"]>): Retry | "never" {
  if (retry.never) return "never"
  const { times, on, backoff, factor, jitter } = retry
  return {
    times, jitter,
    ...(on.length === 0 ? {} : { on }),
    ...(factor === undefined ? {} : { factor }),
    ...(backoff === undefined ? {} : { backoff: { first: backoff.firstMs, ...(backoff.maxMs === undefined ? {} : { max: backoff.maxMs }) } }),
  }
}

// ---------------------------------------------------------------- expressions

function pure(world: World, parameters: Fields, expression: ExpressionPlan, result?: unknown): unknown {
  const flow = evaluate(world, undefined as unknown as Run, { values: new Map(Object.entries(parameters)), result }, expression)
  const ended = flow.next()
  if (!ended.done) throw new Error("a step in a prompt")
  return ended.value
}

function* evaluate(world: World, run: Run, scope: Scope, plan: ExpressionPlan): Flow<unknown> {
  switch (plan.kind) {
    case "literal": return plan.value
    case "enumMember": return plan.member
    case "local": return scope.values.get(plan.name)
    case "result": return scope.result
    case "template": {
      let written = ""
      for (const part of plan.parts) written += typeof part === "string" ? part : text(yield* evaluate(world, run, scope, part))
      return written
    }
    case "member": {
      const object = (yield* evaluate(world, run, scope, plan.object)) as Fields
      return object[plan.name]
    }
    case "binary": {
      const [left, right] = [(yield* evaluate(world, run, scope, plan.left)) as number, (yield* evaluate(world, run, scope, plan.right)) as number]
      switch (plan.operator) {
        case "<=": return left <= right
        case ">": return left > right
        default: throw new Error(`no ${plan.operator} here`)
      }
    }
    case "builtIn": {
      const given: unknown[] = []
      for (const each of plan.arguments) given.push(yield* evaluate(world, run, scope, each))
      if (plan.name === "list.chunks") return list.chunks(given[0] as unknown[], given[1] as number)
      if (plan.name === "list.take") return list.take(given[0] as unknown[], given[1] as number)
      if (plan.name === "list.flat") return list.flat(given[0] as unknown[][])
      throw new Error(`no ${plan.name} here`)
    }
    case "step": return yield* step(world, run, scope, plan)
    case "each": {
      const items = (yield* evaluate(world, run, scope, plan.items)) as unknown[]
      const atATime = plan.atATime === undefined ? 1 : (yield* evaluate(world, run, scope, plan.atATime)) as number
      return yield* run.each(plan.step, items, { atATime, failures: plan.failures === "skip" ? "skip" : "stop" }, function* (inner, item) {
        const own = { ...scope, values: new Map([...scope.values, [plan.variable, item]]) }
        return (yield* block(world, inner, own, plan.body))?.value
      })
    }
    default: throw new Error(`no ${plan.kind} here`)
  }
}

function* step(world: World, run: Run, scope: Scope, plan: StepPlan): Flow<unknown> {
  const parameters: Fields = {}
  for (const { name, value } of plan.arguments) parameters[name] = yield* evaluate(world, run, scope, value)
  const { undo } = plan
  return yield* run.call(world.callables.get(plan.callable)!, parameters, {
    as: plan.step,
    ...policyOf(world, plan.policy?.clauses ?? {}, () => scope),
    ...(undo === undefined ? {} : undoOf(world, undo, (given) => new Map([...Object.entries(given), ...scope.values]))),
  } as CallOptions<object, unknown>)
}

// ---------------------------------------------------------------- statements

/** What a block was left with; undefined when it reached its end. */
type Ended = { readonly value: unknown } | undefined

function* block(world: World, run: Run, scope: Scope, statements: readonly StatementPlan[]): Flow<Ended> {
  for (const statement of statements) {
    const ended = yield* perform(world, run, scope, statement)
    if (ended) return ended
  }
  return undefined
}

function* perform(world: World, run: Run, scope: Scope, plan: StatementPlan): Flow<Ended> {
  switch (plan.kind) {
    case "let": case "assign":
      if (plan.value !== undefined) scope.values.set(plan.name, yield* evaluate(world, run, scope, plan.value))
      return undefined
    case "do":
      yield* evaluate(world, run, scope, plan.value)
      return undefined
    case "return": return { value: plan.value === undefined ? null : yield* evaluate(world, run, scope, plan.value) }
    case "fail": throw new FlowError(plan.error, "as written")
    case "log": return undefined
    case "if": return yield* block(world, run, scope, (yield* evaluate(world, run, scope, plan.condition)) ? plan.then : plan.otherwise)
    case "match": {
      const subject = yield* evaluate(world, run, scope, plan.subject)
      const arm = plan.arms.find(({ patterns }) => patterns.some((pattern) => pattern.kind === "member" && pattern.member === subject)) ?? plan.arms.at(-1)!
      return yield* block(world, run, scope, arm.body)
    }
    case "try":
      try {
        return yield* block(world, run, scope, plan.body)
      } catch (thrown) {
        const error = caught(thrown)
        const taken = plan.catches.find(({ kinds }) => catches(error, ...kinds))
        if (!taken) throw thrown
        return yield* block(world, run, scope, taken.body)
      }
  }
}
