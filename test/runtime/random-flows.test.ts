// Random programs of every construct: whatever fails and whenever, they replay, keep to their caps and undo what they did.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Flow, Run } from "../../runtime/contract.ts"
import { catches, caught, FlowError } from "../../runtime/errors.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool } from "../harness/callables.ts"
import type { Fields } from "../harness/callables.ts"
import { play } from "../harness/fake-context.ts"
import type { Played } from "../harness/fake-context.ts"
import { cancel, done, failed, flow } from "../harness/flows.ts"

type Node =
  | { readonly do: "book"; readonly ms: number; readonly outcome: "ok" | "denied" | "network" | "unknown" }
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "fail" }
  | { readonly do: "sequence" | "parallel" | "race" | "saga" | "try" | "within" | "child"; readonly parts: readonly Node[]; readonly cap: number }
  | { readonly do: "each"; readonly parts: readonly Node[]; readonly atATime: number; readonly failures: "stop" | "skip" }

const ms = fc.integer({ min: 1, max: 40 })
const leaf = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("book" as const), ms, outcome: fc.constantFrom("ok" as const, "ok" as const, "ok" as const, "denied" as const, "network" as const, "unknown" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sleep" as const), ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
)
const program = fc.letrec<{ node: Node }>((tie) => {
  const parts = fc.array(tie("node"), { minLength: 1, maxLength: 3, depthIdentifier: "program" })
  return {
    node: fc.oneof({ depthSize: "small", depthIdentifier: "program", maxDepth: 4 }, leaf,
      fc.record({ do: fc.constantFrom("sequence" as const, "parallel" as const, "race" as const, "saga" as const, "try" as const, "within" as const, "child" as const), parts, cap: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ do: fc.constant("each" as const), parts, atATime: fc.integer({ min: 1, max: 3 }), failures: fc.constantFrom("stop" as const, "skip" as const) })),
  }
}).node

const reserve = testTool("reserve", { policy: { retry: { times: 1, backoff: { first: "15ms" } } }, compensate: (undo, parameters, result) => undo.call(cancel, { ...parameters, result }) })

function* perform(run: Run, node: Node): Flow<unknown> {
  switch (node.do) {
    case "book": return yield* run.call(reserve, { ms: node.ms, outcome: node.outcome })
    case "sleep": return yield* run.sleep(node.ms)
    case "fail": throw new FlowError("Sold", "out")
    case "sequence": return yield* all(run, node.parts)
    case "parallel": return yield* run.parallel("parallel", branches(node.parts))
    case "race": return yield* run.race("race", branches(node.parts))
    case "saga": return yield* run.saga("saga", (run) => all(run, node.parts))
    case "within": return yield* run.within("within", { budget: { calls: node.cap }, deadline: node.cap * 20 }, (run) => all(run, node.parts))
    case "child": return yield* run.call(child, { parts: node.parts })
    case "each": return yield* run.each("each", node.parts, { atATime: node.atATime, failures: node.failures }, perform)
    case "try":
      try { return yield* all(run, node.parts) } catch (thrown) {
        if (!catches(caught(thrown))) throw thrown
        return "caught"
      }
  }
}

function* all(run: Run, nodes: readonly Node[]): Flow<void> {
  for (const node of nodes) yield* perform(run, node)
}

function branches(parts: readonly Node[]): Record<string, (run: Run) => Flow<unknown>> {
  return Object.fromEntries(parts.map((part, index) => [`b${index}`, (run: Run) => perform(run, part)]))
}

const child = workflow({ name: "Child", parameters: objectSchema, result: anything },
  function* (run, { parts }: Fields) { yield* all(run, parts as Node[]) })

async function playProgram(node: Node, options: { readonly cap: number; readonly cancelAt?: number }): Promise<{ played: Played; completed: Map<string, unknown> }> {
  const completed = new Map<string, unknown>()
  const played = await play(flow((run) => perform(run, node), { budget: { calls: options.cap } }), {}, (name, input, _now, run) => {
    if (name === "cancel") return done()
    const { ms, outcome } = input.parameters as { ms: number; outcome: string }
    if (outcome === "denied") return { afterMs: ms, envelope: failed("denied") }
    if (outcome === "unknown") return { afterMs: ms, envelope: failed("timeout", { maybeDone: true }) }
    if (outcome === "network" && input.attempt === 1) return { afterMs: ms, envelope: failed("network") }
    completed.set(`${run} ${input.step}`, input.parameters)
    return { afterMs: ms, envelope: done(`${input.step}`) }
  }, { workflows: [child], ...(options.cancelAt === undefined ? {} : { raise: [{ name: "agentflow.cancel", payload: {}, at: options.cancelAt }] }) })
  return { played, completed }
}

const undone = (played: Played): string[] =>
  played.activities.filter(({ name }) => name === "cancel").map(({ run, step }) => `${run} ${step.replace("/undo/cancel", "")}`)

describe("random programs", () => {
  it("property: no cap is exceeded at any moment, and nothing stays reserved", async () => {
    await fc.assert(fc.asyncProperty(program, fc.integer({ min: 1, max: 12 }), fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }), async (node, cap, cancelAt) => {
      const { played } = await playProgram(node, { cap, ...(cancelAt === undefined ? {} : { cancelAt }) })
      for (const { spent, reserved } of played.statuses) expect(spent.calls + reserved.calls).toBeLessThanOrEqual(cap)
      expect(played.statuses.at(-1)).toMatchObject({ phase: "done", reserved: { tokens: 0, nanoDollars: 0, turns: 0, calls: 0 }, waiting: [] })
      const sent = played.activities.filter(({ name }) => name === "reserve").length
      expect(played.statuses.at(-1)?.spent.calls).toBe(sent)
    }), { seed: 71, numRuns: 250 })
  })

  it("property: a failed or cancelled run undoes each completed step exactly once, and none other", async () => {
    await fc.assert(fc.asyncProperty(program, fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }), async (node, cancelAt) => {
      const { played, completed } = await playProgram({ do: "sequence", parts: [node, { do: "fail" }], cap: 1 }, { cap: 1_000, ...(cancelAt === undefined ? {} : { cancelAt }) })
      expect(played.failure).toBeDefined()
      // What a completed child did is its own: this program declares no undo for it.
      const finished = new Set(played.children.filter(({ failure }) => failure === undefined).map(({ id }) => id))
      const owed = [...completed.keys()].filter((step) => !finished.has(step.split(" ")[0] ?? ""))
      expect(undone(played).toSorted()).toEqual(owed.toSorted())
    }), { seed: 72, numRuns: 250 })
  })

  it("property: a run that succeeds undoes only what it left: failed blocks and lost branches", async () => {
    await fc.assert(fc.asyncProperty(program, async (node) => {
      const { played, completed } = await playProgram(node, { cap: 1_000 })
      const once = undone(played)
      expect(new Set(once).size).toBe(once.length)
      for (const step of once) expect(completed.has(step)).toBe(true)
      const blocks = /\/(saga|race)(#\d+)?\//
      if (played.failure === undefined) for (const step of once) expect(blocks.test(step) || !step.startsWith("run-1 ")).toBe(true)
    }), { seed: 73, numRuns: 150 })
  })
})
