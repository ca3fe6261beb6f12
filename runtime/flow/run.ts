// What a workflow body holds in its hand: the `Run` of one frame.

import type { EachBody, EachOptions, Flow, Result, Run } from "../contract.ts"
import { asCaughtError, asFlowError, catches, FlowError } from "../errors.ts"
import { uuidFrom } from "../policy/key.ts"
import { runTogether } from "./fibers.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame } from "./state.ts"
import { callStep } from "./step.ts"

const atATimeMax = 64

export function runOf(frame: Frame): Run {
  const { state } = frame
  const now = (): string => state.context.getCurrentUtcDateTime().toISOString()
  let uuids = 0
  return {
    id: state.id,
    call: (callable, parameters, options) => callStep(frame, callable, parameters, options),
    *each(name, items, { atATime, failures }, body) {
      const results = yield* forEach(frame, { name, items, atATime, failures: failures ?? "stop", body })
      return results.flatMap((result) => (result.ok ? [result.value] : []))
    },
    eachResult: (name, items, { atATime }, body) => forEach(frame, { name, items, atATime, failures: "collect", body }),
    log(message) {
      if (state.context.isReplaying()) return
      state.context.log?.({ run: state.id, workflow: state.workflow, at: now(), message })
    },
    now,
    uuid: () => uuidFrom(["uuid", state.id, state.start, frame.path, uuids++]),
  }
}

interface Loop<T, R> {
  readonly name: string
  readonly items: readonly T[]
  readonly atATime: EachOptions["atATime"]
  readonly failures: "stop" | "skip" | "collect"
  readonly body: EachBody<T, R>
}

function* forEach<T, R>(frame: Frame, loop: Loop<T, R>): Flow<Result<R>[]> {
  const path = stepPath(frame, loop.name)
  const outcomes = yield* runTogether<R>(frame.scope, {
    count: loop.items.length,
    atATime: Math.min(atATimeMax, Math.max(1, Math.floor(loop.atATime ?? 1))),
    start: (index, scope) => {
      const own = openFrame(frame, `${path}[${index}]`, { scope })
      return loop.body(runOf(own), loop.items[index] as T, index)
    },
    isFatal: (thrown) => loop.failures === "stop" || !(thrown instanceof FlowError) || !catches(thrown),
  })
  return outcomes.map((outcome) =>
    outcome.ok ? outcome : { ok: false, error: asCaughtError(asFlowError(outcome.thrown)) })
}
