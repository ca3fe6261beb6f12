// Built-ins of the language that have no JavaScript method of the same meaning.

import type { Json } from "./contract.ts"
import { formatDuration } from "./policy/duration.ts"

/** A value inside an interpolation: strings as they are, money and durations as people write them, the rest as JSON. */
export function text(value: unknown, as?: "money" | "duration"): string {
  if (typeof value === "string") return value
  if (value === undefined) return "null"
  if (typeof value === "number" && as === "money") return moneyText(value)
  if (typeof value === "number" && as === "duration") return value < 0 ? `-${formatDuration(-value)}` : formatDuration(value)
  return JSON.stringify(value)
}

/** "$0.50": cents always, smaller parts where there are some. */
function moneyText(dollars: number): string {
  const digits = Math.abs(dollars).toFixed(9).replace(/(\.\d\d\d*?)0+$/, "$1")
  return `${dollars < 0 ? "-" : ""}$${digits}`
}

/** What a map or a JSON record holds under the key itself; a list, a text or nothing holds nothing under a key. */
export function entry<T>(map: { readonly [key: string]: T } | Json, key: string): T | undefined {
  if (typeof map !== "object" || map === null || Array.isArray(map) || !Object.hasOwn(map, key)) return undefined
  return (map as { readonly [key: string]: T })[key]
}

type Sortable = string | number | boolean

/** Lists: every function gives a new list and leaves its arguments alone. */
export const list = {
  /** Consecutive pieces of at most `size` items. */
  chunks<T>(items: readonly T[], size: number): T[][] {
    const step = Math.max(1, Math.floor(size))
    const starts = Array.from({ length: Math.ceil(items.length / step) }, (_, index) => index * step)
    return starts.map((start) => items.slice(start, start + step))
  },

  flat<T>(items: readonly (readonly T[])[]): T[] {
    return items.flat() as T[]
  },

  /** The first of each set of structurally equal items, in order. */
  distinct<T>(items: readonly T[]): T[] {
    const seen = new Set<string>()
    return items.filter((item) => {
      const key = canonical(item)
      return seen.has(key) ? false : seen.add(key)
    })
  },

  /** Stable, ascending; strings by code point, so that no locale of a machine decides. */
  sortBy<T>(items: readonly T[], by: (item: T) => Sortable): T[] {
    return items
      .map((item) => ({ item, key: by(item) }))
      .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
      .map(({ item }) => item)
  },

  /** Groups in the order in which their keys first appear. */
  groupBy<T>(items: readonly T[], by: (item: T) => Sortable): Record<string, T[]> {
    const groups = new Map<string, T[]>()
    for (const item of items) {
      const key = String(by(item))
      const group = groups.get(key)
      if (group) group.push(item)
      else groups.set(key, [item])
    }
    return Object.fromEntries(groups)
  },

  sum(items: readonly number[]): number {
    return items.reduce((total, item) => total + item, 0)
  },

  take<T>(items: readonly T[], count: number): T[] {
    return items.slice(0, Math.max(0, Math.floor(count)))
  },

  join(items: readonly unknown[], separator = ""): string {
    return items.map((item) => text(item)).join(separator)
  },
} as const

/** JSON with sorted keys: equal for structurally equal values. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  ) ?? "undefined"
}
