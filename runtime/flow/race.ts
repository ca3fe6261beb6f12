// `race`: the first branch that succeeds; what the others did is undone beside the rest of the run.

import type { Branches, Flow, RaceResult } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { advance, isReady, waitsOf } from "./fibers.ts"
import type { Fiber, Outcome } from "./fibers.ts"
import { Leave } from "./leave.ts"
import { openScope } from "./scope.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame, Saga } from "./state.ts"
import { compensate, joinSagas } from "./undo.ts"

interface Racer extends Fiber<unknown> {
  readonly name: string
  readonly frame: Frame
  readonly saga: Saga
  outcome: Outcome<unknown> | undefined
}

export function* race<B extends Branches>(frame: Frame, name: string, branches: B): Flow<RaceResult<B>> {
  const path = stepPath(frame, name)
  const entries = Object.entries(branches)
  const share = frame.share * entries.length
  const racers = entries.map(([branch, body]): Racer => {
    const saga: Saga = { undo: [] }
    const own = openFrame(frame, `${path}/${branch}`, { scope: openScope(frame.scope), saga, share })
    return { name: branch, frame: own, saga, flow: body(frame.state.runOf(own)), waits: [], outcome: undefined }
  })
  const failures: unknown[] = []
  let fatal: { readonly thrown: unknown } | undefined
  while (racers.some(({ outcome }) => !outcome)) {
    for (const racer of racers) {
      if (racer.outcome || !isReady(racer)) continue
      racer.outcome = advance(racer)
      if (!racer.outcome) continue
      const { outcome } = racer
      if (!fatal && (outcome.ok || outcome.thrown instanceof Leave)) {
        joinSagas(frame.saga, racer.saga)
        for (const loser of racers) if (loser !== racer) giveUp(loser)
        if (!outcome.ok) throw outcome.thrown
        return { winner: racer.name, value: outcome.value } as RaceResult<B>
      }
      if (outcome.ok) continue
      failures.push(outcome.thrown)
      // Nobody may win against the end of the run, a budget or a bug.
      if (!(outcome.thrown instanceof FlowError) || !catches(outcome.thrown)) {
        fatal ??= outcome
        for (const other of racers) other.frame.scope.cancelled.raise()
      }
    }
    const running = racers.filter(({ outcome }) => !outcome)
    if (running.length > 0 && !running.some(isReady)) yield waitsOf(running)
  }
  for (const racer of racers) joinSagas(frame.saga, racer.saga)
  throw fatal?.thrown ?? failures[0] ?? new Error("internal: a race without branches")
}

function giveUp(loser: Racer): void {
  const hasStarted = loser.outcome !== undefined || loser.waits.length > 0
  if (!hasStarted) return
  loser.frame.scope.cancelled.raise()
  loser.frame.state.background.push({ flow: toTheEnd(loser), waits: [] })
}

/** What a step in flight comes to decides what there is to undo. */
function* toTheEnd(loser: Racer): Flow<void> {
  while (!loser.outcome) {
    if (!isReady(loser)) yield loser.waits
    loser.outcome = advance(loser)
  }
  yield* compensate(loser.frame, loser.saga)
}
