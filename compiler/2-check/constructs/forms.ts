// Block forms: each gives a value where one is wanted, and names its steps.

import { unreachable } from "../../../base/assert.ts"
import type {
  BlockForm, Branch, ForStatement, IfStatement, ParallelStatement, RaceStatement, TryStatement, WaitStatement,
} from "../../../grammar/syntax/nodes.ts"
import { report, symbolAt, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import { checkExpression } from "../expressions.ts"
import { assume } from "../narrowing.ts"
import { nameStep } from "../steps.ts"
import type { Type } from "../types.ts"
import { arrayOf, BOOL, expand, INT, isOptional, join, NEVER, NOTHING, UNKNOWN } from "../types/relate.ts"
import { render } from "../types/render.ts"
import { duration, wholeNumber } from "./constants.ts"
import { checkMatch } from "./match.ts"
import { expectKind } from "./names.ts"
import { block, NO_VALUE, type Parts, type Want } from "./parts.ts"
import { checkWithin } from "./within.ts"

export function checkForm(form: BlockForm, env: Env, want: Want, parts: Parts): Type {
  const { binding: _, ...inside } = env
  const type = typeOfForm(form, form.kind === "for" ? env : inside, want, parts)
  env.file.types.set(form.id, type)
  return type
}

function typeOfForm(form: BlockForm, env: Env, want: Want, parts: Parts): Type {
  switch (form.kind) {
    case "if":
      return checkIf(form, env, want, parts)
    case "match":
      return checkMatch(form, env, want, parts)
    case "for":
      return checkFor(form, env, want, parts)
    case "repeat":
      wholeNumber(form.times, { what: "The count of rounds", min: 1 }, env.file)
      parts.block(form.body.statements, { ...env, steps: new Map() }, NO_VALUE)
      if (form.until !== undefined) expectType(checkExpression(form.until, env), BOOL, form.until, env, " after until")
      return NOTHING
    case "while":
      expectType(checkExpression(form.condition, env), BOOL, form.condition, env, " after while")
      wholeNumber(form.times, { what: "The count of rounds", min: 1 }, env.file)
      parts.block(form.body.statements, { ...assume(form.condition, "true", env), steps: new Map() }, NO_VALUE)
      return NOTHING
    case "parallel":
    case "race":
      return checkBranches(form, env, parts)
    case "try":
      return checkTry(form, env, want, parts)
    case "within":
      checkWithin(form, env)
      return block(form.body, env, want, parts)
    case "saga":
    case "do":
      return block(form.body, env, want, parts)
    case "wait":
      return checkWait(form, env)
    default:
      return unreachable(form)
  }
}

function checkIf(form: IfStatement, env: Env, want: Want, parts: Parts): Type {
  expectType(checkExpression(form.condition, env), BOOL, form.condition, env, " after if")
  const then = block(form.then, assume(form.condition, "true", env), want, parts)
  const other = assume(form.condition, "false", env)
  if (form.otherwise === undefined) {
    if (!want.value) return NOTHING
    report(env.file, form, "AF3016", { what: "it has no `else`" })
    return UNKNOWN
  }
  const next = form.otherwise
  const otherwise = next.kind === "if" ? checkForm(next, other, want, parts) : block(next, other, want, parts)
  return both(then, otherwise, env, want)
}

/** What two ways through a form give together. */
export function both(a: Type, b: Type, env: Env, want: Want): Type {
  if (a.kind === "never" && b.kind === "never") return NEVER
  return want.value ? join(a, b, env.file.context.declared) : NOTHING
}

function checkFor(form: ForStatement, env: Env, want: Want, parts: Parts): Type {
  const { file } = env
  const { binding, ...around } = env
  const items = checkExpression(form.items, around)
  const known = expand(items, file.context.declared)
  if (isOptional(items, file.context.declared)) {
    expectType(items, arrayOf(UNKNOWN), form.items, env, " after in")
  } else if (known.kind !== "array" && known.kind !== "unknown") {
    report(file, form.items, "AF3001", { actual: render(items), expected: "a list", where: " after in" })
  }
  const element = known.kind === "array" ? known.element : UNKNOWN
  wholeNumber(form.atATime, { what: "The count at a time", min: 1, max: 64 }, file)
  const variable = symbolAt(file, form.variable)
  if (variable !== undefined) file.context.symbolTypes.set(variable.id, element)
  const index = form.index === undefined ? undefined : symbolAt(file, form.index)
  if (index !== undefined) file.context.symbolTypes.set(index.id, INT)
  nameStep(form.id, binding ?? "for", env)
  const inside: Env = { ...around, steps: new Map(), guarded: env.guarded || form.failures !== "stop" }
  const expected = want.expected === undefined ? undefined : expand(want.expected, file.context.declared)
  const wanted = expected?.kind === "array" ? expected.element : undefined
  const body = block(
    form.body,
    inside,
    !want.value ? NO_VALUE : wanted === undefined ? { value: true } : { value: true, expected: wanted },
    parts,
  )
  if (!want.value) return NOTHING
  const list = arrayOf(form.failures === "collect" ? { kind: "result", value: body } : body)
  if (expected !== undefined && expected.kind !== "array") expectType(list, want.expected!, form, env)
  return list
}

function checkTry(form: TryStatement, env: Env, want: Want, parts: Parts): Type {
  const catchesOpen = form.catches.some(
    ({ kinds }) => kinds.length === 0 || kinds.some(({ text }) => text === "circuit_open"),
  )
  let type = block(form.body, { ...env, guarded: env.guarded || catchesOpen }, want, parts)
  for (const clause of form.catches) {
    const symbol = clause.binding === undefined ? undefined : symbolAt(env.file, clause.binding)
    const errors = clause.kinds.map((kind) => symbolAt(env.file, kind)?.name ?? kind.text)
    if (symbol !== undefined) env.file.context.symbolTypes.set(symbol.id, { kind: "caughtError", errors })
    type = both(type, block(clause.body, env, want, parts), env, want)
  }
  reportShadowed(form, env)
  return type
}

/** A catch after one that takes everything, or whose kinds were all taken before. */
function reportShadowed(form: TryStatement, env: Env): void {
  const taken = new Set<string>()
  let all = false
  for (const clause of form.catches) {
    if (all && clause.kinds.every(({ text }) => text !== "budget_exceeded" && text !== "cancelled")) {
      report(env.file, clause, "AF3012", { why: "the catch before it takes every error" })
    } else if (clause.kinds.length > 0 && clause.kinds.every(({ text }) => taken.has(text))) {
      report(env.file, clause, "AF3012", { why: "its kinds are caught before" })
    }
    for (const { text } of clause.kinds) taken.add(text)
    all ||= clause.kinds.length === 0
  }
}

function checkBranches(form: ParallelStatement | RaceStatement, env: Env, parts: Parts): Type {
  const types = form.branches.map((branch) => checkBranch(branch, env, parts))
  if (form.kind === "parallel") return NOTHING
  const members = form.branches.map(({ name }, index): Type => ({
    kind: "record",
    fields: [{ name: "winner", type: { kind: "literal", value: name.text } }, { name: "value", type: types[index]! }],
  }))
  return { kind: "union", members }
}

function checkBranch(branch: Branch, env: Env, parts: Parts): Type {
  nameStep(branch.id, branch.name.text, env)
  const type = parts.right(branch.value, branch.clauses, { ...env, steps: new Map() }, { value: true })
  const symbol = symbolAt(env.file, branch.name)
  if (symbol !== undefined) env.file.context.symbolTypes.set(symbol.id, type)
  return type
}

function checkWait(form: WaitStatement, env: Env): Type {
  duration(form.timeout, "The time of a wait", env.file)
  nameStep(form.id, form.event.text, env)
  if (!expectKind(form.event, ["event"], env.file)) return UNKNOWN
  const symbol = symbolAt(env.file, form.event)!
  return { kind: "declared", symbol: symbol.id, name: symbol.name }
}
