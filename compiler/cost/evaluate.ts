// Expressions and statements: what they cost at most, and the shapes of the values that steps get from them.

import { unreachable } from "../../base/assert.ts"
import type { EachPlan, ExpressionPlan, LoopPlan, RecordPlan, StatementPlan } from "../3-plan/code.ts"
import { amountsOf, free, multiplied, nothing, repeated, sequence, worst } from "./amounts.ts"
import type { Cost } from "./amounts.ts"
import { bounded, one, plus, product, unbounded } from "./arithmetic.ts"
import { backoffMs, inboxRetries, itemsAtATimeMax } from "./assumptions.ts"
import { shapeOfBuiltIn } from "./built-ins.ts"
import { evaluateCall } from "./call.ts"
import { inside } from "./context.ts"
import type { Analysis, Evaluated, Scope } from "./context.ts"
import { shapeOfKind, shapeOfSchema } from "./schema.ts"
import { anyBoolean, anyNumber, boundless, either, elementOf, exactly, fieldOf, itemsOf, never } from "./shape.ts"
import type { Shape } from "./shape.ts"
import type { Bound, StepCost } from "./types.ts"

type Expression<Kind extends ExpressionPlan["kind"]> = Extract<ExpressionPlan, { kind: Kind }>

/** All parts are evaluated one after the other; the shape is made from theirs. */
function from(parts: readonly Evaluated[], shape: Shape): Evaluated {
  const only = parts[0]
  if (parts.length < 2) return { shape, cost: only?.cost ?? free, rows: only?.rows ?? [] }
  return { shape, cost: sequence(...parts.map(({ cost }) => cost)), rows: parts.flatMap(({ rows }) => rows) }
}

export function evaluate(analysis: Analysis, scope: Scope, plan: ExpressionPlan): Evaluated {
  const of = (part: ExpressionPlan): Evaluated => evaluate(analysis, scope, part)
  const unknown = (name = "this value"): Shape => boundless(`the size of ${name} is not known`, plan.origin)
  switch (plan.kind) {
    case "literal": return from([], exactly(plan.value))
    case "enumMember": return from([], exactly(plan.member))
    case "local": return from([], scope.locals.get(plan.name) ?? unknown(plan.name))
    case "result": return from([], scope.result ?? unknown())
    case "secretReference": case "lambda": return from([], unknown())
    case "settingReference": return from([], unknown(`the setting ${plan.name}`))
    case "template": {
      const parts = plan.parts.map((part) => (typeof part === "string" ? from([], exactly(part)) : of(part)))
      return from(parts, { kind: "joined", parts: parts.map(({ shape }) => shape) })
    }
    case "list": {
      const items = plan.items.map(({ value }) => of(value))
      const shapes = items.map(({ shape }, index) => (plan.items[index]?.spread ? elementOf(shape, unknown()) : shape))
      const count = items.map(({ shape }, index) => (plan.items[index]?.spread ? itemsOf(shape) : bounded(1)))
      return from(items, { kind: "list", element: either(...shapes), items: plus(...count) })
    }
    case "record": return evaluateRecord(analysis, scope, plan)
    case "member": {
      const object = of(plan.object)
      const isLength = plan.name === "length" && isMeasured(object.shape)
      return from([object], isLength ? anyNumber : fieldOf(object.shape, plan.name, unknown()))
    }
    case "index": {
      const [object, index] = [of(plan.object), of(plan.index)]
      return from([object, index], either(elementOf(object.shape, unknown()), exactly(null)))
    }
    case "builtIn": return evaluateBuiltIn(analysis, scope, plan)
    case "unary": return from([of(plan.operand)], plan.operator === "not" ? anyBoolean : anyNumber)
    case "binary": return evaluateBinary(plan, of(plan.left), of(plan.right))
    case "conditional": {
      const [condition, then, otherwise] = [of(plan.condition), of(plan.then), of(plan.otherwise)]
      const cost = sequence(condition.cost, worst(then.cost, otherwise.cost))
      return { ...from([condition, then, otherwise], either(then.shape, otherwise.shape)), cost }
    }
    case "step": {
      const given = plan.arguments.map(({ value }) => of(value))
      const call = evaluateCall(analysis, {
        callable: plan.callable, step: plan.step, origin: plan.origin, policy: plan.policy, undo: plan.undo, scope,
        arguments: plan.arguments.map(({ name }, index) => [name, given[index]!.shape]),
      })
      return from([...given, call], call.shape)
    }
    case "each": return evaluateEach(analysis, scope, plan)
    case "saga": case "within": {
      const body = evaluateInner(analysis, scope, plan.body, [])
      return { shape: either(...body.returned), cost: totalOf(body), rows: prefixed(body.rows, plan.step) }
    }
    case "race": {
      const branches = plan.branches.map(({ name, body }) => [name, evaluateInner(analysis, scope, body, [])] as const)
      const shapes = branches.map(([name, { returned }]): Shape => ({
        kind: "record", fields: [{ name: "winner", shape: exactly(name) }, { name: "value", shape: either(...returned) }],
      }))
      return { ...together(branches, plan.step), shape: either(...shapes) }
    }
    case "wait": {
      const shape = shapeOfSchema(analysis.types, { $ref: `#/$defs/${plan.event}` }, { name: plan.event, origin: plan.origin })
      const waitMs = plan.timeoutMs === undefined ? unbounded(`${plan.event} need never come: the wait has no timeout`, plan.origin) : bounded(plan.timeoutMs)
      return { shape, cost: { ...free, work: { ...nothing, waitMs } }, rows: [] }
    }
    default: return unreachable(plan)
  }
}

