// Questions to people: one entry per question, one winner per answer, however often anything is executed.

import { describe, expect, it } from "vitest"
import { activitiesOf } from "../../runtime/activity.ts"
import { parkActivity } from "../../runtime/contract.ts"
import type { Answer, Envelope } from "../../runtime/contract.ts"
import { human } from "../../runtime/define.ts"
import { answerInbox, listEntry, listInbox, readInbox } from "../../runtime/inbox.ts"
import { execute, memoryState, record, schemaOf, servicesWith } from "./helpers.ts"
import type { Execution, MemoryState } from "./helpers.ts"

const approve = human<{ headline: string }, string>({
  name: "approve",
  parameters: schemaOf(record({ headline: { type: "string" } })),
  result: schemaOf({ enum: ["publish", "reject"] }),
  ask: ({ headline }) => `Publish “${headline}”?`,
  choices: ["publish", "reject"],
})
const address = { run: "run-1", step: "Flow/approve" }
const now = new Date("2026-01-02T04:00:00Z")

function ask(state: MemoryState, execution: Execution = {}): Promise<Envelope> {
  return execute(approve, servicesWith({ state }), { parameters: { headline: "Chips" }, ...execution })
}

function accessTo(state: MemoryState) {
  const events: { readonly run: string; readonly name: string; readonly payload: Answer }[] = []
  return {
    state,
    events,
    raiseEvent(run: string, name: string, payload: Answer) {
      events.push({ run, name, payload })
      return Promise.resolve()
    },
  }
}

describe("a question", () => {
  it("is an entry in the inbox", async () => {
    const state = memoryState()
    expect(await ask(state, { deadline: 1_800_000_000_000 })).toEqual({
      ok: true,
      value: { key: "inbox:run-1:Flow/approve" },
    })
    const entry = {
      v: 1,
      kind: "question",
      run: "run-1",
      workflow: "Flow",
      step: "Flow/approve",
      ask: "Publish “Chips”?",
      choices: ["publish", "reject"],
      schema: { enum: ["publish", "reject"] },
      parameters: { headline: "Chips" },
      askedAt: "2026-01-02T03:04:05.000Z",
      deadline: 1_800_000_000_000,
    }
    expect(await readInbox({ state }, address)).toEqual(entry)
    expect(await listInbox({ state }, { now })).toEqual([entry])
  })

  it("asked again by a re-execution keeps its answer and stands in the list once", async () => {
    const access = accessTo(memoryState())
    await ask(access.state)
    await ask(access.state)
    expect(access.state.values.get("inbox:index")).toEqual({ v: 1, entries: [address] })
    await answerInbox(access, { ...address, value: "publish", by: "ann" })
    await ask(access.state)
    expect(await readInbox(access, address)).toMatchObject({ answer: { value: "publish", by: "ann" } })
  })

  it("of a later run under the same id replaces the old one", async () => {
    const access = accessTo(memoryState())
    await ask(access.state)
    await answerInbox(access, { ...address, value: "publish", by: "ann" })
    await ask(access.state, { start: Date.parse("2026-02-01T00:00:00Z") })
    expect(await readInbox(access, address)).toMatchObject({ askedAt: "2026-02-01T00:00:00.000Z" })
    expect(await readInbox(access, address)).not.toHaveProperty("answer")
  })

  it("that lapsed is not listed, and an answer to it is late", async () => {
    const access = accessTo(memoryState())
    await ask(access.state, { deadline: now.getTime() - 1 })
    expect(await listInbox(access, { now })).toEqual([])
    expect(await answerInbox(access, { ...address, value: "publish", by: "ann", at: now })).toMatchObject({
      kind: "late",
    })
    expect(access.events).toEqual([])
  })

  it("gets into the list beside many others asked at once", async () => {
    const state = memoryState()
    const steps = Array.from({ length: 12 }, (_, index) => `Flow/ask#${index}`)
    await Promise.all(steps.map((step) => listEntry(state, { run: "r", step })))
    expect((state.values.get("inbox:index") as { entries: unknown[] }).entries).toHaveLength(12)
  })
})

