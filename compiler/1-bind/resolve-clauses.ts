// Resolves the names of clauses, wherever they stand.

import { diagnostic } from "../../base/diagnostics/report.ts"
import { unreachable } from "../../base/assert.ts"
import type { Clause, Expression, ModelClause, Node } from "../../grammar/syntax/nodes.ts"
import { resolveExpression } from "./resolve-expressions.ts"
import { resolveErrors, resolveName, type Resolver } from "./resolver.ts"
import { addSymbol, childOf, lookUp, type Scope } from "./scopes.ts"

/** `carrier` is the callable (or the call) whose clauses these are: `compensate` and `require` see its `result`. */
export function resolveClauses(clauses: readonly Clause[], scope: Scope, resolver: Resolver, carrier?: Node): void {
  for (const clause of clauses) resolveClause(clause, scope, resolver, carrier)
}

function resolveClause(clause: Clause, scope: Scope, resolver: Resolver, carrier: Node | undefined): void {
  const expressions = (...found: readonly (Expression | undefined)[]): void => resolveAll(found, scope, resolver)
  switch (clause.kind) {
    case "retry":
      expressions(clause.times, clause.backoff?.first, clause.backoff?.max, clause.factor)
      return resolveErrors(clause.on, resolver)
    case "timeout":
    case "deadline":
      return expressions(clause.duration)
    case "circuit":
      return expressions(clause.failures, clause.window, clause.retryAfter)
    case "limit":
      return expressions(clause.rate?.count, clause.rate?.per, clause.atOnce)
    case "cache":
      return expressions(clause.duration, ...clause.by)
    case "budget":
      return expressions(...clause.amounts.map(({ amount }) => amount), clause.otherwise?.value)
    case "fallback":
      expressions(clause.value)
      return resolveErrors(clause.on, resolver)
    case "compensate":
      return resolveExpression(clause.call, withResult(clause, scope, resolver, carrier), resolver)
    case "require":
      return resolveAll([clause.condition, clause.otherwise], withResult(clause, scope, resolver, carrier), resolver)
    case "manual":
      return expressions(clause.by, clause.within)
    case "use":
    case "stepsUse":
      return resolveName(clause.policy, resolver.fileScope, resolver)
    default:
      return resolveOwnClause(clause, scope, resolver)
  }
}

type PolicyClause = Extract<Clause, {
  readonly kind:
    | "retry" | "timeout" | "deadline" | "circuit" | "limit" | "cache" | "budget" | "fallback" | "compensate"
    | "require" | "manual" | "use" | "stepsUse"
}>

/** Clauses that say what one kind of declaration is. */
function resolveOwnClause(clause: Exclude<Clause, PolicyClause>, scope: Scope, resolver: Resolver): void {
  const expressions = (...found: readonly (Expression | undefined)[]): void => resolveAll(found, scope, resolver)
  switch (clause.kind) {
    case "effect":
    case "irreversible":
    case "idempotent":
    case "accept":
    case "onHttp":
      return
    case "announce":
    case "onTopic":
    case "deadLetter":
      return expressions(clause.topic)
    case "header":
    case "body":
    case "text":
    case "history":
      return expressions(clause.value)
    case "fails":
      return resolveErrors(clause.errors, resolver)
    case "approve":
      return expressions(clause.by, clause.when)
    case "modelClause":
      return resolveModels(clause, scope, resolver)
    case "tools":
    case "handoffs":
      for (const name of clause.names) resolveName(name, resolver.fileScope, resolver)
      return
    case "memory":
      return expressions(clause.by, clause.keep)
    case "onSchedule":
      return resolveAll([clause.input], resolver.fileScope, resolver)
    case "concurrency":
      return expressions(clause.limit, clause.by)
    case "price":
      return expressions(clause.input, clause.output, clause.per)
    case "size":
      return expressions(clause.tokens)
    default:
      return unreachable(clause)
  }
}

function resolveAll(found: readonly (Expression | undefined)[], scope: Scope, resolver: Resolver): void {
  for (const expression of found) if (expression !== undefined) resolveExpression(expression, scope, resolver)
}

function resolveModels(clause: ModelClause, scope: Scope, resolver: Resolver): void {
  const { model, when } = clause
  for (const name of [model, ...clause.then.map((next) => next.model)]) resolveName(name, resolver.fileScope, resolver)
  for (const { on } of clause.then) resolveErrors(on, resolver)
  if (when === undefined) return
  resolveExpression(when.condition, scope, resolver)
  resolveName(when.otherwise, resolver.fileScope, resolver)
}

function withResult(clause: Clause, scope: Scope, resolver: Resolver, carrier: Node | undefined): Scope {
  const inside = childOf(scope)
  const hidden = lookUp(scope, "result")
  if (hidden !== undefined) {
    const facts = { name: "result", kind: resolver.table.symbols[hidden]!.kind }
    resolver.diagnostics.push(diagnostic("AF2003", { path: resolver.path, span: clause.span }, facts))
  }
  const { path, table, owner } = resolver
  inside.names.set("result", addSymbol(table, { name: "result", kind: "result", path, node: carrier ?? clause, owner }))
  return inside
}

