// Real processes, really killed: at seeded points of every scenario, and at random under load.

import { describe, expect, it } from "vitest"
import { killAtPoints, seededPoints, soak } from "./kill-runs.ts"
import type { KillReport } from "./kill-runs.ts"

function check({ points, ranAgain }: KillReport): void {
  for (const { scenario, victim, at, expected, found } of points) {
    const label = { scenario: scenario.name, victim, at }
    expect({ ...label, found }).toEqual({ ...label, found: expected })
  }
  expect(ranAgain).toEqual([])
}

describe("kill -9", () => {
  it("at 60 seeded points: same results, same histories, no finished step again", async () => {
    const report = await killAtPoints(seededPoints(20_241_123, 60))
    check(report)
    expect(report.points.filter(({ wasHit }) => wasHit).length).toBeGreaterThan(45)
  }, 400_000)

  it("at random moments with everything running at once", async () => {
    check(await soak({ seed: 7, kills: 2, timeMsMax: 60_000 }))
  }, 120_000)
})
