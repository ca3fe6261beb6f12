// Tools, agents, people and workflows: one shape, then what each kind adds.

import { assert } from "../../../base/assert.ts"
import type {
  AgentDeclaration, Clause, HumanDeclaration, ModelClause, Parameter, ToolDeclaration, WorkflowDeclaration,
} from "../../../grammar/syntax/nodes.ts"
import { plainText, resolvePath } from "../../1-bind/imports.ts"
import type { SymbolId } from "../../1-bind/types.ts"
import type { ExpressionPlan } from "../code.ts"
import { nameOf, originOf, planName, symbolOf } from "../context.ts"
import type { Context } from "../context.ts"
import type {
  AgentPlan, CallablePlan, HumanPlan, ParameterPlan, ToolPlan, ToolSourcePlan, WorkflowPlan,
} from "../types.ts"
import { lowerExpression, lowerKinds, plainTemplate } from "./expression.ts"
import { clausesOf, lowerBudget, lowerPolicy, lowerUndo, numberOf, tighter } from "./policy.ts"
import { lowerBlock } from "./statement.ts"
import { describe, lowerType, recordSchema, schemaOf } from "./types.ts"

type CallableDeclaration = ToolDeclaration | AgentDeclaration | HumanDeclaration

function clause<Kind extends Clause["kind"]>(clauses: readonly Clause[], kind: Kind): Extract<Clause, { kind: Kind }> | undefined {
  return clauses.find((candidate): candidate is Extract<Clause, { kind: Kind }> => candidate.kind === kind)
}

function lowerShape(context: Context, node: CallableDeclaration | WorkflowDeclaration) {
  const symbol = symbolOf(context, node.name)
  const signature = context.checked.signatures.get(symbol.id)
  assert(signature !== undefined, `${symbol.name} has no signature`)
  const documented = signature.parameters.map((parameter, index) => {
    const written: Parameter | undefined = node.parameters[index]
    return { name: parameter.name, type: parameter.type, ...docOf(written), mayBeAbsent: parameter.default !== undefined, default: parameter.default, node: written ?? node }
  })
  const parameters = documented.map((parameter): ParameterPlan => ({
    name: parameter.name,
    type: lowerType(context, parameter.type),
    ...(parameter.doc === undefined ? {} : { doc: parameter.doc }),
    ...(parameter.default === undefined ? {} : { default: lowerExpression(context, parameter.default) }),
    origin: originOf(context, parameter.node),
  }))
  return {
    name: planName(context, symbol.id),
    ...docOf(node),
    origin: originOf(context, node),
    parameters,
    result: lowerType(context, signature.result),
    // The declaration's comment is what a model reads of a tool.
    parametersSchema: describe(recordSchema(context, documented), node.doc),
    resultSchema: schemaOf(context, signature.result),
  }
}

function docOf(node: { readonly doc?: string } | undefined): { readonly doc?: string } {
  return node?.doc === undefined ? {} : { doc: node.doc }
}

function lowerCallable(context: Context, node: CallableDeclaration, id: SymbolId): CallablePlan {
  const undo = clause(node.clauses, "compensate")
  return {
    ...lowerShape(context, node),
    policy: lowerPolicy(context, clausesOf(context.checked.policies.get(id))),
    ...(undo === undefined ? {} : { undo: lowerUndo(context, undo) }),
    requirements: node.clauses.flatMap((candidate) => candidate.kind !== "require" ? [] : [{
      condition: lowerExpression(context, candidate.condition),
      otherwise: lowerExpression(context, candidate.otherwise),
      origin: originOf(context, candidate),
    }]),
  }
}

export function lowerTool(context: Context, node: ToolDeclaration, id: SymbolId): ToolPlan {
  const irreversible = clause(node.clauses, "irreversible")
  const effect = clause(node.clauses, "effect")?.effect ?? (irreversible === undefined ? "reads" : "writes")
  return {
    ...lowerCallable(context, node, id),
    effect: irreversible === undefined ? effect : "writes",
    ...(irreversible === undefined ? {} : { irreversible: plainTemplate(irreversible.why) }),
    idempotent: clause(node.clauses, "idempotent") !== undefined,
    source: lowerSource(context, node),
  }
}

