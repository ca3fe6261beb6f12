// The ledger: reserve, call, settle, in every enclosing account at once.

import type { Amounts, Budget, Caps, ModelSpec, OverBudget, Task } from "../contract.ts"
import { affordableOutputTokens, costNanoDollars, nanoDollars } from "./money.ts"

/** One account of a run. Mutable, and only ever held by the run's own replayed state. */
export interface Account {
  readonly name: string
  readonly parent: Account | undefined
  caps: Caps
  spent: Amounts
  reserved: Amounts
  readonly over: Over | undefined
}

/** The `else` of a budget, with what it needs when the budget has no room. */
export interface Over {
  readonly action: OverBudget
  /** Of the run's own budget they are known only once its input is accepted. */
  parameters: object
  /** What a person's yes adds; undefined once somebody has said no. */
  more: Caps | undefined
  /** Set while a person is asked: who runs out meanwhile waits for that answer. */
  asking: (Task & { raise(): void }) | undefined
}

export const noAmounts: Amounts = { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }

const units = ["tokens", "nanoDollars", "turns", "calls"] as const

/** An answer of fewer tokens than this is not worth a call. */
export const usefulOutputTokens = 256

export function openAccount(name: string, caps: Caps, parent?: Account, over?: Over): Account {
  return { name, parent, caps, spent: noAmounts, reserved: noAmounts, over }
}

export function capsOf(budget: Budget | undefined): Caps {
  if (budget === undefined) return {}
  const { dollars, ...counted } = budget
  return dollars === undefined ? counted : { ...counted, nanoDollars: nanoDollars(dollars) }
}

/** A place that may declare a budget, and what follows when it is used up. */
export interface Budgeted {
  readonly budget?: Budget | undefined
  readonly overBudget?: OverBudget | undefined
}

/** Opens an account for each budget in turn, the first outermost; without any it is the parent itself. */
export function openAccounts(opened: {
  readonly name: string
  readonly parameters: object
  readonly places: readonly Budgeted[]
  readonly parent: Account
}): Account {
  return opened.places.reduce((outer, { budget, overBudget }) => {
    if (!budget) return outer
    const caps = capsOf(budget)
    return openAccount(opened.name, caps, outer, overOf(overBudget, opened.parameters, caps))
  }, opened.parent)
}

export function overOf(action: OverBudget | undefined, parameters: object, caps: Caps): Over | undefined {
  return action && { action, parameters, more: caps, asking: undefined }
}

export function addCaps(caps: Caps, more: Caps): Caps {
  const sums = units.flatMap((unit) => (caps[unit] === undefined ? [] : [[unit, caps[unit] + (more[unit] ?? 0)]]))
  return Object.fromEntries(sums) as Caps
}

/** The tighter of two, unit by unit. */
export function leastCaps(one: Caps, other: Caps): Caps {
  const caps = units.flatMap((unit) => {
    const least = Math.min(one[unit] ?? Infinity, other[unit] ?? Infinity)
    return least === Infinity ? [] : [[unit, least]]
  })
  return Object.fromEntries(caps) as Caps
}

/** A refusal as it is told, and the account that refused. */
export interface Refused {
  readonly by: Account
  readonly refusal: Refusal
}

export interface Refusal {
  readonly account: string
  readonly unit: keyof Amounts
  readonly needed: number
  readonly left: number
}

/** Takes the amounts out of every enclosing account, or out of none and says which had no room. */
export function reserve(account: Account, amounts: Amounts): Refused | undefined {
  const refused = refusalOf(account, amounts)
  if (refused) return refused
  for (const enclosing of chain(account)) enclosing.reserved = add(enclosing.reserved, amounts)
  return undefined
}

/** Gives a reservation back and charges what was really spent, in every enclosing account. */
export function settle(account: Account, entry: { readonly reserved: Amounts; readonly spent: Amounts }): void {
  for (const enclosing of chain(account)) {
    enclosing.reserved = subtract(enclosing.reserved, entry.reserved)
    enclosing.spent = add(enclosing.spent, entry.spent)
  }
}

