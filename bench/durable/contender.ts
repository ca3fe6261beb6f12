// What every durable engine must offer to be measured, and how it is measured: the same work for all.

export interface Contender {
  /** One workflow of five no-op steps, one after the other, to its result. */
  steps(): Promise<void>
  /** One workflow of `count` no-op steps side by side. */
  fanOut(count: number): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Empty, and removed afterwards. */
  readonly folder: string
}

/** The engine is not here or does not start; the reason is shown in place of its figures. */
export class Unavailable extends Error {
  override readonly name = "Unavailable"
}

export interface Figures {
  readonly latencyMs: number
  readonly latencyMsP99: number
  readonly runsPerSecond: number
  readonly fanOutMs: number
}

export interface Effort {
  readonly warmUps: number
  readonly rounds: number
  readonly runsAlone: number
  readonly runsTogether: number
  readonly concurrency: number
  readonly fanOuts: number
  readonly fanOutCount: number
}

export const usualEffort: Effort = {
  warmUps: 20, rounds: 3, runsAlone: 60, runsTogether: 500, concurrency: 50, fanOuts: 10, fanOutCount: 100,
}

/** The median of the rounds; rounds so that one disturbance does not decide. */
export async function measure(contender: Contender, effort: Effort): Promise<Figures> {
  await together(effort.warmUps, 5, () => contender.steps())
  const rounds: Figures[] = []
  for (let round = 0; round < effort.rounds; round++) {
    const alone = await durations(effort.runsAlone, () => contender.steps())
    const startedMs = performance.now()
    await together(effort.runsTogether, effort.concurrency, () => contender.steps())
    const runsPerSecond = effort.runsTogether / ((performance.now() - startedMs) / 1_000)
    const fanOuts = await durations(effort.fanOuts, () => contender.fanOut(effort.fanOutCount))
    rounds.push({
      latencyMs: quantile(alone, 0.5), latencyMsP99: quantile(alone, 0.99), runsPerSecond, fanOutMs: quantile(fanOuts, 0.5),
    })
  }
  const median = (key: keyof Figures): number => quantile(rounds.map((round) => round[key]), 0.5)
  return {
    latencyMs: median("latencyMs"), latencyMsP99: median("latencyMsP99"), runsPerSecond: median("runsPerSecond"),
    fanOutMs: median("fanOutMs"),
  }
}

async function durations(count: number, work: () => Promise<void>): Promise<readonly number[]> {
  const found: number[] = []
  for (let index = 0; index < count; index++) {
    const startedMs = performance.now()
    await work()
    found.push(performance.now() - startedMs)
  }
  return found
}

export async function together(count: number, concurrency: number, work: () => Promise<void>): Promise<void> {
  let left = count
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (left-- > 0) await work()
  }))
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN
}
