// One repair in the SDK's executor: a second suspend makes its resume feed events to the list that it reads them from, for ever.

import type { SdkEvent } from "./messages.ts"

interface Suspendable {
  readonly _isSuspended?: boolean
  processEvent(context: unknown, event: SdkEvent): Promise<void>
}

const repaired = new WeakSet<object>()

/**
 * Lets executors of this class take a suspend only when they are not suspended. Any client can send two, daprd keeps both,
 * and the history would hang every worker that reads it. A class of another shape stays as it is.
 */
export function ignoreSecondSuspend(executorClass: { readonly prototype: object }): void {
  const prototype = executorClass.prototype as Partial<Suspendable>
  const { processEvent } = prototype
  if (typeof processEvent !== "function" || repaired.has(prototype)) return
  repaired.add(prototype)
  prototype.processEvent = function (this: Suspendable, context, event) {
    if (this._isSuspended === true && event.hasExecutionsuspended()) return Promise.resolve()
    return processEvent.call(this, context, event)
  }
}
