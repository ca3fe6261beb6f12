// Money as integers of a nano-dollar: sums are exact, and rounding is always against the caller.

import type { ModelPrice } from "../contract.ts"

export const nanoDollarsPerDollar = 1_000_000_000

export function nanoDollars(dollars: number): number {
  return Math.round(dollars * nanoDollarsPerDollar)
}

/** What the tokens cost; a fraction of a nano-dollar is a whole one. */
export function costNanoDollars(price: ModelPrice, inputTokens: number, outputTokens: number): number {
  const total =
    BigInt(nanoDollars(price.input)) * BigInt(Math.ceil(inputTokens)) +
    BigInt(nanoDollars(price.output)) * BigInt(Math.ceil(outputTokens))
  const per = BigInt(price.per)
  return Number((total + per - 1n) / per)
}

/** How many output tokens the money buys after the input is paid; never below zero. */
export function affordableOutputTokens(price: ModelPrice, inputTokens: number, availableNanoDollars: number): number {
  const outputPrice = BigInt(nanoDollars(price.output))
  const leftTimesPer =
    BigInt(Math.floor(Math.max(0, Math.min(availableNanoDollars, Number.MAX_SAFE_INTEGER)))) * BigInt(price.per) -
    BigInt(nanoDollars(price.input)) * BigInt(Math.ceil(inputTokens))
  if (leftTimesPer < 0n) return 0
  return outputPrice === 0n ? Number.MAX_SAFE_INTEGER : Number(leftTimesPer / outputPrice)
}

/** "$0.0123", "$2.50": at least cents, at most six places. */
export function formatDollars(amountNanoDollars: number): string {
  const places = amountNanoDollars % 10_000_000 === 0 ? 2 : amountNanoDollars >= 100_000_000 ? 4 : 6
  return `$${(amountNanoDollars / nanoDollarsPerDollar).toFixed(places)}`
}
