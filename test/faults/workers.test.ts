// Two workers on one task hub: one is killed with everything under way, and the other finishes all of it.

import { describe, expect, it } from "vitest"
import { begin, finish, judged, openKillBed, raiseEvents } from "./kill-bed.ts"
import { undisturbed } from "./kill-runs.ts"
import { scenarios } from "./scenarios.ts"

describe("two workers on the sidecar", () => {
  it("the one that lives finishes every run, and repeats no finished step", async () => {
    const bed = await openKillBed({ workers: 2 })
    try {
      const expected = await undisturbed(bed)
      const runs = scenarios.flatMap((scenario) => [1, 2, 3].map((number) => ({ scenario, id: `${scenario.name}-${number}` })))
      for (const { scenario, id } of runs) {
        await begin(bed, scenario, id)
        await raiseEvents(bed, scenario, id)
      }
      await bed.kill("worker")
      await bed.note("worker", runs.flatMap(({ id }) => [id, `${id}:0001`, `${id}-named`]))
      for (const { scenario, id } of runs) {
        expect({ id, found: judged(id, await finish(bed, id), scenario) }).toEqual({ id, found: expected.get(scenario.name) })
      }
      expect(bed.ranAgain()).toEqual([])
    } finally {
      await bed.close()
    }
  })
})
