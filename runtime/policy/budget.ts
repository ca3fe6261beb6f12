// The ledger: reserve, call, settle, in every enclosing account at once.

import type { Amounts, Budget, Caps, ModelSpec } from "../contract.ts"
import { affordableOutputTokens, costNanoDollars, nanoDollars } from "./money.ts"

/** One account of a run. Mutable, and only ever held by the run's own replayed state. */
export interface Account {
  readonly name: string
  readonly parent: Account | undefined
  readonly caps: Caps
  spent: Amounts
  reserved: Amounts
}

export const noAmounts: Amounts = { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }

const units = ["tokens", "nanoDollars", "turns", "calls"] as const

/** An answer of fewer tokens than this is not worth a call. */
export const usefulOutputTokens = 256

export function openAccount(name: string, caps: Caps, parent?: Account): Account {
  return { name, parent, caps, spent: noAmounts, reserved: noAmounts }
}

export function capsOf(budget: Budget | undefined): Caps {
  if (budget === undefined) return {}
  const { dollars, ...counted } = budget
  return dollars === undefined ? counted : { ...counted, nanoDollars: nanoDollars(dollars) }
}

/** Opens an account for each budget in turn, the first outermost; without any it is the parent itself. */
export function openAccounts(name: string, budgets: readonly (Budget | undefined)[], parent: Account): Account {
  const declared = budgets.filter((budget) => budget !== undefined)
  return declared.reduce((outer, budget) => openAccount(name, capsOf(budget), outer), parent)
}

export interface Refusal {
  readonly account: string
  readonly unit: keyof Amounts
  readonly needed: number
  readonly left: number
}

/** Takes the amounts out of every enclosing account, or out of none and says which had no room. */
export function reserve(account: Account, amounts: Amounts): Refusal | undefined {
  const refusal = refusalOf(account, amounts)
  if (refusal) return refusal
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
): Allowance | { readonly ok: false; readonly refusal: Refusal } {
  const { model, inputTokens } = call
  const available = room(account)
  const useful = Math.min(usefulOutputTokens, model.output)
  const maxOutputTokens = Math.floor(Math.min(
    model.output,
    available.tokens - inputTokens,
    affordableOutputTokens(model.price, inputTokens, available.nanoDollars),
  ))
  const amounts = modelAmounts(model, inputTokens, Math.max(maxOutputTokens, useful))
  const refusal = refusalOf(account, amounts)
  return refusal ? { ok: false, refusal } : { ok: true, amounts, maxOutputTokens }
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

function refusalOf(account: Account, amounts: Amounts): Refusal | undefined {
  for (const enclosing of chain(account)) {
    const unit = units.find((candidate) => amounts[candidate] > left(enclosing, candidate))
    if (unit) return { account: enclosing.name, unit, needed: amounts[unit], left: Math.max(0, left(enclosing, unit)) }
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
