// Blocks of a body: branches together, clauses around, a saga, the rounds of a loop.

import type { Branches, BranchResults, Flow, LoopOptions, Policy, Run, Within } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { openAccounts } from "../policy/budget.ts"
import { durationMs } from "../policy/duration.ts"
import { runTogether } from "./fibers.ts"
import { Leave } from "./leave.ts"
import { orValue } from "./over-budget.ts"
import { openDeadline, throwIfStopped } from "./scope.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame, Saga } from "./state.ts"
import { compensate, joinSagas } from "./undo.ts"

export function* parallel<B extends Branches>(frame: Frame, name: string, branches: B): Flow<BranchResults<B>> {
  const path = stepPath(frame, name)
  const entries = Object.entries(branches)
  const outcomes = yield* runTogether<unknown>(frame.scope, {
    count: entries.length,
    atATime: entries.length,
    start(index, scope) {
      const [branch, body] = entries[index] as (typeof entries)[number]
      const share = frame.share * entries.length
      return body(frame.state.runOf(openFrame(frame, `${path}/${branch}`, { scope, share })))
    },
    isFatal: () => true,
  })
  const results = entries.map(([branch], index) => {
    const outcome = outcomes[index]
    return [branch, outcome?.ok ? outcome.value : undefined]
  })
  return Object.fromEntries(results) as BranchResults<B>
}

export function* within<R, E>(
  frame: Frame, name: string, clauses: Within<E>, body: (run: Run) => Flow<R>,
): Flow<R | E> {
  const path = stepPath(frame, name)
  throwIfStopped(frame.scope, path)
  const { budget, overBudget, deadline, fallback, ...defaults } = clauses
  // The block's value is what an `else` of its budget gives, and orValue gives it nowhere else.
  const places = [{ budget, overBudget } as Pick<Policy<object, unknown>, "budget" | "overBudget">]
  const account = openAccounts({ name: path, parameters: {}, places, parent: frame.account })
  const scope = deadline === undefined
    ? frame.scope
    : openDeadline(frame.state.context, { of: "block", lengthMs: durationMs(deadline), parent: frame.scope })
  const inner = openFrame(frame, path, { account, scope, defaults: { ...frame.defaults, ...defaults } })
  const outside = openFrame(frame, path)
  try {
    return yield* orValue<R | E>(outside, account, body(frame.state.runOf(inner)))
  } catch (thrown) {
    if (!fallback || !(thrown instanceof FlowError) || !catches(thrown, ...(fallback.on ?? []))) throw thrown
    throwIfStopped(frame.scope, path)
    return yield* fallback.value(frame.state.runOf(openFrame(outside, stepPath(outside, "fallback"))), {})
  }
}

export function* saga<R>(frame: Frame, name: string, body: (run: Run) => Flow<R>): Flow<R> {
  const path = stepPath(frame, name)
  const own: Saga = { undo: [] }
  const inner = openFrame(frame, path, { saga: own })
  const { sagas } = frame.state
  sagas.add(own)
  try {
    const value = yield* body(frame.state.runOf(inner))
    joinSagas(frame.saga, own)
    return value
  } catch (thrown) {
    if (thrown instanceof Leave) joinSagas(frame.saga, own)
    else yield* compensate(inner, own)
    throw thrown
  } finally {
    sagas.delete(own)
  }
}

export function* rounds(frame: Frame, name: string, options: LoopOptions): Generator<Run, void, void> {
  const path = stepPath(frame, name)
  for (let round = 0; options.while?.() ?? true; round++) {
    throwIfStopped(frame.scope, path)
    if (round >= options.atMost) {
      const message = `${name} was not done after ${options.atMost} rounds`
      throw new FlowError("loop_exhausted", message, undefined, { step: path })
    }
    yield frame.state.runOf(openFrame(frame, `${path}[${round}]`))
  }
}
