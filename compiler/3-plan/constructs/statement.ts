// Statements: block forms lose their value position (the value goes to a name, to the caller, or nowhere).

import { assert } from "../../../base/assert.ts"
import type {
  BlockForm, CallStatement, Clause, Expression, FailStatement, ForStatement, LetStatement, RightHandSide, Statement,
} from "../../../grammar/syntax/nodes.ts"
import type { Type } from "../../2-check/types.ts"
import type { EachPlan, ExpressionPlan, LetPlan, StatementPlan } from "../code.ts"
import { nameOf, originOf, symbolOf, typeOf } from "../context.ts"
import type { Context } from "../context.ts"
import { lowerExpression, lowerKinds } from "./expression.ts"
import { lowerMatch } from "./match.ts"
import { effectiveAtCall, isEmptyPolicy, lowerPolicy, lowerUndo } from "./policy.ts"
import { lowerType } from "./types.ts"

/** Where the value of a block goes. */
export type Sink =
  | { readonly to: "nowhere" }
  | { readonly to: "caller" }
  | { readonly to: "name"; readonly name: string }

export const nowhere: Sink = { to: "nowhere" }
const caller: Sink = { to: "caller" }

export function lowerBlock(context: Context, statements: readonly Statement[], sink: Sink): readonly StatementPlan[] {
  return statements.flatMap((statement, index) => {
    const lowered = lowerStatement(context, statement, index === statements.length - 1 ? sink : nowhere)
    const before = statements[index - 1]
    const [first, ...rest] = lowered
    if (before === undefined || first === undefined || !isSpaced(context, before, statement)) return lowered
    return [{ ...first, spaced: true as const }, ...rest]
  })
}

function isSpaced(context: Context, before: Statement, statement: Statement): boolean {
  const text = context.checked.bound.files.get(context.path)?.source.text ?? ""
  return /\n[ \t]*\r?\n/.test(text.slice(before.span.end, statement.span.start))
}

function lowerStatement(context: Context, node: Statement, sink: Sink): readonly StatementPlan[] {
  const origin = originOf(context, node)
  switch (node.kind) {
    case "let": return lowerLet(context, node)
    case "assign": {
      const symbol = symbolOf(context, node.name)
      return toSink(context, node.value, node.clauses, { to: "name", name: symbol.name }, node)
    }
    case "callStatement": return toSink(context, node.call, node.clauses, sink, node)
    case "value": return toSink(context, node.value, [], sink, node)
    case "return":
      return node.value === undefined
        ? [{ kind: "return", origin }]
        : toSink(context, node.value, node.clauses, caller, node)
    case "fail": return [lowerFail(context, node)]
    case "log": return [{ kind: "log", origin, message: lowerExpression(context, node.message) }]
    case "sleep": case "publish": case "continueAsNew": return notActive(node.kind)
    default: return lowerForm(context, node, sink)
  }
}

function lowerLet(context: Context, node: LetStatement): readonly StatementPlan[] {
  const origin = originOf(context, node)
  const type = lowerType(context, letType(context, node))
  const declared = { kind: "let", origin, name: node.name.text, mutable: node.mutable, type, annotated: node.type !== undefined } as const
  const value = asExpression(context, node.value, node.clauses)
  if (value !== undefined) return [{ ...declared, value } satisfies LetPlan]
  return [declared, ...lowerForm(context, node.value as BlockForm, { to: "name", name: node.name.text })]
}

function letType(context: Context, node: LetStatement): Type {
  return context.checked.symbolTypes.get(symbolOf(context, node.name).id) ?? typeOf(context, node.value)
}

/** The value as one expression, where it is one; undefined for a form that needs statements. */
function asExpression(context: Context, node: RightHandSide, clauses: readonly Clause[]): ExpressionPlan | undefined {
  if (node.kind === "for") return lowerFor(context, node, caller)
  return isForm(node) ? undefined : withClauses(context, lowerExpression(context, node), clauses)
}

