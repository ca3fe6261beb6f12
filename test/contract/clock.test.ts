// A clock that jumps: hours pass at once, in the order and with the times that they would have had.

import { describe, expect, it } from "vitest"
import type { Task } from "../../runtime/contract.ts"
import { createExecutor } from "../../runtime/executor.ts"
import type { WorkflowBody } from "../../runtime/executor.ts"
import { createJumpingClock } from "../../sidecar/clock.ts"
import type { WorkItem } from "../../sidecar/dispatcher.ts"
import { startInProcessHost } from "../../sidecar/in-process.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import type { AnyContext } from "../harness/any-context.ts"

const hour = 3_600_000
const startMs = Date.UTC(2030, 0, 1)
const ended = ({ completedAtMs }: { readonly completedAtMs?: number }): boolean => completedAtMs !== undefined

function startHost(body: unknown, slots?: number) {
  const clock = createJumpingClock(startMs)
  const answered: string[] = []
  const host = startInProcessHost({
    store: openMemoryStore(), clock, ...(slots === undefined ? {} : { slots }),
    executor: createExecutor({ workflows: new Map([["flow", body as WorkflowBody]]) }),
    activities: new Map([["work", async (_context, input) => {
      await clock.sleep(Number(input) * hour)
      return input
    }]]),
    onAnswered: (item: WorkItem) => {
      if (item.kind === "activity") answered.push(`${item.input} at ${(clock.now() - startMs) / hour}`)
    },
  })
  return { clock, answered, ...host }
}

describe("a jumping clock", () => {
  it("passes long timers at once, each at its time", async () => {
    const { hub, close } = startHost(async function* (context: AnyContext): AsyncGenerator<Task, unknown, never> {
      const heard: number[] = []
      for (const hours of [48, 1, 24]) {
        yield context.createTimer(new Date(context.getCurrentUtcDateTime().getTime() + hours * hour))
        heard.push((context.getCurrentUtcDateTime().getTime() - startMs) / hour)
      }
      return heard
    })
    await hub.start({ instanceId: "long", name: "flow" })
    const { output, completedAtMs } = await hub.wait("long", ended, AbortSignal.timeout(10_000))
    expect(JSON.parse(output ?? "")).toEqual([48, 49, 73])
    expect(completedAtMs).toBe(startMs + 73 * hour)
    await close()
  })

  it("lets activities that sleep end in the order of their times, mixed with timers and events", async () => {
    const { clock, hub, answered, close } = startHost(async function* (context: AnyContext): AsyncGenerator<Task, unknown, never> {
      const heard: string[] = []
      const names = new Map<Task, string>([3, 1, 2].map((hours) => [context.callActivity("work", hours), `work ${hours}`] as const))
      names.set(context.createTimer(new Date(startMs + 1.5 * hour)), "timer")
      names.set(context.waitForExternalEvent("go"), "event")
      while (names.size > 0) {
        const winner: Task = yield context.whenAny([...names.keys()])
        heard.push(names.get(winner) ?? "")
        names.delete(winner)
      }
      return heard
    })
    clock.at(startMs + 2.5 * hour, () => void hub.send("mixed", { kind: "raiseEvent", name: "go", input: "1" }))
    await hub.start({ instanceId: "mixed", name: "flow" })
    const { output } = await hub.wait("mixed", ended, AbortSignal.timeout(10_000))
    expect(JSON.parse(output ?? "")).toEqual(["work 1", "timer", "work 2", "event", "work 3"])
    expect(answered).toEqual(["1 at 1", "2 at 2", "3 at 3"])
    await close()
  })

  it("goes on when all slots are taken by sleepers and more work waits for them", async () => {
    const { hub, answered, close } = startHost(async function* (context: AnyContext): AsyncGenerator<Task, unknown, never> {
      for (const task of [5, 4, 3, 2, 1].map((hours) => context.callActivity("work", hours))) if (!task.isComplete) yield task
      return "done"
    }, 4)
    await hub.start({ instanceId: "narrow", name: "flow" })
    await hub.wait("narrow", ended, AbortSignal.timeout(10_000))
    expect(answered).toEqual(["4 at 4", "5 at 5", "3 at 7", "2 at 7", "1 at 8"])
    await close()
  })
})
