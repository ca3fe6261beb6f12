// Random workflow programs as data, and the one generator function that interprets them on any host of the SDK.

import fc from "fast-check"
import type { Task } from "../../runtime/contract.ts"
import type { AnyContext } from "../harness/any-context.ts"

export type Statement =
  | { readonly kind: "activity"; readonly name: string; readonly caught: boolean }
  | { readonly kind: "timer"; readonly delayMs: number }
  | { readonly kind: "event"; readonly name: string }
  | { readonly kind: "child"; readonly caught: boolean }
  | { readonly kind: "all"; readonly count: number }
  | { readonly kind: "race"; readonly name: string; readonly delayMs: number }
  | { readonly kind: "status" }
  | { readonly kind: "fail" }
  | { readonly kind: "renew" }

const name = fc.constantFrom("a", "B")
const delayMs = fc.integer({ min: 0, max: 5 })

const statement: fc.Arbitrary<Statement> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("activity" as const), name, caught: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("timer" as const), delayMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("event" as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("child" as const), caught: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("all" as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("race" as const), name, delayMs }) },
  { weight: 1, arbitrary: fc.constant<Statement>({ kind: "status" }) },
  { weight: 1, arbitrary: fc.constantFrom<Statement>({ kind: "fail" }, { kind: "renew" }) },
)

export const program: fc.Arbitrary<readonly Statement[]> = fc.array(statement, { minLength: 1, maxLength: 8 })

export function interpreter(statements: readonly Statement[]) {
  return async function* (context: AnyContext, input: unknown): AsyncGenerator<Task, unknown, unknown> {
    const round = (input as { readonly round?: number } | undefined)?.round ?? 0
    const seen: unknown[] = [round, context.getCurrentUtcDateTime().getTime()]
    for (const [index, one] of statements.entries()) {
      switch (one.kind) {
        case "activity": seen.push(yield* attempted(context.callActivity(one.name, { index }), one.caught)); break
        case "timer": yield context.createTimer(new Date(context.getCurrentUtcDateTime().getTime() + one.delayMs)); break
        case "event": seen.push(yield context.waitForExternalEvent(one.name)); break
        case "child": seen.push(yield* attempted(context.callChildWorkflow("child", { index }), one.caught)); break
        case "all": {
          const tasks = Array.from({ length: one.count }, (_, part) => context.callActivity("a", { index, part }))
          for (const task of tasks) seen.push(yield* attempted(task, true))
          break
        }
        case "race": {
          const timer = context.createTimer(new Date(context.getCurrentUtcDateTime().getTime() + one.delayMs))
          const winner = (yield context.whenAny([timer, context.waitForExternalEvent(one.name)])) as Task
          seen.push(winner === timer ? "timer" : winner.getResult())
          break
        }
        case "status": context.setCustomStatus(`at ${index} of round ${round}`); break
        case "fail": throw new RangeError(`failed at ${index}`)
        case "renew":
          if (round < 2) {
            context.continueAsNew({ round: round + 1 }, round === 0)
            return
          }
      }
    }
    return seen
  }
}

/** A task that is complete already is read, not yielded: the SDK would hand on its failure as a value. */
function* attempted(task: Task, caught: boolean): Generator<Task, unknown, unknown> {
  try {
    if (!task.isComplete) return yield task
    if (task.isFailed) throw task.getException()
    return task.getResult()
  } catch (thrown) {
    if (!caught) throw thrown
    return (thrown as Error).message
  }
}

/** What happens between two turns: an answer to open work (by index), an event, a command, or nothing. */
export type Happening =
  | { readonly kind: "answer"; readonly which: number; readonly failed: boolean }
  | { readonly kind: "event"; readonly name: string; readonly value: number }
  | { readonly kind: "suspend" | "resume" | "terminate" }
  | { readonly kind: "turn" }

export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("answer" as const), which: fc.nat(9), failed: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("event" as const), name: fc.constantFrom("a", "A", "b"), value: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Happening>({ kind: "suspend" }, { kind: "resume" }) },
  { weight: 6, arbitrary: fc.constant<Happening>({ kind: "turn" }) },
), { minLength: 5, maxLength: 60 })
