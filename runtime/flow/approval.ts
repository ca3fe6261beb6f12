// A yes or no that a step goes by, mostly a person's.

import type { Approval, Flow } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import type { Frame } from "./state.ts"

/** False also when nobody answers, or the question can't be asked. */
export function* isApproved(frame: Frame, approval: Pick<Approval, "ask">, parameters: object): Flow<boolean> {
  try {
    return yield* approval.ask(frame.state.runOf(frame), parameters)
  } catch (thrown) {
    if (thrown instanceof FlowError && catches(thrown)) return false
    throw thrown
  }
}
