// The only throws in the pure folders: mistakes of ours, never of a user.

/** Crashes when one of our own invariants does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`)
}

/** Closes a sum: a new kind that a switch forgets does not compile. */
export function unreachable(value: never): never {
  throw new Error(`internal: unreachable value ${JSON.stringify(value)}`)
}
