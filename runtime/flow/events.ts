// Waiting for time and for events. Several waits on one event share its mailbox: each takes what fits it.

import type { EventType, Flow, WaitForOptions } from "../contract.ts"
import { FlowError } from "../errors.ts"
import { durationMs, formatDuration } from "../policy/duration.ts"
import { accept } from "../schema/accept.ts"
import { throwIfStopped, waitForAny } from "./scope.ts"
import { nowMs, stepPath, timerIn } from "./state.ts"
import type { Frame, Mailbox, RunState } from "./state.ts"
import { showWaiting } from "./status.ts"

export function* sleepUntil(frame: Frame, untilMs: number): Flow<void> {
  const { state, scope } = frame
  const step = stepPath(frame, "sleep")
  throwIfStopped(scope, step)
  const delayMs = untilMs - nowMs(state)
  if (delayMs <= 0) return
  yield* showWaiting(state, { step, for: "sleep", until: untilMs }, waitForAny(scope, step, [timerIn(state, delayMs)]))
}

export function timeMs(time: string): number {
  const untilMs = Date.parse(time)
  if (Number.isNaN(untilMs)) throw new FlowError("invalid_input", `not a time: "${time}"`)
  return untilMs
}

export function* waitFor<T>(frame: Frame, event: EventType<T>, options: WaitForOptions<T> = {}): Flow<T> {
  const { state, scope } = frame
  const step = stepPath(frame, options.as ?? event.name)
  throwIfStopped(scope, step)
  const lapsesAfterMs = options.timeout === undefined ? undefined : durationMs(options.timeout)
  const waiting = {
    step, for: "event", ...(lapsesAfterMs === undefined ? {} : { until: nowMs(state) + lapsesAfterMs }),
  } as const
  const early = take(state, event, options)
  if (early) return early.value
  const lapse = lapsesAfterMs === undefined ? [] : [timerIn(state, lapsesAfterMs)]
  return yield* showWaiting(state, waiting, (function* (): Flow<T> {
    for (;;) {
      const box = mailbox(state, event.name)
      yield* waitForAny(scope, step, [...(box.next ? [box.next] : []), ...lapse])
      const taken = take(state, event, options)
      if (taken) return taken.value
      if (lapse.some((timer) => timer.isComplete)) {
        const message = `no ${event.name} within ${formatDuration(lapsesAfterMs ?? 0)}`
        throw new FlowError("timeout", message, undefined, { step })
      }
    }
  })())
}

/** The first that is of the type and fits; the others stay. */
function take<T>(
  state: RunState, event: EventType<T>, { by }: WaitForOptions<T>,
): { readonly value: T } | undefined {
  const box = mailbox(state, event.name)
  for (const [index, payload] of box.received.entries()) {
    const accepted = accept(event.schema, payload)
    if (!accepted.ok || by?.(accepted.value) === false) continue
    box.received.splice(index, 1)
    return { value: accepted.value }
  }
  return undefined
}

/** What has come is in it, and the wait for the next is open: the host gives every event to the oldest open wait. */
function mailbox(state: RunState, name: string): Mailbox {
  const key = name.toLowerCase()
  const box = state.mailboxes.get(key) ?? { received: [], next: undefined }
  state.mailboxes.set(key, box)
  box.next ??= state.context.waitForExternalEvent(key)
  while (box.next.isComplete) {
    box.received.push(box.next.getResult())
    box.next = state.context.waitForExternalEvent(key)
  }
  return box
}

/** Every event that has come and is kept, by name: a next generation goes on with them. */
export function keptEvents(state: RunState): Readonly<Record<string, readonly unknown[]>> {
  const kept = [...state.mailboxes.keys()].map((key) => [key, mailbox(state, key).received] as const)
  return Object.fromEntries(kept.filter(([, received]) => received.length > 0))
}
