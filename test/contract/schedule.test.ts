// When jobs are due, and what their app makes of them.

import { afterEach, describe, expect, it, vi } from "vitest"
import { createJobs } from "../../sidecar/api/jobs.ts"
import type { Job } from "../../sidecar/api/jobs.ts"
import { nextTime, parseDuration, parseSchedule } from "../../sidecar/api/schedule.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"

function times(text: string, from: string, count: number): readonly string[] {
  const schedule = parseSchedule(text)
  if (typeof schedule === "string") return [schedule]
  const found: string[] = []
  for (let at: number | undefined = Date.parse(from); found.length < count;) {
    at = nextTime(schedule, at)
    if (at === undefined) return [...found, "never"]
    found.push(new Date(at).toISOString().replace(".000Z", ""))
  }
  return found
}

describe("a schedule", () => {
  it.each([
    ["@every 1h30m", "2024-01-01T00:00:00Z", ["2024-01-01T01:30:00", "2024-01-01T03:00:00"]],
    ["@daily", "2024-02-28T12:00:00Z", ["2024-02-29T00:00:00", "2024-03-01T00:00:00"]],
    ["@monthly", "2023-12-05T00:00:00Z", ["2024-01-01T00:00:00", "2024-02-01T00:00:00"]],
    ["*/20 * * * * *", "2024-01-01T00:00:50Z", ["2024-01-01T00:01:00", "2024-01-01T00:01:20"]],
    ["0 30 9 * * mon-fri", "2024-01-05T10:00:00Z", ["2024-01-08T09:30:00", "2024-01-09T09:30:00"]],
    ["0 0 0 29 feb *", "2024-03-01T00:00:00Z", ["2028-02-29T00:00:00"]],
    ["0 0 12 1,15 * ?", "2024-01-01T12:00:00Z", ["2024-01-15T12:00:00", "2024-02-01T12:00:00"]],
    ["0 0 0 13 * fri", "2024-09-01T00:00:00Z", ["2024-09-06T00:00:00", "2024-09-13T00:00:00", "2024-09-20T00:00:00"]],
    ["0 0 0 31 feb *", "2024-01-01T00:00:00Z", ["never"]],
  ])("%s after %s", (text, from, expected) => {
    expect(times(text, from, expected.length)).toEqual(expected)
  })

  it.each(["nonsense", "61 * * * * *", "* * * * *", "*/0 * * * * *", "5-1 * * * * *", "@every", "@every 5", "@never"])(
    "'%s' is refused", (text) => {
      expect(typeof parseSchedule(text)).toBe("string")
    },
  )

  it("has durations as daprd writes them", () => {
    expect(["1h30m", "10s", "1.5s", "500ms", "5", ""].map(parseDuration)).toEqual([5_400_000, 10_000, 1_500, 500, undefined, undefined])
  })
})

describe("jobs", () => {
  afterEach(() => { vi.useRealTimers() })

  function bench(takes: (job: Job) => boolean = () => true) {
    vi.useFakeTimers({ now: 0 })
    const given: (readonly [string, number])[] = []
    const deliver = async (job: Job) => {
      given.push([job.name, Date.now()])
      return takes(job)
    }
    const store = openMemoryStore()
    const open = () => createJobs({ store, clock: Date.now, deliver, onFault: (error) => { throw error } })
    return { given, open, jobs: open() }
  }

  it("come at their times, as often as they shall", async () => {
    const { given, jobs } = bench()
    jobs.schedule({ name: "thrice", schedule: "@every 10s", repeats: 3 })
    jobs.schedule({ name: "once", dueTime: "15s" })
    jobs.schedule({ name: "until", schedule: "@every 20s", ttl: "45s" })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(given).toEqual([
      ["thrice", 10_000], ["once", 15_000], ["thrice", 20_000], ["until", 20_000], ["thrice", 30_000], ["until", 40_000],
    ])
    expect(() => jobs.get("once")).toThrow()
  })

  it("that an app does not take come again soon, three times more", async () => {
    const { given, jobs } = bench(() => false)
    jobs.schedule({ name: "unwanted", dueTime: "5s" })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(given.map(([, at]) => at)).toEqual([5_000, 6_000, 7_000, 8_000])
  })

  it("survive the sidecar, and what was due meanwhile comes at once", async () => {
    const { given, jobs, open } = bench()
    jobs.schedule({ name: "kept", dueTime: "5s" })
    jobs.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(given).toEqual([])
    const again = open()
    await vi.advanceTimersByTimeAsync(1)
    expect(given).toEqual([["kept", 60_000]])
    again.close()
  })

  it("are refused twice, without a time, or with one that can't be read", () => {
    const { jobs } = bench()
    jobs.schedule({ name: "one", schedule: "@hourly" })
    const refusal = (request: Parameters<typeof jobs.schedule>[0]) => {
      try {
        jobs.schedule(request)
        return "taken"
      } catch (error) {
        const { status, errorCode } = error as { status: number; errorCode: string }
        return `${status} ${errorCode}`
      }
    }
    expect(refusal({ name: "one", schedule: "@hourly" })).toBe("409 DAPR_SCHEDULER_SCHEDULE_JOB")
    expect(refusal({ name: "one", schedule: "@daily", overwrite: true })).toBe("taken")
    expect(jobs.get("one").schedule).toBe("@daily")
    expect(refusal({ name: "two" })).toBe("400 DAPR_SCHEDULER_SCHEDULE_EMPTY")
    expect(refusal({ name: "two", schedule: "nonsense" })).toBe("500 DAPR_SCHEDULER_SCHEDULE_JOB")
    expect(refusal({ name: "two", dueTime: "10m", repeats: 2 })).toBe("500 DAPR_SCHEDULER_SCHEDULE_JOB")
    jobs.remove("one")
    jobs.remove("one")
    jobs.close()
  })
})
