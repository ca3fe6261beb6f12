// Whatever happens in whatever order: what is stored rebuilds the same instance, and duplicates change nothing.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeEvent, encodeEvent } from "../../engine/codec.ts"
import { hasEnded, restore, summarize } from "../../engine/instance.ts"
import type { StoredInstance } from "../../engine/instance.ts"
import { step } from "../../engine/step.ts"
import type { Action, HistoryEvent, Input, Instance } from "../../engine/types.ts"
import { createPending } from "../../sidecar/pending.ts"
import { changes } from "../../sidecar/store/changes.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import type { Store } from "../../sidecar/store/store.ts"
import { begin, startOf } from "./world.ts"

const settings = { seed: 20_240_607, numRuns: 300 } as const
const taskId = fc.integer({ min: 1, max: 6 })
const generation = fc.integer({ min: 1, max: 3 })
const result = fc.option(fc.json({ maxDepth: 1 }), { nil: undefined })

const action: fc.Arbitrary<Action> = fc.oneof(
  taskId.map((id): Action => ({ id, kind: "scheduleTask", name: "t", input: `${id}` })),
  taskId.map((id): Action => ({ id, kind: "createTimer", fireAtMs: id * 10 })),
  taskId.map((id): Action => ({ id, kind: "createChild", name: "c" })),
  fc.constantFrom<Action>(
    { id: 7, kind: "complete", status: "completed", result: "1" }, { id: 7, kind: "complete", status: "terminated" },
    {
      id: 7, kind: "continueAsNew",
      carriedEvents: [{ kind: "eventRaised", eventId: 0, timestampMs: 0, name: "kept" }],
    },
  ),
)

const resolution: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant("activityCompleted" as const), generation, taskId, failed: fc.boolean() }),
  fc.record({ kind: fc.constant("timerFired" as const), generation, timerId: taskId, fireAtMs: fc.constant(5) }),
  fc.record({
    kind: fc.constant("childEnded" as const), generation, taskId,
    status: fc.constantFrom("completed" as const, "failed" as const),
  }),
)

const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(begin) },
  {
    weight: 4,
    arbitrary: fc.array(action, { maxLength: 3 }).map((actions): Input =>
      ({ kind: "turnCompleted", actions: uniqueIds(actions), executionId: "e", customStatus: `${actions.length}` })),
  },
  { weight: 4, arbitrary: resolution },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Input>({ kind: "suspend" }, { kind: "resume" }, { kind: "terminate", recursive: false }),
  },
  {
    weight: 2,
    arbitrary: result.map((value): Input =>
      ({ kind: "raiseEvent", name: "x", ...(value === undefined ? {} : { input: value }) })),
  },
  { weight: 1, arbitrary: fc.constant(startOf()) },
)

function uniqueIds(actions: readonly Action[]): readonly Action[] {
  return actions.filter((one, index) => actions.findIndex((other) => other.id === one.id) === index)
}

interface Run {
  readonly instance: Instance
  readonly stored: StoredInstance
}

/** Drives an instance and commits the difference of each step, as the hub does. */
function drive(inputs: readonly Input[], repeat: (input: Input) => number = () => 1): Run {
  const store = openMemoryStore()
  let instance: Instance | null = null
  let now = 1_000
  for (const one of [startOf(), ...inputs]) {
    now++
    for (let times = repeat(one); times > 0; times--) {
      const { instance: next, effects } = step(instance, one, now)
      store.commit(changes("a", instance, next, effects))
      instance = next
    }
  }
  const stored = store.load("a")
  if (!instance || !stored) throw new Error("the instance was started")
  return { instance, stored }
}

/** A worker never asks with an id that it has used. */
function renumbered(one: Input, index: number): Input {
  return one.kind === "turnCompleted" ? { ...one, actions: one.actions.map((action, at) => ({ ...action, id: index * 10 + at + 1 })) } : one
}

interface Stores {
  readonly single: Store
  readonly grouped: Store
  /** Answers to work that was on disk. */
  readonly answers: number
}

/** Commits each step, and beside it as many at once as `groups` says, in turn. What no commit has told of can't be over. */
function committedTwice(inputs: readonly Input[], groups: readonly number[]): Stores {
  const [single, grouped] = [openMemoryStore(), openMemoryStore()]
  let pending = createPending()
  let instance: Instance | null = null
  let [group, left, answers] = [0, groups[0] ?? 1, 0]
  for (const [index, given] of [startOf(), ...inputs].entries()) {
    const { input: one, over } = answering(grouped, given)
    if (!one) continue
    const { instance: next, effects } = step(instance, one, 1_000 + index)
    pending.add("a", instance, next, effects)
    single.commit(changes("a", instance, next, effects))
    instance = next
    if (over) {
      answers++
      pending.drop(over)
      single.commit(["timer" in over ? { kind: "deleteTimer", row: over.timer } : { kind: "deleteActivity", row: over.activity }])
    }
    if (--left > 0) continue
    grouped.commit(pending.writes())
    expect(rowsOf(grouped)).toEqual(rowsOf(single))
    pending = createPending()
    left = groups[++group % groups.length] ?? 1
  }
  grouped.commit(pending.writes())
  return { single, grouped, answers }
}

