// Tools, agents, people and workflows: one shape, then what each kind adds.

import { assert } from "../../../base/assert.ts"
import type {
  AgentDeclaration, Clause, ConcurrencyClause, HumanDeclaration, ModelClause, Parameter, ToolDeclaration, WorkflowDeclaration,
} from "../../../grammar/syntax/nodes.ts"
import { plainText, resolvePath } from "../../1-bind/imports.ts"
import type { SymbolId } from "../../1-bind/types.ts"
import { nameOf, originOf, planName, symbolOf } from "../context.ts"
import type { Context } from "../context.ts"
import type {
  AgentPlan, CallablePlan, ClauseKind, ConcurrencyPlan, HumanPlan, ParameterPlan, ToolPlan, ToolSourcePlan, TriggerPlan,
  WorkflowPlan,
} from "../types.ts"
import { walkPlan } from "../walk.ts"
import { lowerExpression, lowerKinds, plainTemplate } from "./expression.ts"
import { clausesOf, lowerApproval, lowerPolicy, lowerUndo, numberOf } from "./policy.ts"
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
  const approve = clause(node.clauses, "approve")
  const fails = lowerKinds(context, node.clauses.flatMap((each) => (each.kind === "fails" ? each.errors : [])))
  const effect = clause(node.clauses, "effect")?.effect ?? (irreversible === undefined ? "reads" : "writes")
  return {
    ...lowerCallable(context, node, id),
    effect: irreversible === undefined ? effect : "writes",
    ...(irreversible === undefined ? {} : { irreversible: plainTemplate(irreversible.why) }),
    idempotent: clause(node.clauses, "idempotent") !== undefined,
    ...(approve === undefined ? {} : { approve: lowerApproval(context, approve.by, approve.when) }),
    ...(fails.length === 0 ? {} : { fails }),
    source: lowerSource(context, node),
  }
}

function lowerSource(context: Context, node: ToolDeclaration): ToolSourcePlan {
  const source = node.source
  if (source?.kind === "typescriptSource") {
    const written = plainText(source.module) ?? ""
    return { kind: "typescript", module: resolvePath(context.path, written), exportName: source.exportName?.text ?? node.name.text }
  }
  assert(source !== undefined, "a tool without a source passed the checker")
  const body = clause(node.clauses, "body")
  const sent = {
    headers: node.clauses.flatMap((candidate) => candidate.kind !== "header" ? [] : [{
      name: lowerExpression(context, candidate.name), value: lowerExpression(context, candidate.value),
    }]),
    ...(body === undefined ? {} : { body: lowerExpression(context, body.value) }),
  }
  const withSecrets = <Request extends object>(request: Request) => ({ ...request, ...sent, secrets: [...secretsIn({ request, sent })] })
  switch (source.kind) {
    case "httpSource": return withSecrets({ kind: "http", method: source.method, url: lowerExpression(context, source.url) })
    case "invokeSource": {
      const path = lowerExpression(context, source.path)
      return withSecrets({ kind: "invoke", app: plainTemplate(source.app), method: source.method, path })
    }
    case "bindingSource":
      return withSecrets({ kind: "binding", binding: plainTemplate(source.name), operation: plainTemplate(source.operation) })
    case "stateSource": {
      const key = lowerExpression(context, source.key)
      return withSecrets({ kind: "state", store: plainTemplate(source.store), operation: stateOperation(source.operation.text), key })
    }
    case "mcpSource": return withSecrets({ kind: "mcp", server: source.server.text, tool: source.tool.text })
    case "publishSource":
      return withSecrets({ kind: "publish", pubsub: plainTemplate(source.pubsub), topic: plainTemplate(source.topic) })
  }
}

function stateOperation(word: string): "get" | "set" | "delete" {
  assert(word === "get" || word === "set" || word === "delete", `a state store has no operation ${word}`)
  return word
}

function secretsIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  walkPlan(value, ({ kind, name }) => {
    if (kind === "secretReference") found.add(name as string)
  })
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
  const { budget, overBudget, ...clauses } = callable.policy.clauses
  const history = clause(node.clauses, "history")
  const memory = clause(node.clauses, "memory")
  return {
    ...callable,
    // The agent's own loop spends against its budget, so that it stands beside the model and not in the policy.
    policy: { ...callable.policy, clauses, own: callable.policy.own.filter((kind) => kind !== "budget" && kind !== "overBudget") },
    ...lowerModels(context, model),
    ...(instructions === undefined ? {} : { instructions: lowerExpression(context, instructions.value) }),
    prompt: lowerExpression(context, prompt.value),
    tools: node.clauses.flatMap((candidate) => candidate.kind === "tools" ? lowerKinds(context, candidate.names) : []),
    handoffs: node.clauses.flatMap((candidate) => candidate.kind === "handoffs" ? lowerKinds(context, candidate.names) : []),
    ...(history === undefined ? {} : { history: lowerExpression(context, history.value) }),
    ...(memory === undefined ? {} : {
      memory: { by: lowerExpression(context, memory.by), ...(memory.keep === undefined ? {} : { keep: numberOf(memory.keep) }) },
    }),
    ...(budget === undefined ? {} : { budget }),
    ...(overBudget === undefined ? {} : { overBudget }),
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
  const announce = clause(node.clauses, "announce")
  const result = context.checked.signatures.get(id)?.result
  const declared = result?.kind === "declared" ? context.checked.declared.get(result.symbol) : undefined
  return {
    ...lowerCallable(context, node, id),
    ask: lowerExpression(context, ask.value),
    ...(result?.kind === "declared" && declared?.kind === "enum" ? { choices: planName(context, result.symbol) } : {}),
    ...(announce === undefined ? {} : { announce: plainTemplate(announce.topic) }),
  }
}

export function lowerWorkflow(context: Context, node: WorkflowDeclaration, id: SymbolId): WorkflowPlan {
  const steps = clause(node.clauses, "stepsUse")
  const deadLetter = clause(node.clauses, "deadLetter")
  const concurrency = clause(node.clauses, "concurrency")
  // The run's own budget and deadline; what else stands in its body is for the step that calls it.
  const { budget, overBudget, deadlineMs, ...clauses } = lowerPolicy(context, clausesOf(context.checked.policies.get(id))).clauses
  return {
    ...lowerShape(context, node),
    ...(budget === undefined ? {} : { budget }),
    ...(overBudget === undefined ? {} : { overBudget }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(steps === undefined ? {} : { steps: nameOf(context, steps.policy) }),
    policy: { clauses, uses: [], own: Object.keys(clauses) as ClauseKind[] },
    ...(deadLetter === undefined ? {} : { deadLetter: plainTemplate(deadLetter.topic) }),
    triggers: node.clauses.flatMap((candidate) => lowerTrigger(context, candidate)),
    ...(concurrency === undefined ? {} : { concurrency: lowerConcurrency(context, concurrency) }),
    body: lowerBlock({ ...context, workflow: id }, node.body, { to: "nowhere" }),
  }
}

function lowerTrigger(context: Context, node: Clause): readonly TriggerPlan[] {
  const origin = originOf(context, node)
  switch (node.kind) {
    case "onTopic": return [{ on: "topic", topic: plainTemplate(node.topic), origin }]
    case "onHttp": return [{ on: "http", method: node.method, path: plainTemplate(node.path), origin }]
    case "onSchedule": {
      const parameters = node.input === undefined ? {} : { parameters: lowerExpression(context, node.input) }
      return [{ on: "schedule", cron: plainTemplate(node.cron), ...parameters, origin }]
    }
    default: return []
  }
}

function lowerConcurrency(context: Context, node: ConcurrencyClause): ConcurrencyPlan {
  return {
    atMost: numberOf(node.limit),
    ...(node.by === undefined ? {} : { by: lowerExpression(context, node.by) }),
    ...(node.overflow === undefined ? {} : { whenFull: node.overflow }),
  }
}
