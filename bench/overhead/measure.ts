// How long a run of so many steps takes alone, how many steps a second get done together, and how much its history holds.

import type { TaskHubClient } from "../../sidecar/client.ts"
import { together } from "../durable/contender.ts"

export interface Effort {
  readonly steps: number
  readonly warmUps: number
  readonly alone: number
  readonly together: number
  readonly concurrency: number
}

export const efforts: readonly Effort[] = [
  { steps: 10, warmUps: 30, alone: 60, together: 160, concurrency: 8 },
  { steps: 100, warmUps: 3, alone: 10, together: 16, concurrency: 4 },
  { steps: 1_000, warmUps: 0, alone: 1, together: 2, concurrency: 2 },
]

export interface Figures {
  readonly latencyMs: number
  readonly stepsPerSecond: number
}

export interface Growth {
  readonly events: number
  readonly bytes: number
}

const endDeadlineMs = 120_000

async function run(client: TaskHubClient, steps: number): Promise<string> {
  const id = await client.start({ name: "Chain", instanceId: crypto.randomUUID(), input: JSON.stringify({ count: steps }) })
  const view = await client.waitForEnd(id, { deadlineMs: endDeadlineMs })
  if (view?.output !== String(steps)) throw new Error(`${id} ${view?.status}: ${view?.failure?.errorMessage ?? view?.output}`)
  return id
}

export async function measure(client: TaskHubClient, { steps, warmUps, alone, together: count, concurrency }: Effort): Promise<Figures> {
  await together(warmUps, concurrency, async () => void (await run(client, steps)))
  const times: number[] = []
  for (let index = 0; index < alone; index++) {
    const startedMs = performance.now()
    await run(client, steps)
    times.push(performance.now() - startedMs)
  }
  if (process.env["DEBUG_BENCH"]) console.error(steps, times.map((t) => t.toFixed(1)).join(" "))
  const startedMs = performance.now()
  await together(count, concurrency, async () => void (await run(client, steps)))
  const stepsPerSecond = (count * steps) / ((performance.now() - startedMs) / 1_000)
  return { latencyMs: median(times), stepsPerSecond }
}

/** Of the history as the host gives it out: its events, and the bytes of their JSON. */
export async function growth(client: TaskHubClient, steps: number): Promise<Growth> {
  const history = await client.history(await run(client, steps))
  return { events: history.length, bytes: Buffer.byteLength(JSON.stringify(history)) }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2
}