function isMeasured(shape: Shape): boolean {
  if (shape.kind === "either") return shape.options.every(isMeasured)
  return ["list", "text", "joined", "exactly"].includes(shape.kind)
}

/** Later fields replace earlier ones; a spread of what has no known fields makes the whole unknown. */
function evaluateRecord(analysis: Analysis, scope: Scope, plan: RecordPlan): Evaluated {
  const entries = plan.entries.map(({ value }) => evaluate(analysis, scope, value))
  const fields = new Map<string, Shape>()
  for (const [index, { shape }] of entries.entries()) {
    const key = plan.entries[index]?.key
    if (key !== undefined) fields.set(key, shape)
    else if (shape.kind === "record") for (const field of shape.fields) fields.set(field.name, field.shape)
    else if (shape.kind === "boundless") return from(entries, shape)
    else return from(entries, boundless("the fields of what is spread here are not known", plan.origin))
  }
  return from(entries, { kind: "record", fields: [...fields].map(([name, shape]) => ({ name, shape })) })
}

function evaluateBuiltIn(analysis: Analysis, scope: Scope, plan: Expression<"builtIn">): Evaluated {
  const given = plan.arguments.map((each) => (each.kind === "lambda" ? undefined : evaluate(analysis, scope, each)))
  const steps: Evaluated[] = given.filter((each) => each !== undefined)
  const subject = given[0]
  const shape = shapeOfBuiltIn({
    plan,
    arguments: given.map((each) => each?.shape),
    apply(lambda, item) {
      if (lambda?.kind !== "lambda") return boundless("what this gives for an item is not known", plan.origin)
      const names = lambda.parameters.map((name, index) => [name, index === 0 ? item : anyNumber] as const)
      const body = evaluate(analysis, inside(scope, names), lambda.body)
      steps.push(timesOver(body, itemsOf(subject?.shape ?? never), 1))
      return body.shape
    },
  })
  return from(steps, shape)
}

function evaluateBinary(plan: Expression<"binary">, left: Evaluated, right: Evaluated): Evaluated {
  switch (plan.operator) {
    case "??": return from([left, right], either(left.shape, right.shape))
    case "+": {
      const isText = plan.type.kind === "string"
      return from([left, right], isText ? { kind: "joined", parts: [left.shape, right.shape] } : anyNumber)
    }
    case "-": case "*": case "/": case "%": return from([left, right], anyNumber)
    default: return from([left, right], anyBoolean)
  }
}

// ---------------------------------------------------------------- blocks

function prefixed(rows: readonly StepCost[], path: string): readonly StepCost[] {
  return rows.map((row) => ({ ...row, name: `${path}/${row.name}` }))
}

/** Branches may all run to their end; that they share the time is not counted on. */
function together(branches: readonly (readonly [string, Block])[], step: string): Pick<Evaluated, "cost" | "rows"> {
  return {
    cost: sequence(...branches.map(([, block]) => totalOf(block))),
    rows: branches.flatMap(([name, { rows }]) => prefixed(rows, `${step}/${name}`)),
  }
}

