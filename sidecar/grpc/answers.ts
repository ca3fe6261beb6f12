// What workers answer: one call for each answer, as every SDK does it, or one stream for all answers of a worker of ours.

import type { ServerDuplexStream } from "@grpc/grpc-js"
import type { FailureDetails } from "../../engine/types.ts"
import type { Guard } from "../guard.ts"
import type { Hub } from "../hub.ts"
import { actionFrom, failureFrom, textFrom } from "./convert.ts"
import { asFault } from "./unary.ts"
import type { WireActivityResponse, WireTurnResponse } from "./wire.ts"

/** In the metadata at the begin of a work item stream: its worker may open a stream of answers. */
export const answersHeader = "agentflow-answers"

interface WireAnswer {
  readonly turn?: WireTurnResponse
  readonly activity?: WireActivityResponse
}

export interface AnswerOptions {
  readonly hub: Hub
  readonly guard: Guard
}

export async function answerTurn({ hub }: AnswerOptions, request: WireTurnResponse, peer: string): Promise<void> {
  const { instanceId = "", actions = [], customStatus, completionToken: token = "" } = request
  const status = textFrom(customStatus)
  await hub.completeTurn({
    instanceId, token, peer, actions: actions.map(actionFrom), ...(status === undefined ? {} : { customStatus: status }),
  })
}

export async function answerActivity({ hub, guard }: AnswerOptions, request: WireActivityResponse): Promise<void> {
  const { instanceId = "", taskId: wireTaskId = 0, failureDetails } = request
  const result = textFrom(request.result)
  const failure = failureFrom(failureDetails) ?? oversize(guard, result)
  await hub.completeActivity({
    instanceId, wireTaskId, ...(failure ? { failure } : result === undefined ? {} : { result }),
  })
}

/** daprd lets such an activity hang for ever; here its workflow learns of it. */
function oversize(guard: Guard, result: string | undefined): FailureDetails | undefined {
  try {
    guard.measure("the result", result)
    return undefined
  } catch (error) {
    return { errorType: "PayloadTooLarge", errorMessage: (error as Error).message }
  }
}

/** Tells how many more answers are on disk, in the order in which they came; one message for all of a commit. */
export function answerWork(options: AnswerOptions, call: ServerDuplexStream<WireAnswer, { readonly count: number }>): void {
  const peer = call.getPeer()
  const answers = { waiting: 0, taken: 0, ended: false }
  const endWhenDone = (): void => {
    if (answers.ended && answers.waiting === 0) call.end()
  }
  const acknowledge = (): void => {
    const { taken } = answers
    answers.taken = 0
    answers.waiting -= taken
    call.write({ count: taken })
    endWhenDone()
  }
  const taken = (): void => {
    if (answers.taken++ === 0) process.nextTick(acknowledge)
  }
  const refused = (error: unknown): void => void call.emit("error", asFault(error))
  call.on("data", ({ turn, activity }: WireAnswer) => {
    answers.waiting++
    const answer = turn ? answerTurn(options, turn, peer) : answerActivity(options, activity ?? {})
    answer.then(taken, refused)
  })
  call.on("end", () => {
    answers.ended = true
    endWhenDone()
  })
}
