// Declarations: the signature of each callable, then each declaration by its own check.

import { unreachable } from "../../base/assert.ts"
import type { Declaration, SecretDeclaration, WorkflowDeclaration } from "../../grammar/syntax/nodes.ts"
import { plainText } from "../1-bind/imports.ts"
import { checkClauses } from "./clauses.ts"
import { checkAgent } from "./constructs/agent.ts"
import { checkHuman } from "./constructs/human.ts"
import { checkModel } from "./constructs/model.ts"
import { checkTool } from "./constructs/tool.ts"
import { report, symbolAt, topEnv, type CallableNode, type Env, type FileContext } from "./context.ts"
import { expectType } from "./expect.ts"
import { checkExpression } from "./expressions.ts"
import { isWhole } from "./flow/walk.ts"
import type { Place } from "./places.ts"
import { checkBlock } from "./statements.ts"
import { checkStep, setResults } from "./steps.ts"
import { checkTest } from "./tests.ts"
import type { Signature, Type } from "./types.ts"
import { buildType, refuseObjectName } from "./types/build.ts"
import { isOptional, NOTHING, UNKNOWN } from "./types/relate.ts"
import { render } from "./types/render.ts"

/** Parameters and result of a callable, or the type of a setting. */
export function declareSignature(item: Declaration, file: FileContext): void {
  const { context } = file
  if (item.kind === "setting") {
    const symbol = symbolAt(file, item.name)
    const type = buildType(item.type, file)
    if (symbol !== undefined) for (const types of [context.symbolTypes, context.settings]) types.set(symbol.id, type)
  }
  if (item.kind !== "tool" && item.kind !== "agent" && item.kind !== "human" && item.kind !== "workflow") return
  const parameters: Signature["parameters"][number][] = []
  for (const { name, type: node, value } of item.parameters) {
    const type = buildType(node, file)
    const symbol = symbolAt(file, name)
    if (symbol !== undefined) context.symbolTypes.set(symbol.id, type)
    refuseObjectName(name, file)
    parameters.push(value === undefined ? { name: name.text, type } : { name: name.text, type, default: value })
  }
  const result = item.result === undefined ? NOTHING : buildType(item.result, file)
  const symbol = symbolAt(file, item.name)
  if (symbol !== undefined) context.signatures.set(symbol.id, { symbol: symbol.id, parameters, result })
}

export function checkDeclaration(item: Declaration, file: FileContext): void {
  const env = topEnv(file, checkStep)
  switch (item.kind) {
    case "import":
    case "type":
    case "enum":
    case "error":
    case "event":
      return
    case "model":
      checkModel(item, env, checkExpression)
      return clauses(item.clauses, "model", UNKNOWN, item, env)
    case "secret":
      return checkSecret(item, file)
    case "setting": {
      const type = file.types.get(item.type.id) ?? UNKNOWN
      if (item.value !== undefined) {
        expectType(checkExpression(item.value, env, type), type, item.value, env, ` for ${item.name.text}`)
      }
      return
    }
    case "policy":
      return clauses(item.clauses, "policy", UNKNOWN, item, env)
    case "tool":
      checkCallable(item, env)
      return checkTool(item, env, checkExpression)
    case "agent":
      checkCallable(item, env)
      return checkAgent(item, file)
    case "human":
      checkCallable(item, env)
      return checkHuman(item, file)
    case "workflow":
      checkCallable(item, env)
      return checkBody(item, env)
    case "test":
      return checkTest(item, env)
    default:
      return unreachable(item)
  }
}

function clauses(
  found: CallableNode["clauses"], place: Place, result: Type, item: Declaration, env: Env, node?: CallableNode,
): void {
  const symbol = node === undefined ? undefined : symbolAt(env.file, node.name)
  const callable = node === undefined || symbol === undefined ? {} : { callable: { symbol: symbol.id, node } }
  checkClauses({ place, env, clauses: found, ...callable, result, check: checkExpression }, item.span)
}

function checkCallable(item: CallableNode, env: Env): void {
  const { file } = env
  let defaults = false
  for (const { name, type: node, value } of item.parameters) {
    const type = file.types.get(node.id) ?? UNKNOWN
    if (value !== undefined) expectType(checkExpression(value, env, type), type, value, env, ` for ${name.text}`)
    else if (defaults && !isOptional(type, file.context.declared)) {
      report(file, name, "AF3008", { why: `${name.text} has no default and stands after one that has` })
    }
    defaults ||= value !== undefined
  }
  const result = item.result === undefined ? NOTHING : (file.types.get(item.result.id) ?? UNKNOWN)
  setResults(item.clauses, result, env)
  clauses(item.clauses, item.kind, result, item, env, item)
}

function checkBody(item: WorkflowDeclaration, env: Env): void {
  const { file } = env
  const symbol = symbolAt(file, item.name)
  const returns = item.result === undefined ? NOTHING : (file.types.get(item.result.id) ?? UNKNOWN)
  const inside: Env = {
    ...env, steps: new Map(), inline: true, run: true, returns,
    ...(symbol === undefined ? {} : { workflow: symbol.id }),
  }
  const end = checkBlock(item.body, inside, { value: false })
  const needed = returns.kind !== "nothing" && returns.kind !== "unknown" && !isOptional(returns, file.context.declared)
  if (end.kind !== "never" && needed && isWhole(item, file)) {
    report(file, item.result ?? item.name, "AF3015", { name: item.name.text, expected: render(returns) })
  }
}

function checkSecret(item: SecretDeclaration, file: FileContext): void {
  for (const text of [item.store, item.key]) {
    if (text === undefined || text.recovered) continue
    const plain = plainText(text)
    if (plain === undefined || plain.trim() === "") {
      report(file, text, "AF3030", { what: "The place of a secret", expected: "a plain name" })
    }
  }
}