// ---------------------------------------------------------------- loops

function evaluateEach(analysis: Analysis, scope: Scope, plan: EachPlan): Evaluated {
  const items = evaluate(analysis, scope, plan.items)
  const atATime = plan.atATime === undefined ? undefined : evaluate(analysis, scope, plan.atATime)
  const element = elementOf(items.shape, boundless("the items of this list are not known", plan.items.origin))
  const index = plan.index === undefined ? [] : [[plan.index, anyNumber] as const]
  const body = evaluateBlock(analysis, inside(scope, [[plan.variable, element], ...index]), plan.body)
  const times = itemsOf(items.shape)
  const once: Evaluated = { shape: either(...body.returned), cost: totalOf(body), rows: body.rows }
  const rows = once.rows.map((row) => ({ ...row, name: `${plan.step}[]/${row.name}` }))
  const loop = timesOver({ ...once, rows }, times, concurrency(plan.atATime))
  const parts = [items, ...(atATime === undefined ? [] : [atATime]), loop]
  return from(parts, { kind: "list", element: once.shape, items: times })
}

/** A number that is only known at run time counts as one: it decides about time alone. */
function concurrency(atATime: ExpressionPlan | undefined): number {
  if (atATime?.kind !== "literal" || typeof atATime.value !== "number") return 1
  return Math.min(itemsAtATimeMax, Math.max(1, Math.floor(atATime.value)))
}

function timesOver(each: Evaluated, times: Bound, atATime: number): Evaluated {
  const rows = each.rows.map((row): StepCost => {
    const parallel = row.role === "undo" ? 1 : atATime
    return {
      ...row, times: product(row.times, times),
      amounts: multiplied(row.amounts, times, parallel), computed: multiplied(row.computed, times, parallel),
    }
  })
  return { ...each, cost: repeated(each.cost, times, atATime), rows }
}

// ---------------------------------------------------------------- statements

/** Costs of the paths through a block: those that reach its end, and those that leave it by `return` or `fail`. */
export interface Block {
  readonly through: Cost | undefined
  readonly left: Cost
  readonly rows: readonly StepCost[]
  readonly returned: readonly Shape[]
}

const empty: Block = { through: free, left: free, rows: [], returned: [] }

export function totalOf({ through, left }: Block): Cost {
  return worst(through ?? free, left)
}

export function evaluateBlock(analysis: Analysis, scope: Scope, statements: readonly StatementPlan[]): Block {
  return statements.reduce((block, statement) => {
    if (block.through === undefined) return block
    return following(block, evaluateStatement(analysis, scope, statement))
  }, empty)
}

function following(first: Block, second: Block): Block {
  const before = first.through ?? free
  return {
    through: second.through && sequence(before, second.through),
    left: worst(first.left, sequence(before, second.left)),
    rows: joinedLists(first.rows, second.rows),
    returned: joinedLists(first.returned, second.returned),
  }
}

function joinedLists<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  return first.length === 0 ? second : second.length === 0 ? first : [...first, ...second]
}

function branches(...blocks: readonly Block[]): Block {
  const through = blocks.flatMap((block) => (block.through === undefined ? [] : [block.through]))
  return {
    through: through.length === 0 ? undefined : worst(...through),
    left: worst(...blocks.map(({ left }) => left)),
    rows: blocks.flatMap(({ rows }) => rows),
    returned: blocks.flatMap(({ returned }) => returned),
  }
}

function straight({ cost, rows }: Evaluated): Block {
  return { ...empty, through: cost, rows }
}

function leaving({ cost, rows }: Evaluated, returned: readonly Shape[]): Block {
  return { through: undefined, left: cost, rows, returned }
}

