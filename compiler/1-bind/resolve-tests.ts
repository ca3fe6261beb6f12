// Resolves the names of test blocks; the words of an `expect` are the checker's.

import { unreachable } from "../../base/assert.ts"
import type { Expression, TestDeclaration, TestStep } from "../../grammar/syntax/nodes.ts"
import { resolveExpression } from "./resolve-expressions.ts"
import { resolveErrors, resolveName, type Resolver } from "./resolver.ts"
import { lookUp } from "./scopes.ts"

export function resolveTest(test: TestDeclaration, resolver: Resolver): void {
  for (const step of test.steps) resolveStep(step, resolver)
}

function resolveStep(step: TestStep, resolver: Resolver): void {
  const scope = resolver.fileScope
  const expression = (value: Expression | undefined): void => {
    if (value !== undefined) resolveExpression(value, scope, resolver)
  }
  switch (step.kind) {
    case "given":
      resolveName(step.callable, scope, resolver)
      for (const outcome of step.outcomes) {
        expression(outcome.value)
        if (outcome.error !== undefined) resolveErrors([outcome.error], resolver)
      }
      return
    case "run":
      return expression(step.call)
    case "send":
      resolveName(step.event, scope, resolver)
      return expression(step.value)
    case "advance":
      return expression(step.duration)
    case "crash":
    case "fault":
      return
    case "expect":
      resolveLoose(step.subject, resolver)
      for (const value of step.predicate?.values ?? []) {
        if (value.kind === "nameExpression") resolveLoose(value, resolver)
        else expression(value)
      }
      return
    default:
      return unreachable(step)
  }
}

/** `completed`, `cost`, a callable's name: bound when it is one, a word of `expect` otherwise. */
function resolveLoose(value: Expression, resolver: Resolver): void {
  if (value.kind !== "nameExpression") {
    if (value.kind === "template" || value.kind === "record" || value.kind === "list") {
      resolveExpression(value, resolver.fileScope, resolver)
    }
    return
  }
  const symbol = lookUp(resolver.fileScope, value.name.text)
  if (symbol !== undefined) resolver.uses.set(value.name.id, symbol)
}
