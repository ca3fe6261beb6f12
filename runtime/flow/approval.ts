// A yes or no of a person that the workflow goes by.

import type { Approval, Flow } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import type { Frame } from "./state.ts"

/** False also when nobody answers, or the question can't be asked. */
export function* isApproved(frame: Frame, approval: Approval, parameters: object): Flow<boolean> {
  try {
    const answer = yield* frame.state.runOf(frame).call(approval.by, approval.parameters(parameters))
    return approval.isYes(answer)
  } catch (thrown) {
    if (thrown instanceof FlowError && catches(thrown)) return false
    throw thrown
  }
}
