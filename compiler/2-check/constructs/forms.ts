// Block forms: each gives a value where one is wanted, and names its steps.

import { unreachable } from "../../../base/assert.ts"
import type {
  BlockForm, Branch, ForStatement, IfStatement, ParallelStatement, RaceStatement, RepeatStatement, TryStatement,
  WaitStatement, WhileStatement,
} from "../../../grammar/syntax/nodes.ts"
import { report, symbolAt, type Env } from "../context.ts"
import { expectType } from "../expect.ts"
import { checkExpression } from "../expressions.ts"
import { assume, forget } from "../narrowing.ts"
import { nodesIn } from "../flow/walk.ts"
import { nameStep } from "../steps.ts"
import type { Type } from "../types.ts"
import { refuseObjectName } from "../types/build.ts"
import { arrayOf, BOOL, expand, INT, isOptional, join, NEVER, NOTHING, UNKNOWN } from "../types/relate.ts"
import { render } from "../types/render.ts"
import { duration, wholeNumber } from "./constants.ts"
import { checkMatch } from "./match.ts"
import { expectKind } from "./names.ts"
import { block, NO_VALUE, type Parts, type Want } from "./parts.ts"
import { checkWithin } from "./within.ts"

export function checkForm(form: BlockForm, env: Env, want: Want, parts: Parts): Type {
  const { binding: _, ...inside } = env
  const type = typeOfForm(form, form.kind === "for" || form.kind === "race" ? env : inside, want, parts)
  env.file.types.set(form.id, type)
  const none = want.value ? GIVES_NONE[form.kind] : undefined
  if (none === undefined) return type
  report(env.file, form, "AF3016", { what: none })
  return UNKNOWN
}

const GIVES_NONE: Readonly<Partial<Record<BlockForm["kind"], string>>> = {
  repeat: "a loop gives none: assign a `var` in it",
  while: "a loop gives none: assign a `var` in it",
  parallel: "each of its branches is a name of its own",
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
      return checkRepeat(form, env, parts)
    case "while":
      return checkWhile(form, env, parts)
    case "parallel":
    case "race":
      return checkBranches(form, env, parts)
    case "try":
      return checkTry(form, env, want, parts)
    case "within":
      return checkWithin(form, env, want, parts)
    case "saga":
      nameStep(form.id, "saga", env)
      return block(form.body, { ...env, steps: new Map() }, want, parts)
    case "do":
      return block(form.body, env, want, parts)
    case "wait":
      return checkWait(form, env)
    default:
      return unreachable(form)
  }
}

/** `until` stands in the body: it sees its names and calls steps of the same round. */
function checkRepeat(form: RepeatStatement, env: Env, parts: Parts): Type {
  wholeNumber(form.times, { what: "The count of rounds", min: 1 }, env.file)
  nameStep(form.id, "repeat", env)
  const inside = { ...forget(env, form.body), steps: new Map() }
  parts.block(form.body.statements, inside, NO_VALUE)
  if (form.until !== undefined) expectType(checkExpression(form.until, inside), BOOL, form.until, env, " after until")
  return NOTHING
}

function checkWhile(form: WhileStatement, env: Env, parts: Parts): Type {
  wholeNumber(form.times, { what: "The count of rounds", min: 1 }, env.file)
  if (form.times === undefined && !form.recovered) {
    const expected = "written after the condition: `up to 100 times`"
    report(env.file, form, "AF3030", { what: "The count of rounds", expected })
  }
  nameStep(form.id, "while", env)
  const inside = forget(env, form.body)
  const condition = checkExpression(form.condition, { ...inside, inline: false })
  expectType(condition, BOOL, form.condition, env, " after while")
  parts.block(form.body.statements, { ...assume(form.condition, "true", inside), steps: new Map() }, NO_VALUE)
  return NOTHING
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
  const isConcurrent = form.atATime !== undefined && !(form.atATime.kind === "number" && form.atATime.value === 1)
  const inside: Env = {
    ...forget(around, form.body), steps: new Map(), guarded: env.guarded || form.failures !== "stop",
    ...(isConcurrent ? { concurrent: form.span } : {}),
  }
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
    type = both(type, block(clause.body, forget(env, form.body), want, parts), env, want)
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
  const { binding, ...around } = env
  nameStep(form.id, binding ?? form.kind, env)
  const types = form.branches.map((branch) => checkBranch(branch, { ...around, concurrent: form.span }, parts))
  if (form.kind === "parallel") return NOTHING
  reportTwice(form.branches, env)
  const members = form.branches.map(({ name }, index): Type => ({
    kind: "record",
    fields: [{ name: "winner", type: { kind: "literal", value: name.text } }, { name: "value", type: types[index]! }],
  }))
  return { kind: "union", members }
}

/** Names of a `race` are no locals, so that the binder does not compare them. */
function reportTwice(branches: readonly Branch[], env: Env): void {
  const seen = new Set<string>()
  for (const { name } of branches) {
    if (seen.has(name.text)) report(env.file, name, "AF2002", { name: name.text, kind: "branch" })
    seen.add(name.text)
  }
}

function checkBranch(branch: Branch, env: Env, parts: Parts): Type {
  refuseObjectName(branch.name, env.file)
  const type = parts.right(branch.value, branch.clauses, { ...env, steps: new Map() }, { value: true })
  const symbol = symbolAt(env.file, branch.name)
  if (symbol !== undefined) env.file.context.symbolTypes.set(symbol.id, type)
  return type
}

function checkWait(form: WaitStatement, env: Env): Type {
  const { context } = env.file
  duration(form.timeout, "The time of a wait", env.file)
  nameStep(form.id, form.event.text, env)
  if (!expectKind(form.event, ["event"], env.file)) return UNKNOWN
  const symbol = symbolAt(env.file, form.event)!
  const structure = context.declared.get(symbol.id)
  for (const node of form.by === undefined ? [] : nodesIn(form.by)) {
    const use = node.kind === "name" ? symbolAt(env.file, node) : undefined
    if (use?.kind !== "eventField" || structure?.kind !== "event") continue
    const field = structure.fields.find(({ name }) => name === use.name)
    if (field !== undefined) context.symbolTypes.set(use.id, field.type)
  }
  if (form.by !== undefined) {
    expectType(checkExpression(form.by, { ...env, inline: false }), BOOL, form.by, env, " after by")
  }
  return { kind: "declared", symbol: symbol.id, name: symbol.name }
}
