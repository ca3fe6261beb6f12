// What a test can never see: calls that no run of it makes, and expectations that contradict each other or all that can happen.

import type { Expression, ExpectStep, NodeBase, TestDeclaration } from "../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../1-bind/types.ts"
import { report, symbolAt, symbolOf, textOf, type Context, type FileContext } from "./context.ts"
import { shorten } from "./expect.ts"
import { isWhole } from "./flow/walk.ts"

/** By callable and policy: what its declaration names, and so all that it may call, offer, hand off to, undo or fall back to. */
type Named = ReadonlyMap<SymbolId, ReadonlySet<SymbolId>>

const CARRIERS: ReadonlySet<string> = new Set(["tool", "agent", "human", "workflow", "policy"])

export function checkTestReach(context: Context, files: readonly FileContext[]): void {
  const tests = files.flatMap((file) => file.bound.file.items.flatMap((item) => (item.kind === "test" && isWhole(item, file) ? [{ item, file }] : [])))
  if (tests.length === 0) return
  const named = namesOf(context, files)
  for (const { item, file } of tests) {
    checkCallables(item, file, named)
    checkStates(item, file)
    for (const step of item.steps) if (step.kind === "expect") checkAmount(step, file)
  }
}

function namesOf(context: Context, files: readonly FileContext[]): Named {
  const named = new Map<SymbolId, ReadonlySet<SymbolId>>()
  for (const file of files) {
    for (const item of file.bound.file.items) {
      if (!CARRIERS.has(item.kind) || !("name" in item) || item.name.kind !== "name") continue
      const symbol = symbolAt(file, item.name)
      if (symbol === undefined) continue
      const refers = [...file.bound.items.get(item)!.refers]
      named.set(symbol.id, new Set(refers.filter((id) => CARRIERS.has(symbolOf(context, id).kind))))
    }
  }
  return named
}

function reachedFrom(roots: readonly SymbolId[], named: Named): ReadonlySet<SymbolId> {
  const reached = new Set(roots)
  // A set gives what is added while it is gone through.
  for (const each of reached) for (const next of named.get(each) ?? []) reached.add(next)
  return reached
}

// ---------------------------------------------------------------- calls

function checkCallables(test: TestDeclaration, file: FileContext, named: Named): void {
  const runs = test.steps.flatMap((step) => (step.kind === "run" ? [file.calls.get(step.call.id)] : []))
  const roots = runs.filter((root) => root !== undefined)
  if (roots.length === 0 || roots.length < runs.length) return
  const reached = reachedFrom(roots, named)
  const workflows = [...new Set(roots)].map((root) => symbolOf(file.context, root).name).join(" nor ")
  const isIdle = (node: NodeBase): boolean => {
    const symbol = symbolAt(file, node)
    return symbol !== undefined && CARRIERS.has(symbol.kind) && !reached.has(symbol.id)
  }
  for (const step of test.steps) {
    if (step.kind === "given" && isIdle(step.callable)) {
      report(file, step.callable, "AF3032", { name: step.callable.text, workflows })
    }
    if (step.kind !== "expect") continue
    for (const name of neededBy(step)) {
      if (isIdle(name)) report(file, name, "AF3033", { what: shorten(textOf(file, step)), why: `${workflows} can't come to ${name.text}` })
    }
  }
}

/** The callables that have to be called for it to hold. */
function neededBy({ subject, predicate }: ExpectStep): readonly (NodeBase & { readonly text: string })[] {
  const named = (expression: Expression | undefined) => (expression?.kind === "nameExpression" ? [expression.name] : [])
  const [value] = predicate?.values ?? []
  switch (predicate?.word) {
    case "called": return predicate.how === "never" || (value?.kind === "number" && value.value === 0) ? [] : named(subject)
    case "effect": return predicate.how === "never" ? [] : named(subject)
    case "with":
    case "undone": return named(subject)
    case "before":
    case "after": return [...named(subject), ...named(value)]
    default: return []
  }
}

// ---------------------------------------------------------------- how it stands

const STATES = ["completed", "failed", "cancelled", "waiting", "ended"]

/** Between one `run`, `send` or `advance` and the next the run stands in one way. */
function checkStates(test: TestDeclaration, file: FileContext): void {
  let before: ExpectStep[] = []
  for (const step of test.steps) {
    if (step.kind === "run" || step.kind === "send" || step.kind === "advance") before = []
    if (step.kind !== "expect" || stateOf(step) === undefined) continue
    const against = before.find((each) => contradict(stateOf(each)!, stateOf(step)!))
    if (against !== undefined) {
      report(file, step, "AF3033", { what: textOf(file, step).trim(), why: `at the same point the test has \`${textOf(file, against).trim()}\`` })
    }
    before.push(step)
  }
}

interface State {
  readonly state: string
  readonly error: string | undefined
}

function stateOf({ subject, predicate }: ExpectStep): State | undefined {
  if (subject.kind !== "nameExpression" || !STATES.includes(subject.name.text)) return undefined
  if (predicate !== undefined && predicate.word !== "failed") return undefined
  const [error] = predicate?.values ?? []
  return { state: subject.name.text, error: error?.kind === "nameExpression" ? error.name.text : undefined }
}

function contradict(one: State, other: State): boolean {
  if (one.state === other.state) return one.error !== undefined && other.error !== undefined && one.error !== other.error
  const states = [one.state, other.state]
  return !states.includes("ended") || states.includes("waiting")
}

// ---------------------------------------------------------------- amounts

const AMOUNTS = ["cost", "tokens", "calls", "steps", "time", "inbox", "deadLetters"]

/** No amount is below nothing. */
function checkAmount(step: ExpectStep, file: FileContext): void {
  const { subject, predicate } = step
  if (subject.kind !== "nameExpression" || symbolAt(file, subject.name) !== undefined || !AMOUNTS.includes(subject.name.text)) return
  const [value] = predicate?.values ?? []
  const limit = value === undefined ? undefined : amountOf(value)
  const { operator } = predicate ?? {}
  if (limit === undefined || !((operator === "<" && limit <= 0) || ((operator === "<=" || operator === "==") && limit < 0))) return
  report(file, step, "AF3033", { what: textOf(file, step).trim(), why: `${subject.name.text} is never below nothing` })
}

function amountOf(value: Expression): number | undefined {
  switch (value.kind) {
    case "number": return value.value
    case "money": return value.nanoDollars
    case "duration": return value.ms
    case "unary": {
      const operand = amountOf(value.operand)
      return value.operator === "-" && operand !== undefined ? -operand : undefined
    }
    default: return undefined
  }
}
