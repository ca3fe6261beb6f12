// Test blocks: what is given fits the callables, what is run is a workflow, what is expected is a known form.

import { nearest } from "../../base/diagnostics/suggest.ts"
import type { ExpectStep, GivenStep, RunStep, TestDeclaration } from "../../grammar/syntax/nodes.ts"
import { didYouMean } from "../1-bind/hints.ts"
import { wholeNumber, duration, money } from "./constructs/constants.ts"
import { expectKind } from "./constructs/names.ts"
import { report, symbolAt, textOf, type Env } from "./context.ts"
import { expectType, shorten } from "./expect.ts"
import { checkExpression, stepCall } from "./expressions.ts"
import { checkArguments } from "./calls.ts"
import { NOTHING } from "./types/relate.ts"

/** What `expect` may be about when it is not a callable. */
const SUBJECTS = [
  "completed", "failed", "cancelled", "cost", "tokens", "calls", "result", "output", "time", "steps",
] as const

export function checkTest(test: TestDeclaration, env: Env): void {
  for (const step of test.steps) {
    if (step.kind === "given") checkGiven(step, env)
    else if (step.kind === "run") checkRun(step, env)
    else if (step.kind === "advance") duration(step.duration, "The time to advance", env.file)
    else if (step.kind === "expect") checkExpect(step, env)
    else if (step.kind === "send") {
      expectKind(step.event, ["event"], env.file)
      if (step.value !== undefined) checkExpression(step.value, env)
    }
  }
}

function checkGiven(step: GivenStep, env: Env): void {
  const { file } = env
  if (!expectKind(step.callable, ["tool", "agent", "human", "workflow"], file)) return
  const result = file.context.signatures.get(symbolAt(file, step.callable)!.id)?.result ?? NOTHING
  for (const outcome of step.outcomes) {
    if (outcome.times !== undefined) wholeNumber(outcome.times, { what: "The count of times", min: 1 }, file)
    money(outcome.costs, "A cost", file, { free: true })
    if (outcome.value === undefined) continue
    if (outcome.action === "takes") duration(outcome.value, "The time it takes", file)
    else {
      expectType(
        checkExpression(outcome.value, env, result),
        result,
        outcome.value,
        env,
        ` as the result of ${step.callable.text}`,
      )
    }
  }
}

function checkRun(step: RunStep, env: Env): void {
  const { file } = env
  const call = stepCall(step.call, env)
  const symbol = call?.callee.kind === "nameExpression" ? symbolAt(file, call.callee.name) : undefined
  if (call === undefined || symbol?.kind !== "workflow") {
    const name = shorten(textOf(file, step.call))
    if (step.call.kind !== "missing") {
      report(
        file, step.call, "AF2016", { name, actual: "not the call of a workflow", expected: "the call of a workflow" },
      )
    }
    return
  }
  checkArguments(call, symbol.name, file.context.signatures.get(symbol.id)?.parameters ?? [], env, checkExpression)
}

function checkExpect({ subject }: ExpectStep, env: Env): void {
  if (subject.kind !== "nameExpression" || symbolAt(env.file, subject.name) !== undefined) return
  const name = subject.name.text
  if (name === "" || (SUBJECTS as readonly string[]).includes(name)) return
  const near = nearest(name, [...SUBJECTS, ...env.file.bound.scope.keys()])
  report(env.file, subject, "AF2001", { name, hint: didYouMean(near) })
}

