// What a workflow body holds in its hand: the `Run` of one frame.

import { publishActivity } from "../contract.ts"
import type { EachBody, EachOptions, EventType, Flow, PublishOptions, Result, Run } from "../contract.ts"
import { asCaughtError, asFlowError, catches, FlowError } from "../errors.ts"
import { durationMs } from "../policy/duration.ts"
import { uuidFrom } from "../policy/key.ts"
import { parallel, rounds, saga, within } from "./blocks.ts"
import { sleepUntil, timeMs, waitFor } from "./events.ts"
import { runTogether } from "./fibers.ts"
import { Leave } from "./leave.ts"
import { race } from "./race.ts"
import { serviceStep } from "./service.ts"
import { nowMs, openFrame, settingOf, stepPath } from "./state.ts"
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
    parallel: (name, branches) => parallel(frame, name, branches),
    race: (name, branches) => race(frame, name, branches),
    within: (name, clauses, body) => within(frame, name, clauses, body),
    saga: (name, body) => saga(frame, name, body),
    loop: (name, options) => rounds(frame, name, options),
    sleep: (duration) => sleepUntil(frame, nowMs(state) + durationMs(duration)),
    sleepUntil: (time) => sleepUntil(frame, timeMs(time)),
    waitFor: (event, options) => waitFor(frame, event, options),
    publish: (event, payload, options) => publish(frame, event, payload, options),
    setting: (setting) => settingOf(state, setting),
    finish(result) {
      throw new Leave({ to: "finish", result })
    },
    continueAsNew(parameters) {
      throw new Leave({ to: "continue as new", parameters })
    },
    log(message) {
      if (state.context.isReplaying()) return
      state.context.log?.({ run: state.id, workflow: state.workflow, step: frame.path, at: now(), message })
    },
    now,
    uuid: () => uuidFrom(["uuid", state.id, state.start, frame.path, uuids++]),
  }
}

function* publish<T>(frame: Frame, event: EventType<T>, payload: T, options: PublishOptions): Flow<void> {
  const { topic, pubsub, as } = options
  const step = stepPath(frame, as ?? "publish")
  const target = { event: event.name, topic, ...(pubsub === undefined ? {} : { pubsub }) }
  yield* serviceStep(frame, { activity: publishActivity, step, parameters: { ...target, payload } })
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
  const atATime = Math.min(atATimeMax, Math.max(1, Math.floor(loop.atATime ?? 1)))
  const share = frame.share * Math.max(1, Math.min(atATime, loop.items.length))
  const outcomes = yield* runTogether<R>(frame.scope, {
    count: loop.items.length,
    atATime,
    start: (index, scope) => {
      const own = openFrame(frame, `${path}[${index}]`, { scope, share })
      return loop.body(runOf(own), loop.items[index] as T, index)
    },
    isFatal: (thrown) => loop.failures === "stop" || !(thrown instanceof FlowError) || !catches(thrown),
  })
  return outcomes.map((outcome) =>
    outcome.ok ? outcome : { ok: false, error: asCaughtError(asFlowError(outcome.thrown)) })
}
