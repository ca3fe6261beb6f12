// Statements: block forms lose their value position (the value goes to a name, to the caller, or nowhere).

import { assert } from "../../../base/assert.ts"
import type {
  BlockForm, Branch, Clause, FailStatement, ForStatement, LetStatement, PublishStatement, RepeatStatement, RightHandSide,
  Statement, WaitStatement, WhileStatement,
} from "../../../grammar/syntax/nodes.ts"
import type { Span } from "../../../base/text/span.ts"
import { nodesIn } from "../../2-check/flow/walk.ts"
import type { Type } from "../../2-check/types.ts"
import { expand } from "../../2-check/types/relate.ts"
import type { BranchPlan, EachPlan, ExpressionPlan, LetPlan, StatementPlan } from "../code.ts"
import { inBody, nameOf, originOf, planName, symbolOf, typeOf } from "../context.ts"
import type { Context } from "../context.ts"
import { lowerArguments, lowerExpression, lowerKinds } from "./expression.ts"
import { lowerMatch } from "./match.ts"
import { effectiveAtCall, lowerPolicy, numberOf, withClauses } from "./policy.ts"
import { lowerType } from "./types.ts"

/** Where the value of a block goes. */
export type Sink =
  | { readonly to: "nowhere" }
  | { readonly to: "caller" }
  /** Out of the workflow, from a body with a scope of its own. */
  | { readonly to: "end" }
  | { readonly to: "name"; readonly name: string }

export const nowhere: Sink = { to: "nowhere" }
const caller: Sink = { to: "caller" }
const end: Sink = { to: "end" }

export function lowerBlock(context: Context, statements: readonly Statement[], sink: Sink): readonly StatementPlan[] {
  return statements.flatMap((statement, index) => {
    const lowered = lowerStatement(context, statement, index === statements.length - 1 ? sink : nowhere)
    const before = statements[index - 1]
    const first = lowered[0]
    if (before === undefined || first === undefined || !isSpaced(context, before, statement)) return lowered
    return lowered.with(0, { ...first, spaced: true as const })
  })
}

function isSpaced(context: Context, before: Statement, statement: Statement): boolean {
  const text = context.checked.bound.files.get(context.path)?.source.text ?? ""
  const between = text.slice(before.span.end, statement.span.start)
  return between.indexOf("\n") !== between.lastIndexOf("\n") && /\n[ \t]*\r?\n/.test(between)
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
      if (node.value === undefined) return [context.inBody ? { kind: "finish", origin } : { kind: "return", origin }]
      return toSink(context, node.value, node.clauses, context.inBody ? end : caller, node)
    case "fail": return [lowerFail(context, node)]
    case "log": return [{ kind: "log", origin, message: lowerExpression(context, node.message) }]
    case "sleep": {
      const value = lowerExpression(context, (node.duration ?? node.until)!)
      return [{ kind: "sleep", origin, until: node.duration === undefined, value }]
    }
    case "publish": return [lowerPublish(context, node)]
    case "continueAsNew": {
      const signature = context.workflow === undefined ? undefined : context.checked.signatures.get(context.workflow)
      assert(signature !== undefined, "continue as new outside a workflow")
      return [{ kind: "continueAsNew", origin, arguments: lowerArguments(context, signature, node.arguments) }]
    }
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
  return isForm(node) ? scopedForm(context, node, caller) : withClauses(context, lowerExpression(context, node), clauses)
}

function toSink(
  context: Context, node: RightHandSide, clauses: readonly Clause[], sink: Sink, at: { readonly span: Span },
): readonly StatementPlan[] {
  const value = isForm(node)
    ? scopedForm(context, node, sink) : withClauses(context, lowerExpression(context, node), clauses)
  return value === undefined ? lowerForm(context, node as BlockForm, sink) : [deliver(value, sink, originOf(context, at))]
}

function deliver(value: ExpressionPlan, sink: Sink, origin: StatementPlan["origin"]): StatementPlan {
  if (sink.to === "caller") return { kind: "return", origin, value }
  if (sink.to === "end") return { kind: "finish", origin, value }
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
    case "parallel":
      return [{ kind: "parallel", origin, step: stepOf(context, node), branches: node.branches.map((branch) => lowerBranch(context, branch)) }]
    case "repeat": case "while": return [lowerLoop(context, node)]
    case "for": case "race": case "within": case "saga": case "wait": {
      const value = scopedForm(context, node, sink)
      assert(value !== undefined, `a ${node.kind} is an expression`)
      return [deliver(value, sink, origin)]
    }
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
  }
}

