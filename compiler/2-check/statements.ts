// Statements and blocks: what each gives, what is known after it.

import type {
  AssignStatement, Clause, ContinueStatement, LetStatement, ReturnStatement, RightHandSide, Statement,
} from "../../grammar/syntax/nodes.ts"
import { isForm } from "../1-bind/resolve-statements.ts"
import { checkArguments } from "./calls.ts"
import { callableOf, report, symbolAt, symbolOf, textOf, type Env } from "./context.ts"
import { checkFail } from "./constructs/fail.ts"
import { checkPublish } from "./constructs/publish.ts"
import { checkForm } from "./constructs/forms.ts"
import { NO_VALUE, type Want } from "./constructs/parts.ts"
import { expectType, shorten } from "./expect.ts"
import { checkExpression, stepCall } from "./expressions.ts"
import { reportDivision } from "./lookalikes.ts"
import { assume, forget } from "./narrowing.ts"
import { clauseWord } from "./places.ts"
import { checkStep } from "./steps.ts"
import type { Type } from "./types.ts"
import { buildType } from "./types/build.ts"
import { assignable, isOptional, NEVER, NOTHING, STRING, UNKNOWN, widen } from "./types/relate.ts"
import { render } from "./types/render.ts"

/** The value of the block's last statement; `never` when the block does not reach its end. */
export function checkBlock(statements: readonly Statement[], start: Env, want: Want): Type {
  let env = start
  let type: Type = NOTHING
  let ended: "no" | "yes" | "said" = "no"
  for (const [index, statement] of statements.entries()) {
    // Where the end itself is broken, nobody knows what it was to be.
    if (ended === "yes" && statements[index - 1]!.recovered !== true) {
      report(env.file, statement, "AF3024", {})
      ended = "said"
    }
    const isLast = index === statements.length - 1
    type = checkStatement(statement, env, isLast && ended === "no" ? want : NO_VALUE)
    if (type.kind === "never" && ended === "no") ended = "yes"
    env = after(statement, env)
  }
  return ended === "no" ? type : NEVER
}

/** What an `if` that leaves on one side tells about what follows. */
function after(statement: Statement, env: Env): Env {
  if (statement.kind !== "if") return forget(env, statement)
  const leaves = (id: number): boolean => env.file.types.get(id)?.kind === "never"
  const thenLeaves = leaves(statement.then.id)
  const otherwiseLeaves = statement.otherwise !== undefined && leaves(statement.otherwise.id)
  if (thenLeaves && !otherwiseLeaves) {
    const known = assume(statement.condition, "false", env)
    return statement.otherwise === undefined ? known : forget(known, statement.otherwise)
  }
  const known = otherwiseLeaves && !thenLeaves ? assume(statement.condition, "true", env) : env
  return forget(known, statement.then.kind === "block" && otherwiseLeaves ? statement.then : statement)
}

function checkStatement(statement: Statement, env: Env, want: Want): Type {
  switch (statement.kind) {
    case "let":
      checkLet(statement, env)
      return noValue(statement, env, want)
    case "assign":
      checkAssign(statement, env)
      return noValue(statement, env, want)
    case "callStatement": {
      if (!want.value && stepCall(statement.call, env) === undefined) return checkIdle(statement.call, statement, env)
      return fit(checkRight(statement.call, statement.clauses, env, want), statement, env, want)
    }
    case "value":
      return want.value ? fit(checkExpression(statement.value, env, want.expected), statement, env, want) : checkIdle(
        statement.value, statement, env,
      )
    case "return":
      return checkReturn(statement, env)
    case "fail":
      return checkFail(statement, env)
    case "log":
      return checkLog(statement.message, statement, env, want)
    case "sleep":
      if (statement.duration !== undefined) {
        expectType(checkExpression(statement.duration, env), { kind: "duration" }, statement.duration, env)
      }
      if (statement.until !== undefined) {
        expectType(checkExpression(statement.until, env), { kind: "time" }, statement.until, env)
      }
      return noValue(statement, env, want)
    case "publish":
      checkPublish(statement, env)
      return noValue(statement, env, want)
    case "continueAsNew":
      return checkContinue(statement, env)
    default:
      return checkForm(statement, env, want, { block: checkBlock, right: checkRight })
  }
}

/** A right-hand side: a step with its clauses, a block form, or a plain expression. */
export function checkRight(value: RightHandSide, clauses: readonly Clause[], env: Env, want: Want): Type {
  if (isForm(value)) return checkForm(value, env, want, { block: checkBlock, right: checkRight })
  const call = stepCall(value, env)
  if (call !== undefined) return checkStep(call, env, { role: "step", clauses })
  for (const clause of value.kind === "call" ? clauses : []) {
    const what = shorten(textOf(env.file, value))
    report(
      env.file,
      clause,
      "AF4004",
      { clause: clauseWord(clause), place: "after a value", hint: `: ${what} is not the call of a step` },
    )
  }
  const type = checkExpression(value, env, want.expected)
  reportDivision(value, type, env.file)
  return type
}

