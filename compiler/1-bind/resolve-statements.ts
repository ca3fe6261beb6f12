// Resolves the names of statements; a local is visible after its statement, to the end of its block.

import { unreachable } from "../../base/assert.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import type {
  BlockForm, Branch, CallExpression, CatchClause, Clause, Expression, MatchArm, Name, Pattern, RightHandSide, Statement,
} from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { isBuiltInError, isBuiltInType } from "./built-ins.ts"
import { logFix, printedBy } from "./foreign.ts"
import { didYouMean, replaceFix } from "./hints.ts"
import { resolveExpression } from "./resolve-expressions.ts"
import { resolveClauses } from "./resolve-clauses.ts"
import { declareLocal, errorKinds, resolveErrors, resolveName, resolveType, type Resolver } from "./resolver.ts"
import { addSymbol, childOf, lookUp, visibleNames, type Scope } from "./scopes.ts"

export function resolveBlock(statements: readonly Statement[], scope: Scope, resolver: Resolver): void {
  for (const statement of statements) resolveStatement(statement, scope, resolver)
}

function resolveStatement(statement: Statement, scope: Scope, resolver: Resolver): void {
  switch (statement.kind) {
    case "let":
      if (statement.type !== undefined) resolveType(statement.type, resolver)
      resolveRight(statement.value, statement.clauses, scope, resolver)
      return declareLocal(statement.name, statement.mutable ? "var" : "let", statement, scope, resolver)
    case "assign":
      resolveAssigned(statement.name, scope, resolver)
      return resolveRight(statement.value, statement.clauses, scope, resolver)
    case "callStatement":
      if (statement.call.kind === "call") resolvePrinted(statement.call, scope, resolver)
      return resolveRight(statement.call, statement.clauses, scope, resolver)
    case "return":
      if (statement.value !== undefined) resolveRight(statement.value, statement.clauses, scope, resolver)
      return
    case "fail":
      resolveErrors([statement.error], resolver)
      if (statement.message !== undefined) resolveExpression(statement.message, scope, resolver)
      if (statement.data !== undefined) resolveExpression(statement.data, scope, resolver)
      return
    case "log":
      return resolveExpression(statement.message, scope, resolver)
    case "value":
      return resolveExpression(statement.value, scope, resolver)
    case "sleep":
      if (statement.duration !== undefined) resolveExpression(statement.duration, scope, resolver)
      if (statement.until !== undefined) resolveExpression(statement.until, scope, resolver)
      return
    case "publish":
      resolveExpression(statement.value, scope, resolver)
      return resolveExpression(statement.topic, scope, resolver)
    case "continueAsNew":
      for (const { value } of statement.arguments) resolveExpression(value, scope, resolver)
      return
    default:
      return resolveForm(statement, scope, resolver)
  }
}

/** Without a declaration an assignment is one of Python's. */
function resolveAssigned(name: Name, scope: Scope, resolver: Resolver): void {
  const { path, diagnostics, told } = resolver
  if (name.text === "" || name.recovered || told.has(name.text) || lookUp(scope, name.text) !== undefined) return resolveName(name, scope, resolver)
  const assignable = [...visibleNames(scope)].filter(([, id]) => resolver.table.symbols[id]!.kind === "var")
  const near = nearest(name.text, assignable.map(([text]) => text))
  const fix = { title: "Declare it with `let`", path, edits: [{ span: { start: name.span.start, end: name.span.start }, text: "let " }], applicability: "maybe" as const }
  const at = { path, span: name.span }
  const hint = near === undefined ? "; a name begins with `let`, or with `var` where it is assigned again." : didYouMean(near)
  diagnostics.push(diagnostic("AF2001", at, { name: name.text, hint }, { fixes: near === undefined ? [fix] : replaceFix(at, near) }))
  told.add(name.text)
}

/** Where `console.log(…)` or `print(…)` stands as a statement, its fix is the whole statement. */
function resolvePrinted(call: CallExpression, scope: Scope, resolver: Resolver): void {
  const root = printedBy(call)
  if (root === undefined || lookUp(scope, root) !== undefined) return
  const name = call.callee.kind === "member" ? call.callee.object : call.callee
  if (name.kind !== "nameExpression") return
  resolveName(name.name, scope, resolver, logFix(call, resolver.path))
  resolver.told.add(name.name.id)
}

function resolveRight(value: RightHandSide, clauses: readonly Clause[], scope: Scope, resolver: Resolver): void {
  if (isForm(value)) resolveForm(value, scope, resolver)
  else resolveExpression(value, scope, resolver)
  resolveClauses(clauses, scope, resolver, value)
}

const FORMS: ReadonlySet<string> = new Set<BlockForm["kind"]>([
  "if", "match", "for", "repeat", "while", "parallel", "race", "try", "within", "saga", "wait", "do",
])

/** Tells the two halves of a right-hand side apart. */
export function isForm(value: RightHandSide): value is BlockForm {
  return FORMS.has(value.kind)
}