/** A form whose body has a scope of its own is one expression; undefined for any other form. */
function scopedForm(context: Context, node: BlockForm, sink: Sink): ExpressionPlan | undefined {
  const base = { origin: originOf(context, node), type: lowerType(context, typeOf(context, node)) }
  const inside = inBody(context)
  const value = sink.to === "nowhere" ? nowhere : caller
  switch (node.kind) {
    case "for": return lowerFor(context, node, value)
    case "race":
      return { ...base, kind: "race", step: stepOf(context, node), branches: node.branches.map((branch) => lowerBranch(context, branch)) }
    case "saga": return { ...base, kind: "saga", step: stepOf(context, node), body: lowerBlock(inside, node.body.statements, value) }
    case "within": {
      const policy = lowerPolicy(context, effectiveAtCall(context, node.clauses))
      const body = lowerBlock(inside, node.body.statements, value)
      return { ...base, kind: "within", step: stepOf(context, node), policy, valued: sink.to !== "nowhere", body }
    }
    case "wait": return lowerWait(context, node)
    default: return undefined
  }
}

function stepOf(context: Context, node: BlockForm): string {
  return context.facts.stepNames.get(node.id) ?? node.kind
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
    body: lowerBlock(inBody(context), node.body.statements, sink),
  }
}

function lowerBranch(context: Context, node: Branch): BranchPlan {
  const { uses } = context.checked.bound.files.get(context.path)!
  const symbol = uses.get(node.name.id)
  const used = symbol === undefined || [...uses].some(([id, each]) => each === symbol && id !== node.name.id)
  const type = symbol === undefined ? typeOf(context, node.value) : (context.checked.symbolTypes.get(symbol) ?? typeOf(context, node.value))
  const body = toSink(inBody(context), node.value, node.clauses, caller, node)
  return { name: node.name.text, type: lowerType(context, type), body, used, origin: originOf(context, node) }
}

function lowerLoop(context: Context, node: RepeatStatement | WhileStatement): StatementPlan {
  assert(node.times !== undefined, "a loop without a bound")
  return {
    kind: "loop",
    origin: originOf(context, node),
    step: stepOf(context, node),
    times: numberOf(node.times),
    ...(node.kind === "while" ? { while: lowerExpression(context, node.condition) } : {}),
    body: lowerBlock(context, node.body.statements, nowhere),
    ...(node.kind === "repeat" && node.until !== undefined ? { until: lowerExpression(context, node.until) } : {}),
  }
}

function lowerWait(context: Context, node: WaitStatement): ExpressionPlan {
  const condition = node.by === undefined ? undefined : lowerExpression(context, node.by)
  const { files, symbols } = context.checked.bound
  const fields = new Set<string>()
  for (const inside of node.by === undefined ? [] : nodesIn(node.by)) {
    const symbol = inside.kind === "name" ? files.get(context.path)!.uses.get(inside.id) : undefined
    if (symbol !== undefined && symbols.symbols[symbol]!.kind === "eventField") fields.add(symbols.symbols[symbol]!.name)
  }
  return {
    kind: "wait",
    origin: originOf(context, node),
    type: lowerType(context, typeOf(context, node)),
    event: nameOf(context, node.event),
    step: stepOf(context, node),
    ...(condition === undefined ? {} : { by: { fields: [...fields], condition } }),
    ...(node.timeout === undefined ? {} : { timeoutMs: numberOf(node.timeout) }),
  }
}

/** `Paid(orderId: id)` makes the event here; anything else is an event already. */
function lowerPublish(context: Context, node: PublishStatement): StatementPlan {
  const type = expand(typeOf(context, node.value), context.checked.declared)
  assert(type.kind === "declared", "something published that is no event")
  const structure = context.checked.declared.get(type.symbol)
  const event = planName(context, type.symbol)
  const { value } = node
  const isMade = value.kind === "call" && value.callee.kind === "nameExpression" && !context.facts.calls.has(value.id) && structure?.kind === "event"
  const made = (): ExpressionPlan => {
    assert(isMade, "an event that is not made here")
    const signature = { symbol: type.symbol, parameters: structure.fields, result: type }
    const entries = lowerArguments(context, signature, value.arguments).map((each) => ({ key: each.name, value: each.value }))
    return { kind: "record", origin: originOf(context, value), type: lowerType(context, type), entries }
  }
  return {
    kind: "publish",
    origin: originOf(context, node),
    step: context.facts.stepNames.get(node.id) ?? event,
    event,
    value: isMade ? made() : lowerExpression(context, value),
    topic: lowerExpression(context, node.topic),
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