function evaluateStatement(analysis: Analysis, scope: Scope, plan: StatementPlan): Block {
  const of = (expression: ExpressionPlan): Evaluated => evaluate(analysis, scope, expression)
  const block = (statements: readonly StatementPlan[], names: readonly (readonly [string, Shape])[] = []): Block =>
    evaluateInner(analysis, scope, statements, names)
  switch (plan.kind) {
    case "let": {
      const value = plan.value === undefined ? from([], never) : of(plan.value)
      // What a `var` will hold is not followed through loops and branches.
      const changing = boundless(`the size of the variable \`${plan.name}\` is not known`, plan.origin)
      scope.locals.set(plan.name, plan.mutable ? shapeOfKind(analysis.types, plan.type) ?? changing : value.shape)
      return straight(value)
    }
    case "assign": {
      const value = of(plan.value)
      scope.locals.set(plan.name, either(scope.locals.get(plan.name) ?? never, value.shape))
      return straight(value)
    }
    case "do": return straight(of(plan.value))
    case "log": return straight(of(plan.message))
    case "return": {
      const value = plan.value === undefined ? from([], exactly(null)) : of(plan.value)
      return leaving(value, [value.shape])
    }
    case "fail": {
      const parts = [plan.message, plan.data].flatMap((part) => (part === undefined ? [] : [of(part)]))
      return leaving(from(parts, never), [])
    }
    case "if": return following(straight(of(plan.condition)), branches(block(plan.then), block(plan.otherwise)))
    case "match": {
      const subject = of(plan.subject)
      const arms = plan.arms.map(({ binding, body }) =>
        block(body, binding === undefined ? [] : [[binding, subject.shape]]))
      return following(straight(subject), branches(...arms))
    }
    case "try": {
      const body = block(plan.body)
      const catches = plan.catches.map((each) => {
        const error = boundless("an error can say anything", each.origin)
        return block(each.body, each.binding === undefined ? [] : [[each.binding, error]])
      })
      // Whatever the body did before it failed is paid for.
      return branches(body, following({ ...empty, through: totalOf(body) }, branches(...catches)))
    }
    case "finish": return leaving(plan.value === undefined ? from([], never) : of(plan.value), [])
    case "parallel": {
      const branches = plan.branches.map(({ name, body }) => [name, evaluateInner(analysis, scope, body, [])] as const)
      for (const [name, { returned }] of branches) scope.locals.set(name, either(...returned))
      return straight({ ...together(branches, plan.step), shape: never })
    }
    case "loop": return evaluateLoop(analysis, scope, plan)
    case "sleep": {
      const { value } = plan
      const known = !plan.until && value.kind === "literal"
      const timeMs = known ? bounded(Number(value.value)) : unbounded("how long this sleeps is not known", plan.origin)
      return straight(from([of(value), { shape: never, cost: { ...free, work: { ...nothing, timeMs } }, rows: [] }], never))
    }
    case "publish": {
      const sent: Evaluated = { shape: never, cost: { ...free, work: { ...nothing, steps: one, timeMs: bounded(backoffMs(inboxRetries)) } }, rows: [] }
      return straight(from([of(plan.topic), of(plan.value), sent], never))
    }
    case "continueAsNew": {
      const again = amountsOf(() => unbounded("the run continues as new, as often as it wants", plan.origin))
      return leaving(from([...plan.arguments.map(({ value }) => of(value)), { shape: never, cost: { ...free, work: again }, rows: [] }], never), [])
    }
    default: return unreachable(plan)
  }
}

/** Every round costs what the dearest does; its condition is asked once more. */
function evaluateLoop(analysis: Analysis, scope: Scope, plan: LoopPlan): Block {
  const asked = plan.while === undefined ? from([], never) : evaluate(analysis, scope, plan.while)
  const own = inside(scope, [])
  const body = evaluateInner(analysis, own, plan.body, [])
  const until = plan.until === undefined ? from([], never) : evaluate(analysis, own, plan.until)
  const round: Evaluated = {
    shape: never, cost: sequence(asked.cost, totalOf(body), until.cost),
    rows: [...asked.rows, ...body.rows, ...until.rows].map((row) => ({ ...row, name: `${plan.step}[]/${row.name}` })),
  }
  const all = timesOver(round, bounded(plan.times), 1)
  return { through: sequence(all.cost, asked.cost), left: all.cost, rows: all.rows, returned: body.returned }
}

/** Names declared inside end with the block; what it assigns to names outside stays. */
function evaluateInner(
  analysis: Analysis, scope: Scope, statements: readonly StatementPlan[], names: readonly (readonly [string, Shape])[],
): Block {
  const own = inside(scope, names)
  const block = evaluateBlock(analysis, own, statements)
  const isOwn = (name: string): boolean =>
    names.some(([declared]) => declared === name) || statements.some((each) => each.kind === "let" && each.name === name)
  scope.locals.forEach((before, name) => {
    const shape = own.locals.get(name)!
    if (shape !== before && !isOwn(name)) scope.locals.set(name, shape)
  })
  return block
}
