// A context that lives on between turns does what one does that is built anew from all of history, for any program.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hasEnded, wantsTurn } from "../../engine/instance.ts"
import { step } from "../../engine/step.ts"
import type { HistoryEvent, Input, Instance } from "../../engine/types.ts"
import { createExecutor } from "../../runtime/executor.ts"
import { createLiveExecutions } from "../../sidecar/live-executions.ts"
import type { ExecutionTurn } from "../../sidecar/live-executions.ts"
import { happenings, interpreter, program } from "./random-programs.ts"
import type { Happening, Statement } from "./random-programs.ts"

interface World {
  instance: Instance
  now: number
}

function feed(world: World, input: Input): void {
  const { instance } = step(world.instance, input, ++world.now)
  if (instance) world.instance = instance
}

function happen(world: World, happening: Happening): void {
  const { generation, facts } = world.instance
  switch (happening.kind) {
    case "event": return feed(world, { kind: "raiseEvent", name: happening.name, input: String(happening.value) })
    case "suspend":
    case "resume": return feed(world, { kind: happening.kind })
    case "terminate": return feed(world, { kind: "terminate", recursive: false })
    case "turn": return
    case "answer": {
      const open = [...facts.open.values()]
      const work = open[happening.which % Math.max(1, open.length)]
      if (!work) return
      const { taskId } = work
      const outcome = happening.failed
        ? { failure: { errorType: "Error", errorMessage: `no ${taskId}`, stackTrace: "somewhere" } }
        : { result: String(taskId) }
      if (work.kind === "timer") return feed(world, { kind: "timerFired", generation, timerId: taskId, fireAtMs: work.fireAtMs })
      if (work.kind === "task") {
        return feed(world, { kind: "activityCompleted", generation, taskId, failed: happening.failed, ...outcome })
      }
      return feed(world, { kind: "childEnded", generation, taskId, status: happening.failed ? "failed" : "completed", ...outcome })
    }
  }
}

interface Played {
  readonly turns: readonly { readonly live: ExecutionTurn; readonly replayed: ExecutionTurn }[]
  readonly fedLive: number
  readonly fedReplayed: number
  readonly instance: Instance
}

async function play(statements: readonly Statement[], script: readonly Happening[], liveMax: number): Promise<Played> {
  const executor = createExecutor({ workflows: new Map([["flow", interpreter(statements)]]) })
  let fedLive = 0
  let fedReplayed = 0
  const counted = (count: (events: number) => void) => ({
    open: (id: string) => {
      const execution = executor.open(id)
      return {
        feed(past: readonly HistoryEvent[], fresh: readonly HistoryEvent[]) {
          count(past.length + fresh.length)
          return execution.feed(past, fresh)
        },
      }
    },
  })
  const live = createLiveExecutions({ executor: counted((events) => { fedLive += events }), liveMax })
  const replay = counted((events) => { fedReplayed += events })
  const start: Input = { kind: "start", instanceId: "i", executionId: "e", name: "flow", input: "{}" }
  const first = step(null, start, 1_000).instance
  if (!first) throw new Error("it starts")
  const world: World = { instance: first, now: 1_000 }
  const turns: Played["turns"][number][] = []
  for (const happening of [{ kind: "turn" } as const, ...script]) {
    if (hasEnded(world.instance)) break
    happen(world, happening)
    if (happening.kind !== "turn" || !wantsTurn(world.instance)) continue
    feed(world, { kind: "turnBegun" })
    const { history: past, turn } = world.instance
    const fresh = turn?.events ?? []
    const turned = { live: await live.run({ instanceId: "i", past, fresh }), replayed: await replay.open("i").feed(past, fresh) }
    turns.push(turned)
    const { actions, customStatus } = turned.live
    feed(world, { kind: "turnCompleted", actions, customStatus, executionId: "e" })
  }
  return { turns, fedLive, fedReplayed, instance: world.instance }
}

const settings = { seed: 20_241_123, numRuns: 400 } as const

/** Two contexts fail at two places of the stack. */
function withoutStacks(turn: ExecutionTurn): unknown {
  return JSON.parse(JSON.stringify(turn, (key, value: unknown) => (key === "stackTrace" ? undefined : value)))
}

describe("for any program and any order of what happens", () => {
  it("the live context does the same as a replay, turn by turn", async () => {
    await fc.assert(fc.asyncProperty(program, happenings, async (statements, script) => {
      const { turns } = await play(statements, script, 1)
      for (const { live, replayed } of turns) expect(withoutStacks(live)).toEqual(withoutStacks(replayed))
    }), settings)
  })

  it("an evicted context is built again, with the same history in the end", async () => {
    await fc.assert(fc.asyncProperty(program, happenings, async (statements, script) => {
      const kept = await play(statements, script, 1)
      const evicted = await play(statements, script, 0)
      expect(withoutStacks(evicted.instance.history as never)).toEqual(withoutStacks(kept.instance.history as never))
      expect(evicted.fedLive).toBe(evicted.fedReplayed)
    }), { ...settings, numRuns: 150 })
  })

  it("no step is scheduled twice, also when answers come while the run is suspended", async () => {
    await fc.assert(fc.asyncProperty(program, happenings, async (statements, script) => {
      const { instance } = await play(statements, script, 1)
      const ids = instance.history.flatMap((event) => (event.eventId > 0 ? [event.eventId] : []))
      expect(new Set(ids).size).toBe(ids.length)
    }), settings)
  })

  it("a turn is run before its cause is on disk only where nothing runs again", async () => {
    const executor = createExecutor({ workflows: new Map([["flow", interpreter([{ kind: "all", count: 2 }])]]) })
    const [kept, forgetful] = [createLiveExecutions({ executor, liveMax: 1 }), createLiveExecutions({ executor, liveMax: 0 })]
    const started = step(null, { kind: "start", instanceId: "i", executionId: "e", name: "flow", input: "{}" }, 1_000).instance
    const { history: none, turn } = (started && step(started, { kind: "turnBegun" }, 1_000).instance) ?? {}
    const past = turn?.events ?? []
    for (const live of [kept, forgetful]) {
      expect(live.goesOn("i", none ?? past)).toBe(true)
      await live.run({ instanceId: "i", past: [], fresh: past })
    }
    expect([kept.goesOn("i", past), kept.goesOn("i", structuredClone(past)), forgetful.goesOn("i", past)]).toEqual([true, false, false])
  })

  it("every event is fed once: the cost of a run grows with its length, not with its square", async () => {
    const statements = Array.from({ length: 8 }, (): Statement => ({ kind: "all", count: 4 }))
    const script = Array.from({ length: 64 }, (_, index): Happening =>
      index % 2 === 0 ? { kind: "answer", which: 0, failed: false } : { kind: "turn" })
    const { instance, fedLive, fedReplayed } = await play(statements, script, 1)
    const causedByLastTurn = 1
    expect(fedLive).toBe(instance.history.length - causedByLastTurn)
    expect(fedReplayed).toBeGreaterThan(10 * fedLive)
  })
})
