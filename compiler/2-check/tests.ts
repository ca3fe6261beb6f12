// Test blocks: what is given fits the callables, what is run is a workflow, what is expected is a known form.

import { nearest } from "../../base/diagnostics/suggest.ts"
import type {
  CrashStep, Expression, ExpectStep, FaultStep, GivenOutcome, GivenStep, RunStep, SendStep, TestDeclaration, TestStep,
} from "../../grammar/syntax/nodes.ts"
import { BUILT_IN_ERRORS, isBuiltInError } from "../1-bind/built-ins.ts"
import { didYouMean, replaceFix } from "../1-bind/hints.ts"
import { wholeNumber, duration, money } from "./constructs/constants.ts"
import { expectKind } from "./constructs/names.ts"
import { report, symbolAt, textOf, type Env } from "./context.ts"
import { expectType, shorten } from "./expect.ts"
import { checkExpression, stepCall } from "./expressions.ts"
import { checkArguments } from "./calls.ts"
import type { Type } from "./types.ts"
import { BOOL, INT, NOTHING, UNKNOWN } from "./types/relate.ts"

/** What `expect` may be about when it is not a callable. */
const SUBJECTS = [
  "completed", "failed", "cancelled", "waiting", "ended", "cost", "tokens", "calls", "result", "output", "time", "steps",
  "inbox", "deadLetters",
] as const

export function checkTest(test: TestDeclaration, env: Env): void {
  const { symbolTypes } = env.file.context
  const result = env.file.bound.uses.get(test.id)
  for (const step of test.steps) {
    const type = checkTestStep(step, env)
    if (type !== undefined && result !== undefined) symbolTypes.set(result, type)
  }
}

/** Of a run: what it gives. */
function checkTestStep(step: TestStep, env: Env): Type | undefined {
  switch (step.kind) {
    case "given": return void checkGiven(step, env)
    case "run": return checkRun(step, env)
    case "advance": return void duration(step.duration, "The time to advance", env.file)
    case "send": return void checkSend(step, env)
    case "crash": return void checkCrash(step, env)
    case "expect": return void checkExpect(step, env)
    case "fault": return void checkFault(step, env)
  }
}

function checkSend(step: SendStep, env: Env): void {
  if (step.event.text === "cancel" && symbolAt(env.file, step.event) === undefined) return
  expectKind(step.event, ["event"], env.file)
  const symbol = symbolAt(env.file, step.event)
  const type: Type = symbol?.kind === "event" ? { kind: "declared", symbol: symbol.id, name: symbol.name } : UNKNOWN
  if (step.value !== undefined) expectType(checkExpression(step.value, env, type), type, step.value, env, " as the event")
}

function checkCrash({ step, at }: CrashStep, { file }: Env): void {
  if (step !== undefined) expectKind(step, CALLABLES, file)
  if (at === undefined) return
  wholeNumber(at, step === undefined ? { what: "The number of a boundary", min: 0 } : { what: "The number of a call", min: 1 }, file)
}

const MESSAGE_FAULTS = ["drop", "duplicate", "delay"]

function checkFault({ error, step, at, retryAfter }: FaultStep, { file }: Env): void {
  if (step !== undefined) expectKind(step, CALLABLES, file)
  if (retryAfter !== undefined) duration(retryAfter, "The time after which to retry", file)
  if (at !== undefined) wholeNumber(at, step === undefined ? { what: "The number of a message", min: 0 } : { what: "The number of a call", min: 1 }, file)
  if (step !== undefined || error === undefined || MESSAGE_FAULTS.includes(error.text)) return
  const facts = { name: error.text, actual: "not what happens to a message", expected: "drop, duplicate or delay, or `in` and what is called" }
  report(file, error, "AF2016", facts)
}

function checkGiven(step: GivenStep, env: Env): void {
  const { file } = env
  if (!expectKind(step.callable, CALLABLES, file)) return
  const result = file.context.signatures.get(symbolAt(file, step.callable)!.id)?.result ?? NOTHING
  for (const outcome of step.outcomes) checkOutcome(outcome, { name: step.callable.text, result }, env)
}

function checkOutcome(outcome: GivenOutcome, of: { readonly name: string; readonly result: Type }, env: Env): void {
  const { action, value, times, takes, costs, retryAfter } = outcome
  if (times !== undefined) wholeNumber(times, { what: "The count of times", min: 1 }, env.file)
  if (takes !== undefined) duration(takes, "The time it takes", env.file)
  if (retryAfter !== undefined) duration(retryAfter, "The time after which to retry", env.file)
  money(costs, "A cost", env.file, { free: true })
  if (value === undefined) return
  if (action === "takes") duration(value, "The time it takes", env.file)
  else expectType(checkExpression(value, env, of.result), of.result, value, env, ` as the result of ${of.name}`)
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
  file.calls.set(call.id, symbol.id)
  checkArguments(call, symbol.name, signature?.parameters ?? [], env, checkExpression)
  return signature?.result ?? UNKNOWN
}

function checkExpect({ subject, predicate }: ExpectStep, env: Env): void {
  const { file } = env
  const name = subject.kind === "nameExpression" ? subject.name : undefined
  const symbol = name === undefined ? undefined : symbolAt(file, name)
  if (name !== undefined && symbol === undefined && name.text !== "" && !(SUBJECTS as readonly string[]).includes(name.text)) {
    const near = nearest(name.text, [...SUBJECTS, ...file.bound.scope.keys()])
    report(file, subject, "AF2001", { name: name.text, hint: didYouMean(near) })
    return
  }
  const isValue = name === undefined || symbol?.kind === "result"
  const subjectType = isValue ? checkExpression(subject, env) : UNKNOWN
  if (predicate?.recovered) return
  if (predicate === undefined) {
    if (isValue) expectType(subjectType, BOOL, subject, env, " as what is expected")
    return
  }
  const [value] = predicate.values
  switch (predicate.word) {
    case "comparison": {
      const expected = isValue ? subjectType : AMOUNTS[name.text]
      const actual = value === undefined ? undefined : checkExpression(value, env, expected)
      if (expected === undefined || actual === undefined) return
      return void expectType(actual, expected, value!, env, ` to compare with ${shorten(textOf(file, subject))}`)
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
  cost: { kind: "money" }, tokens: INT, calls: INT, steps: INT, time: { kind: "duration" }, inbox: INT, deadLetters: INT,
}

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
