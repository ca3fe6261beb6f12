// The `else` of a budget: a person who gives more, another model, or a value instead.

import type { Flow, Model } from "../contract.ts"
import { FlowError } from "../errors.ts"
import { addCaps } from "../policy/budget.ts"
import type { Account } from "../policy/budget.ts"
import { isApproved } from "./approval.ts"
import { throwIfStopped, waitForAny } from "./scope.ts"
import { createSignal } from "./signal.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame } from "./state.ts"

/** Whether the account that refused has more now. A person is asked once at a time, and never again after a no. */
export function* askForMore(frame: Frame, thrown: unknown): Flow<boolean> {
  const account = refuser(thrown)
  const over = account?.over
  if (!account || !over?.more || !("ask" in over.action)) return false
  if (over.asking) {
    yield* waitForAny(frame.scope, frame.path, [over.asking])
    return over.more !== undefined
  }
  const answered = createSignal()
  over.asking = answered
  try {
    const asking = openFrame(frame, stepPath(frame, "else"), { account: account.parent ?? account })
    if (yield* isApproved(asking, over.action, over.parameters)) account.caps = addCaps(account.caps, over.more)
    else over.more = undefined
    return over.more !== undefined
  } finally {
    over.asking = undefined
    answered.raise()
  }
}

/** The model that the account which refused names for the rest of its budget. */
export function cheaperModel(account: Account | undefined): Model | undefined {
  const action = account?.over?.action
  return action && "use" in action ? action.use : undefined
}

/** What carries one of the accounts gives the value of its `else return` when that account has no room. */
export function* orValue<R>(frame: Frame, opened: Account, flow: Flow<R>): Flow<R> {
  try {
    return yield* flow
  } catch (thrown) {
    const account = refuser(thrown)
    const over = account && isOpenedHere(frame, opened, account) ? account.over : undefined
    if (!over || !("return" in over.action)) throw thrown
    throwIfStopped(frame.scope, frame.path)
    const own = openFrame(frame, stepPath(frame, "else"))
    return (yield* over.action.return(frame.state.runOf(own), over.parameters)) as R
  }
}

function isOpenedHere(frame: Frame, innermost: Account, wanted: Account): boolean {
  for (let account: Account | undefined = innermost; account && account !== frame.account; account = account.parent) {
    if (account === wanted) return true
  }
  return false
}

function refuser(thrown: unknown): Account | undefined {
  return thrown instanceof FlowError ? thrown.refusedBy as Account | undefined : undefined
}
