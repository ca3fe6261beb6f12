// Real kills at chosen points: one point of one scenario at a time, and a soak of random ones under load.

import { begin, finish, judged, openKillBed, raiseEvents, seeded } from "./kill-bed.ts"
import type { Clients, KillBed, Victim } from "./kill-bed.ts"
import { scenarios } from "./scenarios.ts"
import type { Scenario } from "./scenarios.ts"

export interface Point {
  readonly scenario: Scenario
  readonly victim: Victim
  /** Commits of the sidecar, or messages of the worker, until it dies. */
  readonly at: number
}

export interface PointReport extends Point {
  readonly expected: unknown
  readonly found: unknown
  readonly wasHit: boolean
}

export interface KillReport {
  readonly points: readonly PointReport[]
  readonly ranAgain: readonly string[]
}

/** Points up to which a scenario has commits and messages; the last ones may come to nothing. */
const extent: Readonly<Record<string, number>> = {
  sequence: 17, fanOut: 60, timers: 9, events: 9, children: 20, renewal: 16, compensation: 15,
}

export function allPoints(): readonly Point[] {
  return scenarios.flatMap((scenario) =>
    (["sidecar", "worker"] as const).flatMap((victim) =>
      Array.from({ length: extent[scenario.name] ?? 0 }, (_, index) => ({ scenario, victim, at: index + 1 }))))
}

/** `count` of all points, the same for the same seed, and every scenario and victim among them in turn. */
export function seededPoints(seed: number, count: number): readonly Point[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, index) => {
    const scenario = scenarios[index % scenarios.length]!
    const victim: Victim = Math.floor(index / scenarios.length) % 2 === 0 ? "sidecar" : "worker"
    return { scenario, victim, at: 1 + Math.floor(random() * (extent[scenario.name] ?? 1)) }
  })
}

export async function killAtPoints(points: readonly Point[], onPoint: (point: PointReport) => void = () => {}): Promise<KillReport> {
  const bed = await openKillBed()
  try {
    const expected = await undisturbed(bed)
    const reports: PointReport[] = []
    for (const [index, point] of points.entries()) {
      const { scenario } = point
      const id = `${scenario.name}-${index}`
      const { found, wasHit } = await killAt(bed, point, id)
      const report = { ...point, expected: expected.get(scenario.name), found, wasHit }
      onPoint(report)
      reports.push(report)
    }
    return { points: reports, ranAgain: bed.ranAgain() }
  } finally {
    await bed.close()
  }
}

export async function undisturbed(bed: Clients): Promise<ReadonlyMap<string, unknown>> {
  const expected = new Map<string, unknown>()
  for (const scenario of scenarios) {
    const id = `${scenario.name}-calm`
    await begin(bed, scenario, id)
    await raiseEvents(bed, scenario, id)
    expected.set(scenario.name, judged(id, await finish(bed, id), scenario))
  }
  return expected
}

async function killAt(bed: KillBed, { scenario, victim, at }: Point, id: string): Promise<{ found: unknown; wasHit: boolean }> {
  // Events that were answered for must survive; whether an unanswered one was kept nobody could know.
  if (scenario.events.length > 0) {
    await begin(bed, scenario, id)
    await raiseEvents(bed, scenario, id)
  }
  bed.arm(victim, at)
  if (scenario.events.length === 0) void begin(bed, scenario, id)
  const died = bed.death(victim).then(() => "died" as const)
  const ended = insistOnEnd(bed, id, died)
  const first = await Promise.race([died, ended.then(() => "ended" as const)])
  const wasHit = first === "died"
  if (wasHit) {
    await bed.revive(victim, [id, `${id}:0001`, `${id}-named`])
    await begin(bed, scenario, id)
  } else bed.arm(victim, Number.MAX_SAFE_INTEGER)
  return { found: judged(id, await finish(bed, id), scenario), wasHit }
}

/** Never settles when the death comes first: the wait is then made anew. */
async function insistOnEnd(bed: KillBed, id: string, died: Promise<unknown>): Promise<void> {
  try {
    await finish(bed, id)
  } catch (error) {
    await died
    throw error
  }
}

export interface SoakOptions {
  readonly seed: number
  readonly kills: number
  /** No kill is made after this time. */
  readonly timeMsMax: number
}

export interface SoakReport extends KillReport {
  readonly kills: number
}

/** The same runs meet with several deaths, also with one that comes while they get over the last. */
const killsPerBatch = 4

/** Kills at random moments while all scenarios run at the same time, again and again. */
export async function soak({ seed, kills, timeMsMax }: SoakOptions): Promise<SoakReport> {
  const random = seeded(seed)
  const until = Date.now() + timeMsMax
  const bed = await openKillBed()
  try {
    const expected = await undisturbed(bed)
    const reports: PointReport[] = []
    let done = 0
    while (done < kills && Date.now() < until) {
      const batch = scenarios.map((scenario) => ({ scenario, id: `${scenario.name}-soak${done}` }))
      await Promise.all(batch.map(async ({ scenario, id }) => {
        await begin(bed, scenario, id)
        await raiseEvents(bed, scenario, id)
      }))
      const ids = batch.flatMap(({ id }) => [id, `${id}:0001`, `${id}-named`])
      const killsNow = Math.min(kills - done, killsPerBatch)
      let victim: Victim = "sidecar"
      for (let count = 0; count < killsNow; count++) {
        victim = random() < 0.5 ? "sidecar" : "worker"
        await new Promise((resolve) => setTimeout(resolve, random() * 60))
        await bed.kill(victim)
        await bed.revive(victim, ids)
        done++
      }
      reports.push(...await Promise.all(batch.map(async ({ scenario, id }): Promise<PointReport> => {
        const found = judged(id, await finish(bed, id), scenario)
        return { scenario, victim, at: done, expected: expected.get(scenario.name), found, wasHit: true }
      })))
    }
    return { points: reports, ranAgain: bed.ranAgain(), kills: done }
  } finally {
    await bed.close()
  }
}
