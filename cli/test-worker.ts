// A thread that runs tests: it loads each program once and answers each job with a result, or with what broke.

import { parentPort } from "node:worker_threads"
import { loadProgram, runTest } from "../simulator/index.ts"
import type { Program, ProgramData, TestResult } from "../simulator/index.ts"

export interface TestJob {
  readonly id: number
  readonly program: number
  readonly test: number
  readonly seed: number
  readonly shard: { readonly index: number; readonly of: number }
}

export type ToWorker = { readonly kind: "program"; readonly program: number; readonly data: ProgramData } | { readonly kind: "job"; readonly job: TestJob }

export type FromWorker =
  | { readonly kind: "progress"; readonly id: number; readonly done: number; readonly total: number }
  | { readonly kind: "result"; readonly id: number; readonly result: TestResult; readonly ms: number }
  | { readonly kind: "broken"; readonly id: number; readonly problem: string }

const programs = new Map<number, Promise<Program>>()
const progressEveryMs = 100

async function run({ id, program, test, seed, shard }: TestJob): Promise<FromWorker> {
  const loaded = await programs.get(program)!
  const started = performance.now()
  let toldAt = started
  const result = await runTest(loaded, loaded.tests[test]!, {
    seed, shard,
    onProgress(done, total) {
      if (performance.now() - toldAt < progressEveryMs) return
      toldAt = performance.now()
      answer({ kind: "progress", id, done, total })
    },
  })
  return { kind: "result", id, result, ms: performance.now() - started }
}

function answer(message: FromWorker): void {
  parentPort!.postMessage(message)
}

parentPort!.on("message", (message: ToWorker) => {
  if (message.kind === "program") return void programs.set(message.program, loadProgram(message.data))
  const { job } = message
  run(job).then(answer, (error: unknown) => answer({ kind: "broken", id: job.id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
})