function resolveForm(form: BlockForm, scope: Scope, resolver: Resolver): void {
  const block = (statements: readonly Statement[]): void => resolveBlock(statements, childOf(scope), resolver)
  switch (form.kind) {
    case "if":
      resolveExpression(form.condition, scope, resolver)
      block(form.then.statements)
      if (form.otherwise?.kind === "if") resolveForm(form.otherwise, scope, resolver)
      else if (form.otherwise !== undefined) block(form.otherwise.statements)
      return
    case "match":
      resolveExpression(form.subject, scope, resolver)
      resolveClauses(form.clauses, scope, resolver, form.subject)
      for (const arm of form.arms) resolveArm(arm, scope, resolver)
      return
    case "for": {
      resolveExpression(form.items, scope, resolver)
      if (form.atATime !== undefined) resolveExpression(form.atATime, scope, resolver)
      const body = childOf(scope)
      declareLocal(form.variable, "loopVariable", form, body, resolver)
      if (form.index !== undefined) declareLocal(form.index, "loopVariable", form, body, resolver)
      return resolveBlock(form.body.statements, body, resolver)
    }
    case "repeat": {
      resolveExpression(form.times, scope, resolver)
      const body = childOf(scope)
      resolveBlock(form.body.statements, body, resolver)
      if (form.until !== undefined) resolveExpression(form.until, body, resolver)
      return
    }
    case "while":
      resolveExpression(form.condition, scope, resolver)
      if (form.times !== undefined) resolveExpression(form.times, scope, resolver)
      return block(form.body.statements)
    case "parallel":
      for (const branch of form.branches) resolveBranch(branch, scope, resolver)
      for (const branch of form.branches) declareLocal(branch.name, "branch", branch, scope, resolver)
      return
    case "race":
      for (const branch of form.branches) resolveBranch(branch, scope, resolver)
      return
    case "try":
      block(form.body.statements)
      for (const clause of form.catches) resolveCatch(clause, scope, resolver)
      return
    case "within":
      resolveClauses(form.clauses, scope, resolver, form)
      return block(form.body.statements)
    case "saga":
    case "do":
      return block(form.body.statements)
    case "wait":
      resolveName(form.event, resolver.fileScope, resolver)
      if (form.by !== undefined) resolveExpression(form.by, withFields(form.event, form.by, scope, resolver), resolver)
      if (form.timeout !== undefined) resolveExpression(form.timeout, scope, resolver)
      return
    default:
      return unreachable(form)
  }
}

/** What `by` compares: the names in scope, and before them the fields of the event. */
function withFields(event: Name, by: Expression, scope: Scope, resolver: Resolver): Scope {
  const inside = childOf(scope)
  const symbol = lookUp(resolver.fileScope, event.text)
  const node = symbol === undefined ? undefined : resolver.table.symbols[symbol]!.node
  if (symbol === undefined || node?.kind !== "event") return inside
  resolver.lookedInto.push(symbol)
  const mentioned = namesIn(by)
  for (const field of node.fields?.fields ?? []) {
    const name = field.name.text
    const use = mentioned.get(name)
    if (use === undefined) continue
    const hidden = lookUp(scope, name)
    if (hidden !== undefined) {
      const facts = { name, kind: resolver.table.symbols[hidden]!.kind }
      resolver.diagnostics.push(diagnostic("AF2003", { path: resolver.path, span: use.span }, facts))
    }
    const { path, table, owner } = resolver
    inside.names.set(name, addSymbol(table, { name, kind: "eventField", path, node: field, owner }))
  }
  return inside
}

/** The first use of each name in an expression. */
function namesIn(expression: Expression): ReadonlyMap<string, Name> {
  const found = new Map<string, Name>()
  walk(expression, (node) => {
    if (node.kind === "nameExpression" && !found.has(node.name.text)) found.set(node.name.text, node.name)
  })
  return found
}

function resolveBranch(branch: Branch, scope: Scope, resolver: Resolver): void {
  resolveRight(branch.value, branch.clauses, scope, resolver)
}

function resolveArm(arm: MatchArm, scope: Scope, resolver: Resolver): void {
  const body = childOf(scope)
  for (const pattern of arm.patterns) resolvePattern(pattern, body, resolver)
  resolveBlock(arm.body.statements, body, resolver)
}

function resolvePattern(pattern: Pattern, scope: Scope, resolver: Resolver): void {
  switch (pattern.kind) {
    case "typePattern":
      // A built-in error kind stands for itself.
      if (!isBuiltInError(pattern.type.text) && !isBuiltInType(pattern.type.text)) resolveName(pattern.type, resolver.fileScope, resolver)
      if (pattern.binding !== undefined) declareLocal(pattern.binding, "patternBinding", pattern, scope, resolver)
      return
    case "memberPattern":
      return resolveName(pattern.type, resolver.fileScope, resolver)
    case "literalPattern":
    case "nothingPattern":
    case "elsePattern":
      return
    default:
      return unreachable(pattern)
  }
}

function resolveCatch(clause: CatchClause, scope: Scope, resolver: Resolver): void {
  resolveErrors(clause.kinds, resolver)
  const body = childOf(scope)
  const { binding } = clause
  if (binding !== undefined) {
    if (clause.kinds.length === 0 && meansKind(binding.text, resolver)) reportLoneKind(clause, resolver)
    else declareLocal(binding, "caught", clause, body, resolver)
  }
  resolveBlock(clause.body.statements, body, resolver)
}

function meansKind(name: string, resolver: Resolver): boolean {
  const kinds = errorKinds(resolver)
  return kinds.includes(name) || (name.length > 2 && nearest(name, kinds) !== undefined)
}

function reportLoneKind(clause: CatchClause, resolver: Resolver): void {
  const { text, span } = clause.binding!
  const kinds = errorKinds(resolver)
  const kind = kinds.includes(text) ? text : nearest(text, kinds)!
  const at = { path: resolver.path, span }
  const edit = { span, text: `${kind} as e` }
  const fix = { title: `Write ${kind} as e`, path: at.path, edits: [edit], applicability: "maybe" } as const
  resolver.diagnostics.push(diagnostic("AF2012", at, { name: text, kind }, { fixes: [fix] }))
}