/** What a call may still use in the tightest enclosing account. */
export function room(account: Account): Amounts {
  const accounts = chain(account)
  const least = (unit: keyof Amounts): number => Math.min(...accounts.map((enclosing) => left(enclosing, unit)))
  return { tokens: least("tokens"), nanoDollars: least("nanoDollars"), turns: least("turns"), calls: least("calls") }
}

export interface Allowance {
  readonly ok: true
  readonly amounts: Amounts
  readonly maxOutputTokens: number
}

/**
 * The most that one model call may use: its input, estimated from above, and as much output as the model gives and the
 * tightest account leaves.
 */
export function modelAllowance(
  account: Account, call: { readonly model: ModelSpec; readonly inputTokens: number },
): Allowance | { readonly ok: false; readonly refused: Refused } {
  const { model, inputTokens } = call
  const available = room(account)
  const useful = Math.min(usefulOutputTokens, model.output)
  const maxOutputTokens = Math.floor(Math.min(
    model.output,
    available.tokens - inputTokens,
    affordableOutputTokens(model.price, inputTokens, available.nanoDollars),
  ))
  const amounts = modelAmounts(model, inputTokens, Math.max(maxOutputTokens, useful))
  const refused = refusalOf(account, amounts)
  return refused ? { ok: false, refused } : { ok: true, amounts, maxOutputTokens }
}

/**
 * What a child run may spend: what it declares for itself, and of a unit that it doesn't name its share of what is
 * left, so that one of several children at a time can't take everything from the others.
 */
export function childAllotment(account: Account, declared: Caps, share: number): Caps {
  const available = room(account)
  const caps = units.flatMap((unit) => {
    // What siblings hold counts too, or the share of the second would be a share of what the first has left over.
    const unspent = Math.min(...chain(account).map(({ caps, spent }) => (caps[unit] ?? Infinity) - spent[unit]))
    const wanted = declared[unit] ?? Math.floor(unspent / share)
    const least = Math.max(0, Math.min(wanted, available[unit]))
    return least === Infinity ? [] : [[unit, least]]
  })
  return Object.fromEntries(caps) as Caps
}

/** What a model call of that size counts for. */
export function modelAmounts(model: ModelSpec, inputTokens: number, outputTokens: number): Amounts {
  return {
    tokens: inputTokens + outputTokens,
    nanoDollars: costNanoDollars(model.price, inputTokens, outputTokens),
    turns: 1,
    calls: 0,
  }
}

function refusalOf(account: Account, amounts: Amounts): Refused | undefined {
  for (const enclosing of chain(account)) {
    const unit = units.find((candidate) => amounts[candidate] > left(enclosing, candidate))
    if (!unit) continue
    const available = Math.max(0, left(enclosing, unit))
    return { by: enclosing, refusal: { account: enclosing.name, unit, needed: amounts[unit], left: available } }
  }
  return undefined
}

function left(account: Account, unit: keyof Amounts): number {
  return (account.caps[unit] ?? Infinity) - account.spent[unit] - account.reserved[unit]
}

function chain(account: Account): readonly Account[] {
  const accounts: Account[] = []
  for (let enclosing: Account | undefined = account; enclosing; enclosing = enclosing.parent) accounts.push(enclosing)
  return accounts
}

function add(left: Amounts, right: Amounts): Amounts {
  return {
    tokens: left.tokens + right.tokens,
    nanoDollars: left.nanoDollars + right.nanoDollars,
    turns: left.turns + right.turns,
    calls: left.calls + right.calls,
  }
}

function subtract(left: Amounts, right: Amounts): Amounts {
  return {
    tokens: left.tokens - right.tokens,
    nanoDollars: left.nanoDollars - right.nanoDollars,
    turns: left.turns - right.turns,
    calls: left.calls - right.calls,
  }
}
