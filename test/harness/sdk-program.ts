// A worker with a workflow that goes through most of what generated code asks of the SDK; says first what it found of the SDK.

import type { Flow } from "../../runtime/contract.ts"
import { event } from "../../runtime/define.ts"
import { caught, ToolError } from "../../runtime/errors.ts"
import { sdkVersion, isTestedSdk, loadExecutorInside } from "../../runtime/sdk/inside.ts"
import { startWorker } from "../../runtime/worker.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool } from "./callables.ts"

const echo = testTool("echo", { effect: "reads", run: ({ value }) => value ?? null })
const pause = testTool("pause", { effect: "reads", run: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve(ms), Number(ms))) })
const refuse = testTool("refuse", { effect: "reads", run: () => { throw new ToolError("Sold", "sold out", { data: { seats: 0 } }) } })
const Go = event({ name: "Go", schema: anything })
const plain = { parameters: objectSchema, result: anything } as const

const Part = workflow({ ...plain, name: "Part" }, function* (run, { value }) {
  return yield* run.call(echo, { value })
})
const Tour = workflow({ ...plain, name: "Tour" }, function* (run, { round, seen = [] }): Flow<unknown> {
  if (round === 2) return { seen, heard: yield* run.waitFor(Go), child: yield* run.call(Part, { value: false }) }
  const falsy: unknown[] = []
  for (const value of [0, false, "", null]) falsy.push(yield* run.call(echo, { value }))
  const wide = yield* run.each("wide", Array.from({ length: 130 }, () => 20), { atATime: 130 }, (one, ms) => one.call(pause, { ms }))
  const winner = yield* run.race("first", { *go(one) { return yield* one.waitFor(Go) }, *late(one) { yield* one.sleep("1s") } })
  let failure: unknown
  try {
    yield* run.call(refuse, {})
  } catch (thrown) {
    const { kind, message, data } = caught(thrown)
    failure = [kind, message, data]
  }
  return run.continueAsNew({ round: 2, seen: [falsy, wide.length, winner.winner, failure] })
})

const inProcess = await import("../../runtime/executor.ts")
  .then(({ createExecutor }) => createExecutor({ workflows: new Map() }))
  .then(() => "taken", (error: Error) => error.message)
process.stdout.write(`${JSON.stringify({ sdkVersion, isTestedSdk, inProcess, hasExecutor: (await loadExecutorInside()) !== undefined })}\n`)
await startWorker(
  { app: "tour", workflows: [Tour, Part] as never, callables: [echo, pause, refuse] },
  { variables: process.env, write: (line) => void process.stdout.write(`${line}\n`) },
)
