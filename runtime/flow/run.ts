// What a workflow body holds in its hand: the `Run` of one frame.

import type { EachOptions, Flow, Result, Run } from "../contract.ts"
import { asCaughtError, catches, FlowError } from "../errors.ts"
import { uuidFrom } from "../policy/key.ts"
import { runFibers } from "./fibers.ts"
import type { Outcome } from "./fibers.ts"
import { openScope } from "./scope.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame } from "./state.ts"
import { callStep } from "./step.ts"

const atATimeMax = 64

export function runOf(frame: Frame): Run {
  const { state } = frame
  let uuids = 0
  return {
    id: state.id,
    call: (callable, parameters, options) => callStep(frame, callable, parameters, options),
    *each(name, items, options, body) {
      const results = yield* forEach(frame, { name, items, atATime: options.atATime, failures: options.failures ?? "stop", body })
      return results.flatMap((result) => (result.ok ? [result.value] : []))
    },
    eachResult: (name, items, options, body) => forEach(frame, { name, items, atATime: options.atATime, failures: "collect", body }),
    log(message) {
      if (state.context.isReplaying()) return
      const at = state.context.getCurrentUtcDateTime().toISOString()
      state.context.log?.({ run: state.id, workflow: state.workflow, at, message })
    },
    now: () => state.context.getCurrentUtcDateTime().toISOString(),
    uuid: () => uuidFrom(["uuid", state.id, state.start, frame.path, uuids++]),
  }
}

interface Loop<T, R> {
  readonly name: string
  readonly items: readonly T[]
  readonly atATime: EachOptions["atATime"]
  readonly failures: "stop" | "skip" | "collect"
  readonly body: (run: Run, item: T, index: number) => Flow<R>
}

function* forEach<T, R>(frame: Frame, loop: Loop<T, R>): Flow<Result<R>[]> {
  const path = stepPath(frame, loop.name)
  const scope = openScope(frame.scope)
  const results: Result<R>[] = []
  let failure: { readonly thrown: unknown } | undefined
  yield* runFibers<R>({
    count: loop.items.length,
    atATime: Math.min(atATimeMax, Math.max(1, Math.floor(loop.atATime ?? 1))),
    start: (index) => loop.body(runOf(openFrame(frame, `${path}[${index}]`, { scope })), loop.items[index] as T, index),
    ended(index, outcome) {
      const result = resultOf(outcome, loop.failures)
      if (result) results[index] = result
      else if (!outcome.ok) {
        failure ??= { thrown: outcome.thrown }
        scope.cancelled.raise()
      }
      return failure ? "stop" : "go on"
    },
  })
  if (failure) throw failure.thrown
  return results
}

/** Undefined when the outcome ends the loop. */
function resultOf<R>(outcome: Outcome<R>, failures: Loop<unknown, R>["failures"]): Result<R> | undefined {
  if (outcome.ok) return outcome
  const { thrown } = outcome
  if (failures === "stop" || !(thrown instanceof FlowError) || !catches(thrown)) return undefined
  return { ok: false, error: asCaughtError(thrown) }
}
