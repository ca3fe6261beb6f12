// Resolves the names of test blocks; the words of an `expect` are the checker's.

import { unreachable } from "../../base/assert.ts"
import type { Expression, TestDeclaration, TestStep } from "../../grammar/syntax/nodes.ts"
import { resolveExpression } from "./resolve-expressions.ts"
import { refer, resolveErrors, resolveName, type Resolver } from "./resolver.ts"
import { addSymbol, childOf, lookUp, type Scope } from "./scopes.ts"

export function resolveTest(test: TestDeclaration, resolver: Resolver): void {
  const { path, table, fileScope, uses } = resolver
  const scope = childOf(fileScope)
  // What the run gives; a declaration of that name is hidden, as it is in `compensate`.
  const result = addSymbol(table, { name: "result", kind: "result", path, node: test })
  for (const name of ["result", "output"]) scope.names.set(name, result)
  uses.set(test.id, result)
  for (const step of test.steps) resolveStep(step, scope, resolver)
}

function resolveStep(step: TestStep, inside: Scope, resolver: Resolver): void {
  const scope = step.kind === "expect" ? inside : resolver.fileScope
  const expression = (value: Expression | undefined): void => {
    if (value !== undefined) resolveExpression(value, scope, resolver)
  }
  switch (step.kind) {
    case "given":
      resolveName(step.callable, scope, resolver)
      for (const outcome of step.outcomes) {
        expression(outcome.value)
        expression(outcome.takes)
        expression(outcome.retryAfter)
        if (outcome.error !== undefined) resolveErrors([outcome.error], resolver)
      }
      return
    case "run":
      return expression(step.call)
    case "send":
      // Whoever cancels sends no event that a program declares.
      if (step.event.text !== "cancel" || lookUp(scope, "cancel") !== undefined) resolveName(step.event, scope, resolver)
      return expression(step.value)
    case "advance":
      return expression(step.duration)
    case "crash":
      if (step.step !== undefined) resolveName(step.step, scope, resolver)
      return expression(step.at)
    case "fault":
      if (step.step !== undefined) resolveName(step.step, scope, resolver)
      // What happens to a message is no error.
      if (step.error !== undefined && step.step !== undefined) resolveErrors([step.error], resolver)
      expression(step.retryAfter)
      return expression(step.at)
    case "expect":
      resolveLoose(step.subject, scope, resolver)
      for (const value of step.predicate?.values ?? []) {
        if (value.kind === "nameExpression") resolveLoose(value, scope, resolver)
        else expression(value)
      }
      return
    default:
      return unreachable(step)
  }
}

/** `completed`, `cost`, a callable's name: bound when it is one, a word of `expect` otherwise. */
function resolveLoose(value: Expression, scope: Scope, resolver: Resolver): void {
  if (value.kind !== "nameExpression") return resolveExpression(value, scope, resolver)
  const symbol = lookUp(scope, value.name.text)
  if (symbol !== undefined) refer(value.name, symbol, resolver)
}
