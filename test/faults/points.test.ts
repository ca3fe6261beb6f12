// Every point of every scenario in the one-process host: a crash at each commit, a fault with each message.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { comparable, doubledAnswers, earlyTimers } from "./histories.ts"
import { scenarios } from "./scenarios.ts"
import type { Scenario } from "./scenarios.ts"
import { torture } from "./torture.ts"
import type { Fault, Report } from "./torture.ts"

/** What of a report must not depend on the fault. */
function essence({ summary, histories }: Report, scenario: Scenario): unknown {
  const { status, output, failure, customStatus } = summary
  return {
    status, output, failure: failure?.errorMessage, customStatus,
    histories: [...histories].sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, history]) => [id, comparable(history, scenario)]),
  }
}

/** What no run may show, disturbed or not. */
function offences({ broken, histories }: Report): readonly string[] {
  return [...broken, ...[...histories.values()].flatMap((history) => [...earlyTimers(history), ...doubledAnswers(history)])]
}

interface Attempt {
  readonly scenario: Scenario
  readonly fault: Fault
  readonly onDisk: boolean
}

async function attempt({ scenario, fault, onDisk }: Attempt): Promise<Report> {
  if (!onDisk) return torture({ scenario, fault })
  const folder = mkdtempSync(join(tmpdir(), "agentflow-torture-"))
  try {
    return await torture({ scenario, fault, folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) => {
  const undisturbed = torture({ scenario, fault: { kind: "none" } })

  it("ends as it should when nothing happens", async () => {
    const { summary } = await undisturbed
    expect(summary.status).toBe(scenario.status)
    if (scenario.status === "completed") expect(summary.output).toBe(scenario.outcome)
    else expect(summary.failure?.errorMessage).toContain(scenario.outcome)
    expect(offences(await undisturbed)).toEqual([])
  })

  it.each<[Exclude<Fault["kind"], "none">, "commits" | "messages", boolean]>([
    ["crash after commit", "commits", true], ["crash before commit", "commits", false],
    ["message lost", "messages", false], ["worker killed after message", "messages", false],
    ["message doubled", "messages", false],
  ])("%s, at every point", async (kind, what, onDisk) => {
    const expected = essence(await undisturbed, scenario)
    const points = (await undisturbed)[what]
    let hits = 0
    for (let at = 1; at <= points; at++) {
      const report = await attempt({ scenario, fault: { kind, at }, onDisk })
      if (report.wasHit) hits++
      expect({ at, ...(essence(report, scenario) as object) }).toEqual({ at, ...(expected as object) })
      expect({ at, offences: offences(report) }).toEqual({ at, offences: [] })
    }
    // Commits are as many as the ticks that they are grouped by, so the last points may come to nothing.
    expect(hits).toBeGreaterThan(points * 0.7)
  })
})
