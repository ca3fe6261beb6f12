// Arithmetic of bounds: sums, products and maxima that stay honest about what is unbounded.
// Loops by index: a process that has just started runs an iterator three times as long, and leaves an object behind for each item.

import type { Location } from "../../base/text/span.ts"
import type { Bound } from "./types.ts"

type Bounded = Extract<Bound, { readonly kind: "bounded" }>

export const zero: Bounded = { kind: "bounded", value: 0, by: [] }
export const one: Bounded = { kind: "bounded", value: 1, by: [] }

export function bounded(value: number, by: readonly string[] = []): Bounded {
  return { kind: "bounded", value, by }
}

export function unbounded(why: string, origin: Location): Bound {
  return { kind: "unbounded", why, origin }
}

export function plus(...bounds: readonly Bound[]): Bound {
  let total: Bounded = zero
  for (let index = 0; index < bounds.length; index++) {
    const bound = bounds[index]!
    if (bound.kind === "unbounded") return bound
    if (total === zero) total = bound
    else if (bound.value !== 0 || bound.by.length > 0) total = bounded(total.value + bound.value, union(total.by, bound.by))
  }
  return total
}

/** Nothing, however often, is nothing. */
export function product(left: Bound, right: Bound): Bound {
  if (isZero(left) || isZero(right)) return zero
  if (left.kind === "unbounded") return left
  if (right.kind === "unbounded") return right
  return bounded(left.value * right.value, union(left.by, right.by))
}

export function most(...bounds: readonly Bound[]): Bound {
  let highest: Bounded = zero
  for (let index = 0; index < bounds.length; index++) {
    const bound = bounds[index]!
    if (bound.kind === "unbounded") return bound
    if (bound.value > highest.value) highest = bound
  }
  return highest
}

/** The smaller of two bounds of the same thing; the left one where they are equal. */
export function least(left: Bound, right: Bound): Bound {
  if (left.kind === "unbounded") return right
  return right.kind === "bounded" && right.value < left.value ? right : left
}

/** Rounded up to whole parts. */
export function dividedBy(bound: Bound, divisor: number): Bound {
  return bound.kind === "unbounded" ? bound : bounded(Math.ceil(bound.value / divisor), bound.by)
}

export function isZero(bound: Bound): boolean {
  return bound.kind === "bounded" && bound.value === 0
}

function union(left: readonly string[], right: readonly string[]): readonly string[] {
  if (right.length === 0 || left === right) return left
  return left.length === 0 ? right : [...new Set([...left, ...right])]
}