describe("an answer", () => {
  it("is written, raised and taken off the list", async () => {
    const access = accessTo(memoryState())
    await ask(access.state)
    expect(await answerInbox(access, { ...address, value: "publish", by: "ann", at: now })).toMatchObject({
      kind: "answered",
      entry: { answer: { value: "publish", by: "ann", at: now.toISOString() } },
    })
    expect(access.events).toEqual([{ run: "run-1", name: "answer:Flow/approve", payload: { v: "publish", by: "ann" } }])
    expect(await listInbox(access, { now })).toEqual([])
  })

  it("wins alone when two come at once", async () => {
    const access = accessTo(memoryState())
    await ask(access.state)
    const outcomes = await Promise.all(
      ["publish", "reject"].map((value, index) => answerInbox(access, { ...address, value, by: `person ${index}` })),
    )
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["already answered", "answered"])
    const winner = (await readInbox(access, address))?.answer
    expect(access.events.map(({ payload }) => payload)).toEqual([{ v: winner?.value, by: winner?.by }])
  })

  it("that comes later is told who was first, and delivers the first one once more", async () => {
    const access = accessTo(memoryState())
    await ask(access.state)
    await expect(
      answerInbox(
        { ...access, raiseEvent: () => Promise.reject(new Error("cut off")) },
        { ...address, value: "publish", by: "ann" },
      ),
    ).rejects.toThrow("cut off")
    expect(await answerInbox(access, { ...address, value: "reject", by: "bob" })).toMatchObject({
      kind: "already answered",
      by: "ann",
    })
    expect(access.events.map(({ payload }) => payload)).toEqual([{ v: "publish", by: "ann" }])
  })

  it("of the wrong type is refused in words", async () => {
    const access = accessTo(memoryState())
    await ask(access.state)
    expect(await answerInbox(access, { ...address, value: "maybe", by: "ann" })).toMatchObject({
      kind: "invalid",
      problems: ['the value must be one of "publish", "reject"'],
    })
    expect(access.events).toEqual([])
  })

  it("to nothing is unknown", async () => {
    expect(await answerInbox(accessTo(memoryState()), { ...address, value: 1, by: "ann" })).toEqual({ kind: "unknown" })
  })
})

describe("a parked step", () => {
  const park = async (state: MemoryState): Promise<void> => {
    const activity = activitiesOf([], servicesWith({ state })).get(parkActivity)
    const schema = { $ref: "#/$defs/Post", $defs: { Post: record({ ts: { type: "string" } }) } }
    const envelope = await activity?.(
      { getWorkflowInstanceId: () => "run-1" },
      {
        step: "Flow/post/manual",
        attempt: 1,
        key: "k",
        start: 0,
        parameters: {
          callable: "post",
          by: "ops",
          error: { kind: "unavailable", message: "down" },
          parameters: { text: "x" },
          schema,
        },
      },
    )
    expect(envelope).toMatchObject({ ok: true })
  }
  const decide = (state: MemoryState, value: unknown): ReturnType<typeof answerInbox> =>
    answerInbox(accessTo(state), { run: "run-1", step: "Flow/post/manual", value, by: "ops" })

  it("shows what failed", async () => {
    const state = memoryState()
    await park(state)
    expect(await readInbox({ state }, { run: "run-1", step: "Flow/post/manual" })).toMatchObject({
      kind: "manual",
      ask: "post failed (unavailable: down). ops: retry, skip with a value, or fail?",
      choices: ["retry", "skip", "fail"],
      parameters: { text: "x" },
      error: { kind: "unavailable" },
    })
  })

  it.each([
    [{ action: "retry" }, "answered"],
    [{ action: "fail" }, "answered"],
    [{ action: "skip", value: { ts: "1" } }, "answered"],
    [{ action: "skip" }, "invalid"],
    [{ action: "skip", value: { ts: 1 } }, "invalid"],
    ["retry", "invalid"],
  ])("takes %j as %s", async (value, kind) => {
    const state = memoryState()
    await park(state)
    expect((await decide(state, value)).kind).toBe(kind)
  })
})