function checkLet(statement: LetStatement, env: Env): void {
  const written = statement.type === undefined ? undefined : buildType(statement.type, env.file)
  const givesName = statement.value.kind === "for" || statement.value.kind === "race"
  const named = givesName ? { ...env, binding: statement.name.text } : env
  const actual = checkRight(
    statement.value,
    statement.clauses,
    named,
    written === undefined ? { value: true } : { value: true, expected: written },
  )
  if (written !== undefined && !isForm(statement.value)) {
    expectType(actual, written, statement.value, env, ` for ${statement.name.text}`)
  }
  const symbol = symbolAt(env.file, statement.name)
  const type = written ?? widen(actual.kind === "never" ? UNKNOWN : actual)
  if (symbol !== undefined) env.file.context.symbolTypes.set(symbol.id, type)
  if (type.kind === "namespace" || type.kind === "function") {
    report(env.file, statement.value, "AF3001", { actual: render(type), expected: "a value", where: "" })
  }
}

function checkAssign(statement: AssignStatement, env: Env): void {
  const symbol = symbolAt(env.file, statement.name)
  const type = symbol === undefined ? UNKNOWN : (env.file.context.symbolTypes.get(symbol.id) ?? UNKNOWN)
  const actual = checkRight(statement.value, statement.clauses, env, { value: true, expected: type })
  const isOutside = env.concurrent !== undefined && (symbol?.node?.span.start ?? Infinity) < env.concurrent.start
  if (symbol !== undefined && symbol.kind !== "var") report(env.file, statement.name, "AF3026", { name: symbol.name })
  else if (symbol !== undefined && isOutside) report(env.file, statement.name, "AF3028", { name: symbol.name })
  if (symbol?.kind === "var" && !isForm(statement.value)) {
    expectType(actual, type, statement.value, env, ` for ${statement.name.text}`)
  }
}

function checkReturn(statement: ReturnStatement, env: Env): Type {
  const expected = env.returns ?? NOTHING
  const where = env.workflow === undefined ? "" : ` as the result of ${symbolOf(env.file.context, env.workflow).name}`
  if (statement.value === undefined) {
    if (expected.kind !== "nothing" && expected.kind !== "optional" && expected.kind !== "unknown") {
      report(env.file, statement, "AF3014", { actual: "nothing", expected: render(expected), where })
    }
    return NEVER
  }
  const actual = checkRight(statement.value, statement.clauses, env, { value: true, expected })
  if (!isForm(statement.value)) expectReturn(actual, expected, statement, env)
  return NEVER
}

function expectReturn(actual: Type, expected: Type, statement: ReturnStatement, env: Env): void {
  const name = env.workflow === undefined ? "the workflow" : symbolOf(env.file.context, env.workflow).name
  if (expected.kind === "nothing" && !assignable(actual, expected, env.file.context.declared)) {
    report(
      env.file,
      statement.value!,
      "AF3014",
      { actual: render(actual), expected: "nothing", where: `: write the result type after the parameters of ${name}` },
    )
    return
  }
  const where = ` as the result of ${name}`
  const { declared } = env.file.context
  if (assignable(actual, expected, declared)) return
  if (isOptional(actual, declared)) expectType(actual, expected, statement.value!, env, where)
  else report(env.file, statement.value!, "AF3014", { actual: render(actual), expected: render(expected), where })
}

function checkContinue(statement: ContinueStatement, env: Env): Type {
  const signature = env.workflow === undefined ? undefined : env.file.context.signatures.get(env.workflow)
  const node = env.workflow === undefined ? undefined : callableOf(env.file.context, env.workflow)
  if (signature === undefined || node === undefined) return NEVER
  const call = {
    ...statement, kind: "call", callee: { ...node.name, kind: "nameExpression", name: node.name },
  } as const
  checkArguments(call, node.name.text, signature.parameters, env, checkExpression)
  return NEVER
}

function checkLog(message: LogMessage, statement: Statement, env: Env, want: Want): Type {
  const prose = { ...env, text: "prose" as const }
  expectType(checkExpression(message, prose), STRING, message, prose, " after log")
  return noValue(statement, env, want)
}

type LogMessage = Extract<Statement, { readonly kind: "log" }>["message"]

/** The last statement of a value block must give the value. */
function noValue(statement: Statement, env: Env, want: Want): Type {
  if (!want.value) return NOTHING
  report(env.file, statement, "AF3016", { what: "its last statement gives none" })
  return UNKNOWN
}

/** A value whose type is known in advance is compared where it stands. */
function fit(
  actual: Type, statement: Extract<Statement, { readonly kind: "callStatement" | "value" }>, env: Env, want: Want,
): Type {
  if (!want.value) return NOTHING
  const node = statement.kind === "value" ? statement.value : statement.call
  if (want.expected !== undefined) return expectType(actual, want.expected, node, env) ? actual : UNKNOWN
  return actual
}

/** An expression whose value nobody takes. */
function checkIdle(value: Parameters<typeof checkExpression>[0], statement: Statement, env: Env): Type {
  const type = checkExpression(value, env)
  // What is unknown was reported before.
  if (type.kind !== "unknown") report(env.file, statement, "AF3017", { text: shorten(textOf(env.file, value)) })
  return type.kind === "never" ? UNKNOWN : NOTHING
}
