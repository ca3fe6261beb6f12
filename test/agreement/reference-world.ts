// The oracle's world: a clock, what happens at which time, pieces of work beside each other, and the ledger.

import type { BudgetPlan, ModelPlan, OverBudgetPlan } from "../../compiler/3-plan/types.ts"
import type { Names, Work } from "./reference-values.ts"

// ---------------------------------------------------------------- time and work

export interface Clock {
  now: number
  readonly wakes: { readonly at: number; readonly happen: () => void }[]
  /** Whose work goes on right now. */
  current?: Process
}

export function at(clock: Clock, time: number, happen: () => void): void {
  clock.wakes.push({ at: Math.max(time, clock.now), happen })
}

/** The earliest; of several at one time the one that was planned first. */
export function nextWake({ wakes }: Clock): Clock["wakes"][number] | undefined {
  const earliest = Math.min(...wakes.map((wake) => wake.at))
  return wakes.splice(wakes.findIndex((wake) => wake.at === earliest), 1)[0]
}

export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly thrown: unknown }

/** A piece of work and what runs beside it as parts of it, in the order of their start. */
export interface Process {
  readonly work: Work<unknown>
  readonly ended: (outcome: Outcome) => void
  ready: () => boolean
  hasStarted: boolean
  outcome: Outcome | undefined
  children: Process[]
}

export function spawn(parent: Process | undefined, work: Work<unknown>, ended: (outcome: Outcome) => void = () => {}): Process {
  const made: Process = { work, ended, ready: () => true, hasStarted: false, outcome: undefined, children: [] }
  parent?.children.push(made)
  return made
}

/** Goes on with everything that can go on, parts before the whole, until all of it waits. */
export function advance(clock: Clock, process: Process): boolean {
  for (let hasMoved = false; ; hasMoved = true) {
    let moves = false
    for (const child of [...process.children]) moves = (process.children.includes(child) && advance(clock, child)) || moves
    process.children = process.children.filter(({ outcome, children }) => outcome === undefined || children.length > 0)
    if (process.outcome === undefined && process.ready()) {
      clock.current = process
      step(process)
      moves = true
    }
    if (!moves) return hasMoved
  }
}

function step(process: Process): void {
  process.hasStarted = true
  try {
    const next = process.work.next()
    if (next.done === true) process.outcome = { ok: true, value: next.value }
    else process.ready = next.value
  } catch (thrown) {
    process.outcome = { ok: false, thrown }
  }
  if (process.outcome !== undefined) process.ended(process.outcome)
}

// ---------------------------------------------------------------- the ledger

export const units = ["tokens", "nanoDollars", "turns", "calls"] as const
export type Unit = (typeof units)[number]
export type Amounts = Readonly<Record<Unit, number>>

export interface Account {
  readonly name: string
  readonly parent: Account | undefined
  caps: BudgetPlan
  spent: Amounts
  reserved: Amounts
  /** The `else` of the budget; `more` is what a yes adds, gone after a no. */
  readonly over: { readonly plan: OverBudgetPlan; readonly names: Names; more: BudgetPlan | undefined; isAsking: boolean } | undefined
}

export const nothing: Amounts = { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }

export function byUnit(amount: (unit: Unit) => number): Amounts {
  return { tokens: amount("tokens"), nanoDollars: amount("nanoDollars"), turns: amount("turns"), calls: amount("calls") }
}

export function finite(amounts: Amounts): BudgetPlan {
  return Object.fromEntries(units.filter((unit) => amounts[unit] < Infinity).map((unit) => [unit, amounts[unit]]))
}

export function openAccount(name: string, caps: BudgetPlan, parent?: Account, over?: { readonly plan: OverBudgetPlan; readonly names: Names }): Account {
  return { name, parent, caps, spent: nothing, reserved: nothing, over: over && { ...over, more: caps, isAsking: false } }
}

export function enclosing(account: Account): readonly Account[] {
  return account.parent === undefined ? [account] : [account, ...enclosing(account.parent)]
}

export function left({ caps, spent, reserved }: Account, unit: Unit): number {
  return (caps[unit] ?? Infinity) - spent[unit] - reserved[unit]
}

export interface Refusal {
  readonly by: Account
  readonly unit: Unit
  readonly needed: number
  readonly left: number
}

export function refusalOf(account: Account, amounts: Amounts): Refusal | undefined {
  for (const by of enclosing(account)) {
    const unit = units.find((each) => amounts[each] > left(by, each))
    if (unit !== undefined) return { by, unit, needed: amounts[unit], left: Math.max(0, left(by, unit)) }
  }
  return undefined
}

export function book(account: Account, { reserved = nothing, spent = nothing }: { readonly reserved?: Amounts; readonly spent?: Amounts }, sign = 1): void {
  for (const each of enclosing(account)) {
    each.reserved = byUnit((unit) => each.reserved[unit] + sign * reserved[unit])
    each.spent = byUnit((unit) => each.spent[unit] + spent[unit])
  }
}

export function costOf({ price }: ModelPlan, inputTokens: number, outputTokens: number): Amounts {
  const exact = BigInt(price.inputNanoDollars) * BigInt(inputTokens) + BigInt(price.outputNanoDollars) * BigInt(outputTokens)
  const per = BigInt(price.perTokens)
  return { tokens: inputTokens + outputTokens, nanoDollars: Number((exact + per - 1n) / per), turns: 1, calls: 0 }
}

/** As much output as every account around has room for, and at least what is worth a call. */
export function allowanceOf(account: Account, model: ModelPlan, inputTokens: number): { readonly amounts: Amounts; readonly outputTokens: number } {
  const room = byUnit((unit) => Math.min(...enclosing(account).map((each) => left(each, unit))))
  const { inputNanoDollars, outputNanoDollars, perTokens } = model.price
  const money = Math.max(0, Math.min(room.nanoDollars, Number.MAX_SAFE_INTEGER))
  const unspent = BigInt(money) * BigInt(perTokens) - BigInt(inputNanoDollars) * BigInt(inputTokens)
  const affordable = unspent < 0n ? 0 : outputNanoDollars === 0 ? Infinity : Number(unspent / BigInt(outputNanoDollars))
  const outputTokens = Math.min(model.outputTokens, room.tokens - inputTokens, affordable)
  return { amounts: costOf(model, inputTokens, Math.max(outputTokens, Math.min(256, model.outputTokens))), outputTokens }
}

export function dollars(nanoDollars: number): string {
  const places = nanoDollars % 10_000_000 === 0 ? 2 : nanoDollars >= 100_000_000 ? 4 : 6
  return `$${(nanoDollars / 1e9).toFixed(places)}`
}
