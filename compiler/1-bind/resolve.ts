// Resolves the names of a declaration.

import { unreachable } from "../../base/assert.ts"
import type {
  AgentDeclaration, Declaration, HumanDeclaration, Parameter, ToolDeclaration, ToolSource,
  WorkflowDeclaration,
} from "../../grammar/syntax/nodes.ts"
import { resolveClauses } from "./resolve-clauses.ts"
import { resolveExpression } from "./resolve-expressions.ts"
import { resolveBlock } from "./resolve-statements.ts"
import { resolveTest } from "./resolve-tests.ts"
import { declareLocal, resolveType, type Resolver } from "./resolver.ts"
import { childOf, type Scope } from "./scopes.ts"

export function resolveDeclaration(item: Declaration, resolver: Resolver): void {
  const scope = resolver.fileScope
  switch (item.kind) {
    case "import":
    case "enum":
      return
    case "secret":
      return
    case "type":
      return resolveType(item.type, resolver)
    case "error":
    case "event":
      if (item.fields !== undefined) resolveType(item.fields, resolver)
      return
    case "model":
      for (const argument of item.arguments) resolveExpression(argument, scope, resolver)
      return resolveClauses(item.clauses, scope, resolver)
    case "setting":
      resolveType(item.type, resolver)
      if (item.value !== undefined) resolveExpression(item.value, scope, resolver)
      return
    case "policy":
      return resolveClauses(item.clauses, scope, resolver)
    case "tool":
    case "agent":
    case "human":
    case "workflow":
      return resolveCallable(item, resolver)
    case "test":
      return resolveTest(item, resolver)
    default:
      return unreachable(item)
  }
}

function resolveCallable(
  item: ToolDeclaration | AgentDeclaration | HumanDeclaration | WorkflowDeclaration,
  resolver: Resolver,
): void {
  const owner = resolver.uses.get(item.name.id)
  const inside: Resolver = owner === undefined ? resolver : { ...resolver, owner }
  const scope = childOf(resolver.fileScope)
  for (const parameter of item.parameters) resolveParameter(parameter, scope, inside)
  if (item.result !== undefined) resolveType(item.result, resolver)
  if (item.kind === "tool" && item.source !== undefined) resolveSource(item.source, scope, inside)
  resolveClauses(item.clauses, scope, inside, item)
  if (item.kind === "workflow") resolveBlock(item.body, scope, inside)
}

function resolveParameter(parameter: Parameter, scope: Scope, resolver: Resolver): void {
  resolveType(parameter.type, resolver)
  if (parameter.value !== undefined) resolveExpression(parameter.value, resolver.fileScope, resolver)
  declareLocal(parameter.name, "parameter", parameter, scope, resolver)
}

function resolveSource(source: ToolSource, scope: Scope, resolver: Resolver): void {
  switch (source.kind) {
    case "typescriptSource":
    case "mcpSource":
      return
    case "httpSource":
      return resolveExpression(source.url, scope, resolver)
    case "invokeSource":
      return resolveExpression(source.path, scope, resolver)
    case "bindingSource":
      return resolveExpression(source.operation, scope, resolver)
    case "stateSource":
      return resolveExpression(source.key, scope, resolver)
    case "publishSource":
      return resolveExpression(source.topic, scope, resolver)
    default:
      return unreachable(source)
  }
}