function lowerSource(context: Context, node: ToolDeclaration): ToolSourcePlan {
  const source = node.source
  if (source?.kind === "typescriptSource") {
    const written = plainText(source.module) ?? ""
    return { kind: "typescript", module: resolvePath(context.path, written), exportName: source.exportName?.text ?? node.name.text }
  }
  assert(source?.kind === "httpSource", "a tool whose source has no plan yet passed the checker")
  const body = clause(node.clauses, "body")
  const headers = node.clauses.flatMap((candidate) => candidate.kind !== "header" ? [] : [{
    name: lowerExpression(context, candidate.name), value: lowerExpression(context, candidate.value),
  }])
  const request = {
    url: lowerExpression(context, source.url),
    headers,
    ...(body === undefined ? {} : { body: lowerExpression(context, body.value) }),
  }
  return { kind: "http", method: source.method, ...request, secrets: [...secretsIn(request)] }
}

function secretsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== "object" || value === null) return found
  const node = value as Partial<ExpressionPlan>
  if (node.kind === "secretReference" && node.name !== undefined) found.add(node.name)
  for (const child of Object.values(value)) secretsIn(child, found)
  return found
}

export function lowerAgent(context: Context, node: AgentDeclaration, id: SymbolId): AgentPlan {
  const model = clause(node.clauses, "modelClause")
  assert(model !== undefined, "an agent without a model")
  const texts = node.clauses.filter((candidate) => candidate.kind === "text")
  const prompt = texts.find(({ role }) => role === "prompt")
  const instructions = texts.find(({ role }) => role === "instructions")
  assert(prompt !== undefined, "an agent without a prompt")
  const callable = lowerCallable(context, node, id)
  const { budget, ...clauses } = callable.policy.clauses
  return {
    ...callable,
    // The agent's own loop spends against its budget, so that it stands beside the model and not in the policy.
    policy: { ...callable.policy, clauses, own: callable.policy.own.filter((kind) => kind !== "budget") },
    ...lowerModels(context, model),
    ...(instructions === undefined ? {} : { instructions: lowerExpression(context, instructions.value) }),
    prompt: lowerExpression(context, prompt.value),
    tools: node.clauses.flatMap((candidate) => candidate.kind === "tools" ? lowerKinds(context, candidate.names) : []),
    ...(budget === undefined ? {} : { budget }),
  }
}

function lowerModels(context: Context, node: ModelClause): Pick<AgentPlan, "models" | "choose"> {
  const first = nameOf(context, node.model)
  const then = node.then.map(({ model, on }) => ({ model: nameOf(context, model), on: lowerKinds(context, on) }))
  const models = [{ model: first, on: [] }, ...then]
  if (node.when === undefined) return { models }
  const condition = lowerExpression(context, node.when.condition)
  return { models, choose: { condition, then: first, otherwise: nameOf(context, node.when.otherwise) } }
}

export function lowerHuman(context: Context, node: HumanDeclaration, id: SymbolId): HumanPlan {
  const ask = node.clauses.find((candidate) => candidate.kind === "text" && candidate.role === "ask")
  assert(ask?.kind === "text", "a human without a question")
  const result = context.checked.signatures.get(id)?.result
  const declared = result?.kind === "declared" ? context.checked.declared.get(result.symbol) : undefined
  return {
    ...lowerCallable(context, node, id),
    ask: lowerExpression(context, ask.value),
    ...(result?.kind === "declared" && declared?.kind === "enum" ? { choices: planName(context, result.symbol) } : {}),
  }
}

export function lowerWorkflow(context: Context, node: WorkflowDeclaration): WorkflowPlan {
  const budgets = node.clauses.flatMap((candidate) => candidate.kind === "budget" ? [lowerBudget(candidate)] : [])
  const deadline = clause(node.clauses, "deadline")
  const steps = clause(node.clauses, "stepsUse")
  const shape = lowerShape(context, node)
  return {
    ...shape,
    ...(budgets.length === 0 ? {} : { budget: budgets.reduce(tighter) }),
    ...(deadline === undefined ? {} : { deadlineMs: numberOf(deadline.duration) }),
    ...(steps === undefined ? {} : { steps: nameOf(context, steps.policy) }),
    body: lowerBlock(context, node.body, { to: "nowhere" }),
  }
}
