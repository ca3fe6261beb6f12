// Tests to data: the forms that the checker knows, one by one.

import { assert, unreachable } from "../../../base/assert.ts"
import type {
  CrashStep, Expression, ExpectPredicate, ExpectStep, FaultStep, GivenOutcome, RunStep, SendStep, TestDeclaration, TestStep,
} from "../../../grammar/syntax/nodes.ts"
import { nameOf, originOf, symbolOf } from "../context.ts"
import type { Context } from "../context.ts"
import type { AmountName, CrashPlan, ExpectationPlan, FaultPlan, OutcomePlan, TestPlan, TestStepPlan } from "../test-plan.ts"
import { lowerExpression, lowerStep, plainTemplate } from "./expression.ts"
import { numberOf } from "./policy.ts"

export function lowerTest(context: Context, node: TestDeclaration): TestPlan {
  return { name: plainTemplate(node.name), origin: originOf(context, node), steps: node.steps.map((step) => lowerTestStep(context, step)) }
}

function lowerTestStep(context: Context, node: TestStep): TestStepPlan {
  const origin = originOf(context, node)
  switch (node.kind) {
    case "given":
      return { origin, kind: "given", callable: nameOf(context, node.callable), outcomes: node.outcomes.map((each) => lowerOutcome(context, each)) }
    case "run": return { origin, kind: "run", ...lowerRun(context, node) }
    case "send":
      return { origin, kind: "send", event: isCancel(context, node) ? "agentflow.cancel" : nameOf(context, node.event), ...(node.value === undefined ? {} : { value: lowerExpression(context, node.value) }) }
    case "advance": return { origin, kind: "advance", ms: numberOf(node.duration) }
    case "crash": return { origin, kind: "crash", where: lowerCrash(context, node) }
    case "fault": return { origin, kind: "fault", where: lowerFault(context, node) }
    case "expect": return { origin, kind: "expect", expected: lowerExpect(context, node) }
    default: return unreachable(node)
  }
}

function isCancel(context: Context, { event }: SendStep): boolean {
  return event.text === "cancel" && !context.checked.bound.files.get(context.path)!.uses.has(event.id)
}

function lowerOutcome(context: Context, { action, value, error, times, takes, costs, retryAfter }: GivenOutcome): OutcomePlan {
  const length = action === "takes" ? value : takes
  const result = action === "takes" ? undefined : value
  return {
    action: action === "takes" ? "returns" : action,
    ...(result === undefined ? {} : { value: lowerExpression(context, result) }),
    ...(error === undefined ? {} : { error: nameOf(context, error) }),
    ...(times === undefined ? {} : { times: numberOf(times) }),
    ...(length === undefined ? {} : { takesMs: numberOf(length) }),
    ...(costs === undefined ? {} : { costsNanoDollars: numberOf(costs) }),
    ...(retryAfter === undefined ? {} : { retryAfterMs: numberOf(retryAfter) }),
  }
}

function lowerRun(context: Context, { call }: RunStep): { readonly workflow: string; readonly arguments: ReturnType<typeof lowerStep>["arguments"] } {
  const plain = call.kind === "parenthesis" ? call.expression : call
  assert(plain.kind === "call", "a test that runs what is no call")
  const { callable, arguments: given } = lowerStep(context, plain)
  return { workflow: callable, arguments: given }
}

function lowerCrash(context: Context, { everywhere, point, step, at }: CrashStep): CrashPlan {
  if (everywhere) return { kind: "everywhere" }
  const number = at === undefined ? 1 : numberOf(at)
  if (step === undefined) return { kind: "boundary", index: number }
  return { kind: "call", callable: nameOf(context, step), point: point ?? "after", nth: number }
}

function lowerFault(context: Context, { everywhere, error, point, step, at, retryAfter }: FaultStep): FaultPlan {
  if (everywhere || error === undefined) return { kind: "everywhere" }
  const number = at === undefined ? 1 : numberOf(at)
  if (step === undefined) return { kind: "message", how: error.text as "drop" | "duplicate" | "delay", message: number }
  return { kind: "call", callable: nameOf(context, step), error: nameOf(context, error), nth: number, effect: point === "after", ...(retryAfter === undefined ? {} : { retryAfterMs: numberOf(retryAfter) }) }
}

// ---------------------------------------------------------------- expect

const statuses = ["completed", "failed", "cancelled", "waiting", "ended"] as const
const amounts: ReadonlySet<string> = new Set<AmountName>(["cost", "tokens", "calls", "time", "steps", "inbox", "deadLetters"])

function lowerExpect(context: Context, { subject, predicate }: ExpectStep): ExpectationPlan {
  const name = subject.kind === "nameExpression" ? subject.name : undefined
  const isBound = name !== undefined && context.checked.bound.files.get(context.path)!.uses.has(name.id)
  const status = isBound ? undefined : statuses.find((each) => each === name?.text)
  if (status !== undefined) {
    const kind = predicate?.word === "failed" ? predicate.values[0] : undefined
    return { kind: "status", status, ...(kind?.kind === "nameExpression" ? { error: nameOf(context, kind.name) } : {}) }
  }
  if (predicate === undefined) return { kind: "holds", condition: lowerExpression(context, subject) }
  if (predicate.word === "comparison") {
    const { operator = "==", values } = predicate
    const value = lowerExpression(context, values[0]!)
    if (!isBound && name !== undefined && amounts.has(name.text)) return { kind: "amount", of: name.text as AmountName, operator, value }
    return { kind: "value", actual: lowerExpression(context, subject), operator, value }
  }
  assert(name !== undefined, "an expectation about what has no name")
  return lowerPredicate(context, { callable: nameOf(context, name), symbol: symbolOf(context, name).id }, predicate)
}

function lowerPredicate(
  context: Context, { callable, symbol }: { readonly callable: string; readonly symbol: number }, { word, values, how }: ExpectPredicate,
): ExpectationPlan {
  const [first] = values
  switch (word) {
    case "called": {
      const times = how === "never" ? 0 : how === "once" ? 1 : first && numberOf(first)
      return { kind: "called", callable, ...(times === undefined ? {} : { times }) }
    }
    case "with": {
      const parameters = context.checked.signatures.get(symbol)?.parameters ?? []
      const named = values.map((value, index) => ({ name: parameters[index]?.name ?? String(index), value: lowerExpression(context, value) }))
      return { kind: "calledWith", callable, parameters: named }
    }
    case "before":
    case "after": return { kind: "order", callable, is: word, other: otherName(context, first) }
    case "effect": return { kind: "effect", callable, how: how === "never" || how === "undone" ? how : "once" }
    case "undone": return { kind: "effect", callable, how: "undone" }
    case "failed":
    case "comparison": return assert(false, `an expectation with ${word} about a callable`) as never
    default: return unreachable(word)
  }
}

function otherName(context: Context, value: Expression | undefined): string {
  assert(value?.kind === "nameExpression", "an order that names no callable")
  return nameOf(context, value.name)
}
