// Test blocks: what is given fits the callables, what is run is a workflow, what is expected is a known form.

import { nearest } from "../../base/diagnostics/suggest.ts"
import type { Expression, ExpectStep, GivenStep, RunStep, TestDeclaration } from "../../grammar/syntax/nodes.ts"
import { BUILT_IN_ERRORS, isBuiltInError } from "../1-bind/built-ins.ts"
import { didYouMean, replaceFix } from "../1-bind/hints.ts"
import { wholeNumber, duration, money } from "./constructs/constants.ts"
import { expectKind } from "./constructs/names.ts"
import { report, symbolAt, textOf, type Env } from "./context.ts"
import { expectType, shorten } from "./expect.ts"
import { checkExpression, stepCall } from "./expressions.ts"
import { checkArguments } from "./calls.ts"
import type { Type } from "./types.ts"
import { INT, NOTHING, UNKNOWN } from "./types/relate.ts"

/** What `expect` may be about when it is not a callable. */
const SUBJECTS = [
  "completed", "failed", "cancelled", "cost", "tokens", "calls", "result", "output", "time", "steps",
] as const

export function checkTest(test: TestDeclaration, env: Env): void {
  let result: Type = UNKNOWN
  for (const step of test.steps) {
    if (step.kind === "given") checkGiven(step, env)
    else if (step.kind === "run") result = checkRun(step, env)
    else if (step.kind === "advance") duration(step.duration, "The time to advance", env.file)
    else if (step.kind === "expect") checkExpect(step, env, result)
    else if (step.kind === "send") {
      expectKind(step.event, ["event"], env.file)
      const symbol = symbolAt(env.file, step.event)
      const type: Type = symbol?.kind === "event" ? { kind: "declared", symbol: symbol.id, name: symbol.name } : UNKNOWN
      if (step.value !== undefined) expectType(checkExpression(step.value, env, type), type, step.value, env, " as the event")
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

/** Gives what the run gives. */
function checkRun(step: RunStep, env: Env): Type {
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
    return UNKNOWN
  }
  const signature = file.context.signatures.get(symbol.id)
  checkArguments(call, symbol.name, signature?.parameters ?? [], env, checkExpression)
  return signature?.result ?? UNKNOWN
}

function checkExpect({ subject, predicate }: ExpectStep, env: Env, result: Type): void {
  const { file } = env
  const name = subject.kind === "nameExpression" ? subject.name : undefined
  const symbol = name === undefined ? undefined : symbolAt(file, name)
  if (name !== undefined && symbol === undefined && name.text !== "" && !(SUBJECTS as readonly string[]).includes(name.text)) {
    const near = nearest(name.text, [...SUBJECTS, ...file.bound.scope.keys()])
    report(file, subject, "AF2001", { name: name.text, hint: didYouMean(near) })
    return
  }
  if (predicate === undefined || predicate.recovered) return
  const [value] = predicate.values
  switch (predicate.word) {
    case "comparison": {
      const expected = name === undefined ? undefined : (AMOUNTS[name.text] ?? (RESULTS.has(name.text) ? result : undefined))
      const actual = value === undefined ? undefined : checkExpression(value, env, expected)
      if (expected === undefined || actual === undefined) return
      return void expectType(actual, expected, value!, env, ` to compare with ${name!.text}`)
    }
    case "called":
      if (name !== undefined) expectKind(name, CALLABLES, file)
      wholeNumber(value, { what: "The count of calls", min: 0 }, file)
      return
    case "with": {
      if (name === undefined || !expectKind(name, CALLABLES, file)) return
      const parameters = file.context.signatures.get(symbol!.id)?.parameters ?? []
      for (const [index, given] of predicate.values.entries()) {
        const parameter = parameters[index]
        const actual = checkExpression(given, env, parameter?.type)
        if (parameter !== undefined) expectType(actual, parameter.type, given, env, ` for the argument ${parameter.name}`)
      }
      return
    }
    case "failed":
      return checkKind(value, env)
    case "before":
    case "after":
      if (value?.kind === "nameExpression") expectKind(value.name, CALLABLES, file)
      return
    case "effect":
    case "undone":
      if (name !== undefined) expectKind(name, CALLABLES, file)
  }
}

const CALLABLES = ["tool", "agent", "human", "workflow"] as const
const AMOUNTS: Readonly<Record<string, Type>> = {
  cost: { kind: "money" }, tokens: INT, calls: INT, steps: INT, time: { kind: "duration" },
}
const RESULTS: ReadonlySet<string> = new Set(["result", "output"])

/** A built-in kind, or an error that is declared. */
function checkKind(value: Expression | undefined, { file }: Env): void {
  if (value?.kind !== "nameExpression" || isBuiltInError(value.name.text)) return
  const symbol = symbolAt(file, value.name)
  if (symbol?.kind === "error") return
  const declared = [...file.bound.scope].filter(([, id]) => file.context.bound.symbols.symbols[id]!.kind === "error")
  const near = nearest(value.name.text, [...BUILT_IN_ERRORS, ...declared.map(([text]) => text)])
  const fixes = replaceFix({ path: file.path, span: value.span }, near)
  report(file, value, "AF2008", { name: value.name.text, hint: didYouMean(near) }, { fixes })
}