interface Answering {
  /** Undefined when there is nothing to answer. */
  readonly input?: Input
  readonly over?: Parameters<ReturnType<typeof createPending>["drop"]>[0]
}

/** An answer of any kind becomes one to work that the store has, once. */
function answering(store: Store, given: Input): Answering {
  if (given.kind === "activityCompleted") {
    const activities = store.activities()
    const activity = activities[given.taskId % activities.length]
    return activity ? { input: { ...given, ...activity }, over: { activity } } : {}
  }
  if (given.kind !== "timerFired") return { input: given }
  const timers = store.dueTimers(Infinity, Infinity)
  const timer = timers[given.timerId % timers.length]
  return timer ? { input: { ...given, ...timer }, over: { timer } } : {}
}

function rowsOf(store: Store): unknown {
  const timers = [...store.dueTimers(Infinity, Infinity)].sort((one, other) => one.generation - other.generation || one.timerId - other.timerId)
  const activities = [...store.activities()].sort((one, other) => one.generation - other.generation || one.taskId - other.taskId)
  return { loaded: store.load("a"), waiting: store.idsWithInbox(), activities, timers }
}

const throughText = (event: HistoryEvent): HistoryEvent => decodeEvent(encodeEvent(event)) ?? event

describe("for any run", () => {
  it("what was committed rebuilds the instance, but for a turn under way", () => {
    fc.assert(fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
      const { instance, stored } = drive(inputs)
      const read = {
        ...stored, history: stored.history.map(throughText),
        inbox: stored.inbox.map((entry) => ({ ...entry, event: throughText(entry.event) })),
      }
      const { turn: _, turnNumber: __, nextSequence: ___, ...expected } = instance
      const { turnNumber: _n, nextSequence, ...rebuilt } = restore(read)
      expect(rebuilt).toEqual(expected)
      expect(nextSequence).toBeGreaterThan(Math.max(0, ...instance.inbox.map((entry) => entry.sequence)))
      expect(stored.summary).toEqual(summarize(instance))
    }), settings)
  })

  it("resolutions delivered twice change nothing", () => {
    const twice = (one: Input) =>
      one.kind === "activityCompleted" || one.kind === "timerFired" || one.kind === "childEnded" ? 2 : 1
    fc.assert(fc.property(fc.array(input, { maxLength: 40 }), (inputs) => {
      expect(drive(inputs, twice).instance).toEqual(drive(inputs).instance)
    }), settings)
  })

  it("no turn sees a doubled suspend, an answer without its question, or anything after the end", () => {
    fc.assert(fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      const { history, inbox } = drive(inputs).instance
      let suspended = false
      const open = new Set<string>()
      for (const event of [...history, ...inbox.map((entry) => entry.event)]) {
        if (event.kind === "executionSuspended" || event.kind === "executionResumed") {
          expect(suspended).toBe(event.kind === "executionResumed")
          suspended = !suspended
        }
        if (event.kind === "taskScheduled") open.add(`${event.eventId}`)
        if (event.kind === "taskCompleted" || event.kind === "taskFailed") {
          expect(open.delete(`${event.taskId}`)).toBe(true)
        }
      }
      const end = history.findIndex((event) => event.kind === "executionCompleted")
      if (end >= 0) expect([end, inbox.length]).toEqual([history.length - 1, 0])
    }), settings)
  })

  it("steps that share a commit leave on disk what each of them would have left alone", () => {
    const turn = (...actions: readonly Action[]): readonly Input[] => [begin, { kind: "turnCompleted", actions, executionId: "e" }]
    const lives = fc.oneof(
      { weight: 5, arbitrary: fc.array(action, { minLength: 1, maxLength: 3 }).map((actions) => turn(...actions)) },
      { weight: 4, arbitrary: fc.oneof(resolution, input).map((one) => [one]) },
      { weight: 1, arbitrary: fc.constant([startOf(), ...turn({ id: 1, kind: "scheduleTask", name: "t" }, { id: 2, kind: "complete", status: "completed" }), { kind: "purge", recursive: false } as const]) },
    )
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
    const seen = { activities: 0, timers: 0, purged: 0, answers: 0 }
    fc.assert(fc.property(fc.array(lives, { minLength: 10, maxLength: 40 }), sizes, (inputs, groups) => {
      const { single, grouped, answers } = committedTwice(inputs.flat().map(renumbered), groups)
      expect(rowsOf(grouped)).toEqual(rowsOf(single))
      seen.activities += grouped.activities().length
      seen.timers += grouped.dueTimers(Infinity, Infinity).length
      seen.answers += answers
      if (!grouped.load("a")) seen.purged++
    }), settings)
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50)
  })

  it("a step leaves its argument alone", () => {
    fc.assert(fc.property(fc.array(input, { maxLength: 20 }), input, (inputs, last) => {
      const { instance } = drive(inputs)
      const copy = structuredClone(instance)
      step(instance, last, 9_999)
      expect(instance).toEqual(copy)
      if (hasEnded(instance) && last.kind !== "start") expect(step(instance, last, 9_999).instance).toBe(instance)
    }), settings)
  })
})
