// How long a run of so many steps takes alone, how many steps a second get done together, and how much its history holds.

import type { TaskHubClient } from "../../sidecar/client.ts"
import { together } from "../durable/contender.ts"

export type Name = "Chain" | "ByHand"

export interface Effort {
  readonly steps: number
  /** Runs of both before anything counts. */
  readonly warmUps: number
  /** One run of each, alone, so often. */
  readonly pairs: number
  /** So many runs of each at that concurrency, so often. */
  readonly batches: number
  readonly batch: number
  readonly concurrency: number
}

export const efforts: readonly Effort[] = [
  { steps: 10, warmUps: 60, pairs: 60, batches: 8, batch: 32, concurrency: 8 },
  { steps: 100, warmUps: 4, pairs: 12, batches: 4, batch: 6, concurrency: 3 },
  { steps: 1_000, warmUps: 0, pairs: 2, batches: 1, batch: 2, concurrency: 2 },
]

export interface Figures {
  readonly latencyMs: number
  readonly stepsPerSecond: number
  /** Of worker and sidecar, for each step of a run alone; absent where a system does not tell. */
  readonly processorMsPerStep: number | undefined
}

/** The ratios are medians over the pairs: what disturbs the machine meets both halves of a pair. More than 1 is in favour of the generated code. */
export interface Compared {
  readonly generated: Figures
  readonly byHand: Figures
  readonly latencyRatio: number
  readonly throughputRatio: number
}

export interface Growth {
  readonly events: number
  readonly bytes: number
}

const endDeadlineMs = 300_000

async function run(client: TaskHubClient, name: Name, steps: number): Promise<string> {
  const id = await client.start({ name, instanceId: crypto.randomUUID(), input: JSON.stringify({ count: steps }) })
  const view = await client.waitForEnd(id, { deadlineMs: endDeadlineMs })
  if (view?.output !== String(steps)) throw new Error(`${id} ${view?.status}: ${view?.failure?.errorMessage ?? view?.output}`)
  return id
}

interface Pair {
  readonly generated: number
  readonly byHand: number
}

/** Which of the two goes first changes from pair to pair. */
async function paired(count: number, measured: (name: Name) => Promise<number>): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (let index = 0; index < count; index++) {
    const first = index % 2 === 0 ? await measured("Chain") : undefined
    const byHand = await measured("ByHand")
    pairs.push({ generated: first ?? (await measured("Chain")), byHand })
  }
  return pairs
}

export interface Measuring {
  readonly client: TaskHubClient
  /** Of the processes that do the work, so far. */
  readonly processorMs: () => number | undefined
}

export async function compare({ client, processorMs }: Measuring, effort: Effort): Promise<Compared> {
  const { steps, warmUps, pairs, batches, batch, concurrency } = effort
  const used = { Chain: 0, ByHand: 0 }
  for (const name of ["Chain", "ByHand"] as const) await together(warmUps, concurrency, async () => void (await run(client, name, steps)))
  const alone = await paired(pairs, async (name) => {
    const before = processorMs() ?? NaN
    const startedMs = performance.now()
    await run(client, name, steps)
    const tookMs = performance.now() - startedMs
    used[name] += (processorMs() ?? NaN) - before
    return tookMs
  })
  const perStep = (name: Name): number | undefined => (Number.isNaN(used[name]) ? undefined : used[name] / pairs / steps)
  const rates = await paired(batches, async (name) => {
    const startedMs = performance.now()
    await together(batch, concurrency, async () => void (await run(client, name, steps)))
    return (batch * steps) / ((performance.now() - startedMs) / 1_000)
  })
  const figures = (of: keyof Pair, name: Name): Figures => ({
    latencyMs: median(alone.map((pair) => pair[of])), stepsPerSecond: median(rates.map((pair) => pair[of])), processorMsPerStep: perStep(name),
  })
  return {
    generated: figures("generated", "Chain"),
    byHand: figures("byHand", "ByHand"),
    latencyRatio: median(alone.map(({ generated, byHand }) => byHand / generated)),
    throughputRatio: median(rates.map(({ generated, byHand }) => generated / byHand)),
  }
}

/** Of the history as the host gives it out: its events, and the bytes of their JSON. */
export async function growth(client: TaskHubClient, name: Name, steps: number): Promise<Growth> {
  const history = await client.history(await run(client, name, steps))
  return { events: history.length, bytes: Buffer.byteLength(JSON.stringify(history)) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
}
