// Costs of a piece of a workflow: what its work uses and, apart from it, what undoing that work uses.

import type { BudgetPlan, ModelPlan } from "../3-plan/types.ts"
import { bounded, dividedBy, least, most, plus, product, zero } from "./arithmetic.ts"
import type { Amounts, Bound, Unit } from "./types.ts"

/** A budget that holds at some place. */
export interface Held {
  readonly budget: BudgetPlan
  /** "budget of Researcher" */
  readonly label: string
}

export interface Cost {
  readonly work: Amounts
  /** Undo steps belong to the run: only its own budget holds them, and never its `calls`. */
  readonly undo: Amounts
  /** The longest single attempt: what may be in flight when a deadline passes. */
  readonly attemptMs: Bound
  /** Whose prices turn tokens into dollars and back. */
  readonly models: ReadonlySet<ModelPlan>
}

export const nothing: Amounts = {
  tokens: zero, nanoDollars: zero, turns: zero, calls: zero, steps: zero, timeMs: zero, waitMs: zero,
}
export const free: Cost = { work: nothing, undo: nothing, attemptMs: zero, models: new Set() }

/** Written out: an editor computes bounds at every key. */
export function amountsOf(bound: (unit: Unit) => Bound): Amounts {
  return {
    tokens: bound("tokens"), nanoDollars: bound("nanoDollars"), turns: bound("turns"), calls: bound("calls"),
    steps: bound("steps"), timeMs: bound("timeMs"), waitMs: bound("waitMs"),
  }
}

export function sum(...amounts: readonly Amounts[]): Amounts {
  let total = nothing
  for (let index = 0; index < amounts.length; index++) total = joined(total, amounts[index]!, plus)
  return total
}

/** One after the other. */
export function sequence(...costs: readonly Cost[]): Cost {
  return combined(costs, plus)
}

/** One or the other. */
export function worst(...costs: readonly Cost[]): Cost {
  return combined(costs, most)
}

function combined(costs: readonly Cost[], join: Join): Cost {
  let total = free
  for (let index = 0; index < costs.length; index++) total = combine(total, costs[index]!, join)
  return total
}

type Join = (left: Bound, right: Bound) => Bound

/** Zero is neutral in a sum and in a maximum. */
function joined(left: Amounts, right: Amounts, join: Join): Amounts {
  if (right === nothing || left === right && join === most) return left
  return left === nothing ? right : amountsOf((unit) => join(left[unit], right[unit]))
}

function combine(left: Cost, right: Cost, join: Join): Cost {
  if (right === free) return left
  if (left === free) return right
  return {
    work: joined(left.work, right.work, join),
    undo: joined(left.undo, right.undo, join),
    attemptMs: most(left.attemptMs, right.attemptMs),
    models: right.models.size === 0 ? left.models : left.models.size === 0 ? right.models : new Set([...left.models, ...right.models]),
  }
}

/** Every item of a list. Undoing is never parallel. */
export function repeated(cost: Cost, times: Bound, atATime: number): Cost {
  return {
    ...cost,
    work: multiplied(cost.work, times, atATime),
    undo: multiplied(cost.undo, times),
  }
}

export function multiplied(amounts: Amounts, times: Bound, atATime = 1): Amounts {
  if (amounts === nothing) return nothing
  const rounds = dividedBy(times, atATime)
  return amountsOf((unit) => product(amounts[unit], unit === "timeMs" || unit === "waitMs" ? rounds : times))
}

export function all({ work, undo }: Cost): Amounts {
  return sum(work, undo)
}

/** What a budget leaves of a bound; tokens bound dollars and the other way round, by the prices of the models. */
export function capped(
  amounts: Amounts, { budget, label }: Held, models: ReadonlySet<ModelPlan>,
): Amounts {
  const cap = (unit: "tokens" | "nanoDollars" | "turns" | "calls"): Bound =>
    budget[unit] === undefined ? amounts[unit] : least(amounts[unit], bounded(budget[unit], [label]))
  const turns = cap("turns")
  const [tokens, nanoDollars] = [cap("tokens"), cap("nanoDollars")]
  return {
    ...amounts,
    turns,
    calls: cap("calls"),
    tokens: least(tokens, tokensFor(nanoDollars, models) ?? tokens),
    nanoDollars: least(nanoDollars, dollarsFor(tokens, turns, models) ?? nanoDollars),
  }
}

/** The most that so many tokens cost. Each call is rounded up to a whole nano-dollar. */
function dollarsFor(tokens: Bound, turns: Bound, models: ReadonlySet<ModelPlan>): Bound | undefined {
  if (tokens.kind === "unbounded" || models.size === 0) return undefined
  const rates = [...models].map(({ price, outputTokens }) => ({
    input: price.inputNanoDollars / price.perTokens, output: price.outputNanoDollars / price.perTokens, outputTokens,
  }))
  const isWhole = rates.every(({ input, output }) => Number.isInteger(input) && Number.isInteger(output))
  if (!isWhole && turns.kind === "unbounded") return undefined
  const inputRate = Math.max(...rates.map(({ input }) => input))
  const outputRate = Math.max(inputRate, ...rates.map(({ output }) => output))
  const answered = Math.max(...rates.map(({ outputTokens }) => outputTokens))
  const output = turns.kind === "bounded" ? Math.min(tokens.value, turns.value * answered) : tokens.value
  const exact = output * outputRate + (tokens.value - output) * inputRate
  const rounding = isWhole || turns.kind === "unbounded" ? 0 : turns.value + 1
  return bounded(Math.ceil(exact) + rounding, tokens.by)
}

/** The most tokens that so much money buys; none are free of charge. */
function tokensFor(nanoDollars: Bound, models: ReadonlySet<ModelPlan>): Bound | undefined {
  if (nanoDollars.kind === "unbounded" || models.size === 0) return undefined
  const rates = [...models].map(({ price: { inputNanoDollars, outputNanoDollars, perTokens } }) =>
    Math.min(inputNanoDollars, outputNanoDollars) / perTokens)
  const cheapest = Math.min(...rates)
  return cheapest > 0 ? bounded(Math.ceil(nanoDollars.value / cheapest), nanoDollars.by) : undefined
}