function toSink(
  context: Context, node: RightHandSide, clauses: readonly Clause[], sink: Sink, at: Statement,
): readonly StatementPlan[] {
  if (isForm(node) && node.kind !== "for") return lowerForm(context, node, sink)
  const value = node.kind === "for"
    ? lowerFor(context, node, sink.to === "nowhere" ? nowhere : caller)
    : withClauses(context, lowerExpression(context, node as Expression), clauses)
  return [deliver(value, sink, originOf(context, at))]
}

function deliver(value: ExpressionPlan, sink: Sink, origin: StatementPlan["origin"]): StatementPlan {
  if (sink.to === "caller") return { kind: "return", origin, value }
  if (sink.to === "name") return { kind: "assign", origin, name: sink.name, value }
  return { kind: "do", origin, value }
}

const forms: ReadonlySet<string> = new Set([
  "if", "match", "for", "repeat", "while", "parallel", "race", "try", "within", "saga", "wait", "do",
] satisfies BlockForm["kind"][])

function isForm(node: RightHandSide): node is BlockForm {
  return forms.has(node.kind)
}

function lowerForm(context: Context, node: BlockForm, sink: Sink): readonly StatementPlan[] {
  const origin = originOf(context, node)
  switch (node.kind) {
    case "if": {
      const condition = lowerExpression(context, node.condition)
      const then = lowerBlock(context, node.then.statements, sink)
      const otherwise = node.otherwise === undefined ? []
        : node.otherwise.kind === "if" ? lowerForm(context, node.otherwise, sink)
        : lowerBlock(context, node.otherwise.statements, sink)
      return [{ kind: "if", origin, condition, then, otherwise }]
    }
    case "match": return [lowerMatch(context, node, sink, lowerBlock)]
    case "for": return [deliver(lowerFor(context, node, sink.to === "nowhere" ? nowhere : caller), sink, origin)]
    case "try": {
      const body = lowerBlock(context, node.body.statements, sink)
      const catches = node.catches.map((clause) => ({
        kinds: lowerKinds(context, clause.kinds),
        ...(clause.binding === undefined ? {} : { binding: clause.binding.text }),
        body: lowerBlock(context, clause.body.statements, sink),
        origin: originOf(context, clause),
      }))
      return [{ kind: "try", origin, body, catches }]
    }
    case "do": return lowerBlock(context, node.body.statements, sink)
    case "repeat": case "while": case "parallel": case "race": case "within": case "saga": case "wait":
      return notActive(node.kind)
  }
}

/** Without a wish for its value the body returns nothing. */
function lowerFor(context: Context, node: ForStatement, sink: Sink): EachPlan {
  return {
    kind: "each",
    origin: originOf(context, node),
    type: lowerType(context, typeOf(context, node)),
    step: context.facts.stepNames.get(node.id) ?? "each",
    variable: node.variable.text,
    ...(node.index === undefined ? {} : { index: node.index.text }),
    items: lowerExpression(context, node.items),
    ...(node.atATime === undefined ? {} : { atATime: lowerExpression(context, node.atATime) }),
    failures: node.failures,
    body: lowerBlock(context, node.body.statements, sink),
  }
}

/** The clauses after a call become its policy and its undo. */
export function withClauses(context: Context, value: ExpressionPlan, clauses: CallStatement["clauses"]): ExpressionPlan {
  if (clauses.length === 0) return value
  assert(value.kind === "step", "clauses after something that is no step")
  const policy = lowerPolicy(context, effectiveAtCall(context, clauses))
  const undo = clauses.find((clause) => clause.kind === "compensate")
  return {
    ...value,
    ...(isEmptyPolicy(policy) ? {} : { policy }),
    ...(undo === undefined ? {} : { undo: lowerUndo(context, undo) }),
  }
}

function lowerFail(context: Context, node: FailStatement): StatementPlan {
  return {
    kind: "fail",
    origin: originOf(context, node),
    error: nameOf(context, node.error),
    ...(node.message === undefined ? {} : { message: lowerExpression(context, node.message) }),
    ...(node.data === undefined ? {} : { data: lowerExpression(context, node.data) }),
  }
}

function notActive(construct: string): never {
  assert(false, `${construct} has no plan yet, and the checker let it pass`)
}
