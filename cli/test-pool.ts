// Spreads tests over threads: one job at a time for each, tests with many worlds shared between all.

import { availableParallelism } from "node:os"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import type { ProgramData, TestResult } from "../simulator/index.ts"
import type { FromWorker, TestJob, ToWorker } from "./test-worker.ts"

export interface TestToRun {
  /** Place of its program, and its own in that. */
  readonly program: number
  readonly test: number
  readonly hasWorlds: boolean
}

export interface FinishedTest extends TestToRun {
  readonly result: TestResult
  /** Of all threads together. */
  readonly ms: number
}

export interface PoolOptions {
  readonly programs: readonly ProgramData[]
  readonly tests: readonly TestToRun[]
  readonly seed: number
  readonly threads?: number
  readonly onFinished: (finished: FinishedTest) => void
  readonly onProgress: (worldsDone: number) => void
}

/** Resolves when every test has been told; rejects when a test could not be run at all. */
export async function runTests({ programs, tests, seed, threads = availableParallelism(), onFinished, onProgress }: PoolOptions): Promise<void> {
  const shards = (test: TestToRun): number => (test.hasWorlds ? threads : 1)
  const jobs: TestJob[] = []
  const parts = new Map<number, { readonly test: TestToRun; readonly left: Set<number>; readonly results: Map<number, TestResult>; ms: number }>()
  for (const [place, test] of tests.entries()) {
    const ids = Array.from({ length: shards(test) }, (_, index) => {
      jobs.push({ id: jobs.length, program: test.program, test: test.test, seed, shard: { index, of: shards(test) } })
      return jobs.length - 1
    })
    parts.set(place, { test, left: new Set(ids), results: new Map(), ms: 0 })
  }
  const placeOf = new Map([...parts].flatMap(([place, { left }]) => [...left].map((id) => [id, place] as const)))
  const worlds = new Map<number, number>()
  const take = (message: FromWorker): void => {
    if (message.kind === "progress") {
      worlds.set(message.id, message.done)
      return onProgress([...worlds.values()].reduce((sum, each) => sum + each, 0))
    }
    if (message.kind === "broken") return
    worlds.set(message.id, message.result.worlds)
    const part = parts.get(placeOf.get(message.id)!)!
    part.left.delete(message.id)
    part.results.set(message.id, message.result)
    part.ms += message.ms
    if (part.left.size === 0) onFinished({ ...part.test, result: together([...part.results].sort(([a], [b]) => a - b).map(([, result]) => result)), ms: part.ms })
  }
  const queue = [...jobs]
  const workers = Array.from({ length: Math.max(1, Math.min(threads, jobs.length)) }, () => startWorker(programs))
  try {
    await Promise.all(workers.map((worker) => work(worker, queue, take)))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function startWorker(programs: readonly ProgramData[]): Worker {
  const url = new URL(`../cli/test-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url)
  const worker = new Worker(url)
  for (const [program, data] of programs.entries()) worker.postMessage({ kind: "program", program, data } satisfies ToWorker)
  return worker
}

async function work(worker: Worker, queue: TestJob[], take: (message: FromWorker) => void): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) await finished(worker, job, take)
}

function finished(worker: Worker, job: TestJob, take: (message: FromWorker) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromWorker): void => {
      if (message.id !== job.id) return
      take(message)
      if (message.kind === "progress") return
      worker.off("message", onMessage)
      worker.off("error", reject)
      if (message.kind === "broken") reject(new Error(message.problem))
      else resolve()
    }
    worker.on("message", onMessage)
    worker.once("error", reject)
    worker.postMessage({ kind: "job", job } satisfies ToWorker)
  })
}

/** The parts of one test: what failed in any, in the order of its worlds. */
function together(results: readonly TestResult[]): TestResult {
  const failed = results.find(({ ok }) => !ok) ?? results[0]!
  if (results.length === 1) return failed
  return {
    ...failed,
    worlds: results.reduce((sum, { worlds }) => sum + worlds, 0),
    runs: results.reduce((sum, { runs }) => sum + runs, 0),
    failedWorlds: results.flatMap(({ failedWorlds }) => failedWorlds),
    faultPoints: [...new Set(results.flatMap(({ faultPoints }) => faultPoints))],
    covered: [...new Set(results.flatMap(({ covered }) => covered))],
  }
}
