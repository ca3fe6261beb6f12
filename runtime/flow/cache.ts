// `cache`: successes by what they depend on, kept in the state store for every run.

import { cacheActivity } from "../contract.ts"
import type { Cache, Callable, Flow } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { durationMs } from "../policy/duration.ts"
import { sha256Hex } from "../policy/hash.ts"
import { accept } from "../schema/accept.ts"
import { serviceStep } from "./service.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame } from "./state.ts"

export interface Cached<P extends object, R> {
  readonly callable: Callable<P, R>
  readonly parameters: P
  readonly cache: Cache<P> | undefined
}

/** `isFresh` says that the work was done now, and may have to be undone. */
export interface Worked<R> {
  readonly value: R
  readonly isFresh: boolean
}

export function* throughCache<P extends object, R>(frame: Frame, cached: Cached<P, R>, work: () => Flow<R>): Flow<Worked<R>> {
  const { callable, parameters, cache } = cached
  if (!cache) return { value: yield* work(), isFresh: true }
  const depends = JSON.stringify(cache.by ? cache.by(parameters) : parameters) ?? ""
  const key = `cache:${callable.name}:${sha256Hex(depends, 32)}`
  const kept = (yield* ask(frame, { action: "get", key })) as { readonly value: unknown } | null | undefined
  if (kept) {
    // An older version of the program may have written it.
    const accepted = accept(callable.spec.result, kept.value)
    if (accepted.ok) return { value: accepted.value, isFresh: false }
  }
  const value = yield* work()
  yield* ask(frame, { action: "put", key, value, forMs: durationMs(cache.for) })
  return { value, isFresh: true }
}

/** A cache that can't be reached is an empty one. */
function* ask(frame: Frame, parameters: object): Flow<unknown> {
  const own = openFrame(frame, stepPath(frame, "cache"))
  try {
    return yield* serviceStep(own, { activity: cacheActivity, step: own.path, parameters })
  } catch (thrown) {
    if (thrown instanceof FlowError && catches(thrown)) return undefined
    throw thrown
  }
}
