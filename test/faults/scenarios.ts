// The programs that are tortured: plain workflow functions for any host of the SDK, and what their client does.

import type { Task } from "../../runtime/contract.ts"
import type { AnyContext } from "../harness/any-context.ts"

type Body = (context: AnyContext, input: never) => AsyncGenerator<Task, unknown, never>

export interface Scenario {
  readonly name: string
  /** JSON text. */
  readonly input?: string
  /** Payloads of the events named "go" that its client raises, in order. */
  readonly events: readonly number[]
  readonly status: "completed" | "failed"
  /** JSON text; for a failed one, part of its message. */
  readonly outcome: string
  /** Answers may come in any order and any number to a turn: histories are equal but for that. */
  readonly isParallel: boolean
}

const fanOut = 100

export const scenarios: readonly Scenario[] = [
  { name: "sequence", input: "8", events: [], status: "completed", outcome: "[1,2,3,4,5,6,7,8]", isParallel: false },
  {
    name: "fanOut", input: `${fanOut}`, events: [], status: "completed", isParallel: true,
    outcome: `${(fanOut * (fanOut + 1)) / 2}`,
  },
  { name: "timers", events: [], status: "completed", outcome: "[2,\"late\"]", isParallel: true },
  { name: "events", events: [10, 20, 30], status: "completed", outcome: "[1,[10,20,30]]", isParallel: true },
  { name: "children", input: "3", events: [], status: "completed", outcome: "[[1,2],[1,2,3],6]", isParallel: true },
  { name: "renewal", input: "1", events: [7, 8], status: "completed", outcome: "[4,[7,8]]", isParallel: true },
  { name: "compensation", events: [], status: "failed", outcome: "no room left", isParallel: false },
]

export const stepNames: readonly string[] = ["step", "book", "cancel", "refuse"]

interface Seats {
  readonly round: number
  readonly heard?: readonly number[]
}

export const workflows: Readonly<Record<string, Body>> = {
  async *sequence(context, count: number) {
    const results: number[] = []
    for (let number = 1; number <= count; number++) results.push(yield context.callActivity("step", { number }))
    return results
  },
  async *fanOut(context, count: number) {
    const tasks = Array.from({ length: count }, (_, index) => context.callActivity("step", { number: index + 1 }))
    yield* settled(tasks)
    return tasks.reduce((sum, task) => sum + (task.getResult() as number), 0)
  },
  async *timers(context) {
    yield context.createTimer(after(context, 6))
    const first: number = yield context.callActivity("step", { number: 1 })
    const timers = [9, 3, 6].map((delayMs) => context.createTimer(after(context, delayMs)))
    yield* settled(timers)
    const second: number = yield context.callActivity("step", { number: first + 1 })
    const deadline = context.createTimer(after(context, 4))
    const winner: Task = yield context.whenAny([deadline, context.waitForExternalEvent("never")])
    return [second, winner === deadline ? "late" : "heard"]
  },
  async *events(context) {
    const first: number = yield context.callActivity("step", { number: 1 })
    const heard: number[] = []
    for (let count = 0; count < 3; count++) {
      heard.push((yield context.waitForExternalEvent("go") as Task as never) as number)
      yield context.callActivity("step", { number: count + 2 })
    }
    return [first, heard]
  },
  async *children(context, depth: number) {
    const child = context.callChildWorkflow("sequence", depth)
    const other = context.callChildWorkflow("sequence", 2, `${context.getWorkflowInstanceId()}-named`)
    yield* settled([child, other])
    const last: number = yield context.callActivity("step", { number: 6 })
    return [other.getResult(), child.getResult(), last]
  },
  async *renewal(context, input: number | Seats) {
    const { round, heard = [] }: Seats = typeof input === "number" ? { round: input } : input
    yield context.callActivity("step", { number: round })
    yield context.createTimer(after(context, 2))
    if (round === 2 || round === 3) {
      const event: number = yield context.waitForExternalEvent("go")
      context.continueAsNew({ round: round + 1, heard: [...heard, event] }, true)
      return
    }
    if (round < 4) context.continueAsNew({ round: round + 1, heard }, true)
    else return [round, heard]
  },
  async *compensation(context) {
    const booked: number[] = []
    try {
      for (const number of [1, 2, 3]) {
        booked.push(yield context.callActivity("book", { number }))
      }
      yield context.callActivity("refuse", { number: 4 })
    } catch (thrown) {
      for (const number of booked.reverse()) yield context.callActivity("cancel", { number })
      throw thrown
    }
  },
}

/** The SDK's own whenAll fails in four ways. */
async function* settled(tasks: readonly Task[]): AsyncGenerator<Task, void, unknown> {
  for (const task of tasks) if (!task.isComplete) yield task
}

function after(context: AnyContext, delayMs: number): Date {
  return new Date(context.getCurrentUtcDateTime().getTime() + delayMs)
}

export interface StepCall {
  readonly instanceId: string
  readonly activity: string
  readonly number: number
}

export type Activity = (context: { getWorkflowInstanceId(): string }, input: unknown) => Promise<number>

/** The activities of all scenarios; each tells of itself before it does anything. */
export function activitiesThat(onRun: (call: StepCall) => void | Promise<void>): ReadonlyMap<string, Activity> {
  return new Map(stepNames.map((activity) => {
    const run: Activity = async (context, input) => {
      const { number } = input as { readonly number: number }
      await onRun({ instanceId: context.getWorkflowInstanceId(), activity, number })
      if (activity === "refuse") throw new Error("no room left")
      return number
    }
    return [activity, run]
  }))
}
