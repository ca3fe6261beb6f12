// tools.ts, agents.ts, humans.ts: each declaration as one call that reads like it.

import type { ExpressionPlan } from "../../../3-plan/code.ts"
import type {
  AgentPlan, CallablePlan, HumanPlan, ParameterPlan, Plan, RequirementPlan, ServiceSource, ToolPlan,
} from "../../../3-plan/types.ts"
import { builtIn } from "../built-ins.ts"
import { arrowBody, asText, brackets, expression, object, property, settled, write } from "../expression.ts"
import { codeScope } from "../scope.ts"
import type { CodeScope, Writers } from "../scope.ts"
import { print } from "../layout.ts"
import type { Doc } from "../layout.ts"
import { memberAccess, numberText, propertyKey, quoted, templateText } from "../literals.ts"
import { covered, localsOf, relative, typed } from "../names.ts"
import type { FileScope, RuntimeValue } from "../names.ts"
import {
  approveProperty, blockClauses, budgetDoc, callOptions, kindsDoc, overBudgetProperty, policyDoc, undoProperties,
} from "../policy.ts"
import type { Parameters } from "../policy.ts"
import { block } from "../statement.ts"
import { docComment } from "../structure.ts"
import type { Item } from "../structure.ts"
import { parametersDoc, typeText } from "../types.ts"
import { loadsBefore } from "./mentions.ts"
import { errorsWithData } from "./schemas.ts"

export const writers: Writers = { builtIn, body: block, clauses: blockClauses, callOptions }

/** Names that the callbacks of a declaration give to what is not a parameter. */
const implicit = ["run", "undo", "context", "secrets", "settings", "answer", "result", "_parameters", "_secrets"]

function scopeOf(file: FileScope, unit: CallablePlan): CodeScope {
  return { ...codeScope(file, localsOf(file, unit, implicit), { writers, unit }), settings: "function" }
}

// ---------------------------------------------------------------- parameters

/** `{ topic, notes: notes_ }`, with the defaults that a caller from outside may rely on. */
export function pattern(scope: CodeScope, parameters: readonly ParameterPlan[]): string {
  const names = parameters.map((parameter) => {
    const local = scope.locals.get(parameter.name) ?? parameter.name
    const key = propertyKey(parameter.name)
    const bound = key === local ? key : `${key}: ${local}`
    return parameter.default === undefined ? bound : `${bound} = ${print(expression(scope, parameter.default)).text}`
  })
  return names.length === 0 ? "" : `{ ${names.join(", ")} }`
}

/** Of the parameters those that the expressions mention. */
export function mentioned(parameters: readonly ParameterPlan[], used: readonly ExpressionPlan[]): readonly ParameterPlan[] {
  const names = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    const local = node as { readonly kind?: string; readonly name?: string }
    if (local.kind === "local" && local.name !== undefined) names.add(local.name)
    for (const child of Object.values(node)) visit(child)
  }
  visit(used)
  return parameters.filter(({ name }) => names.has(name))
}

/** `({ topic }) => …` */
function arrow(scope: CodeScope, parameters: readonly ParameterPlan[], body: ExpressionPlan, doc: Doc): Doc {
  const bound = pattern(scope, mentioned(parameters, [body]))
  return [`(${readsSettings(body) ? `${bound === "" ? "_parameters" : bound}, settings` : bound}) => `, arrowBody(body, doc)]
}

function readsSettings(value: unknown): boolean {
  return JSON.stringify(value).includes(`"kind":"settingReference"`)
}

/** How the policies of a callable take its parameters. */
export function parametersOf(scope: CodeScope, of: Pick<CallablePlan, "parameters" | "result">): Parameters {
  return {
    bound: (used) => pattern(scope, mentioned(of.parameters, used)),
    isVoid: of.result.kind === "nothing",
  }
}

// ---------------------------------------------------------------- what all have

function commonProperties(scope: CodeScope, plan: CallablePlan): readonly Doc[] {
  const schemas = scope.file.whole(relative(scope.file.path, "schemas.ts"), "schemas")
  const { parameters, results } = scope.file.names
  return [
    `name: ${quoted(plan.name)}`,
    `parameters: ${schemas}.${parameters.get(plan.name)!}`,
    `result: ${schemas}.${results.get(plan.name)!}`,
  ]
}

function closingProperties(scope: CodeScope, plan: CallablePlan, given: Parameters): readonly Doc[] {
  const policy = policyDoc(scope, plan.policy, given)
  return [
    ...(policy === undefined ? [] : [property("policy", policy)]),
    ...(plan.undo === undefined ? [] : undoProperties(scope, plan.undo, given)),
    ...(plan.requirements.length === 0 ? [] : [["require: ", brackets("[", plan.requirements.map((each) => requirement(scope, plan, each)), "]")]]),
  ]
}

function requirement(scope: CodeScope, plan: CallablePlan, { condition, otherwise, origin }: RequirementPlan): Doc {
  const told = covered(scope.file, "require", origin)
  return object([
    ["holds: ", judged(scope, plan, condition, expression(scope, condition))],
    ["otherwise: ", judged(scope, plan, otherwise, told.length === 0 ? asText(scope, otherwise) : ["(", ...told, ", ", asText(scope, otherwise), ")"])],
  ])
}

/** A function of the result and the parameters; what it does not mention it does not take. */
function judged(scope: CodeScope, plan: CallablePlan, body: ExpressionPlan, doc: Doc): Doc {
  const parameters = pattern(scope, mentioned(plan.parameters, [body]))
  const takesResult = JSON.stringify(body).includes(`"kind":"result"`)
  const taken = parameters === "" ? (takesResult ? "result" : "") : `${takesResult ? "result" : "_result"}, ${parameters}`
  return [`(${taken}) => `, arrowBody(body, doc)]
}

interface Declaring {
  readonly constructor: RuntimeValue
  readonly type: CallableType
  /** Callables that mention themselves, directly or in a circle: TypeScript can't infer their types. */
  readonly circular: ReadonlySet<string>
}

type CallableType = "Agent" | "Human" | "Tool" | "Workflow"

function declare(scope: CodeScope, plan: CallablePlan, { constructor, type, circular }: Declaring, properties: readonly Doc[]): Item {
  const { file } = scope
  const annotation = circular.has(plan.name) ? annotationOf(file, plan, type) : ""
  const value: Doc = [file.runtime(constructor), "(", object(properties, { broken: true }), ")"]
  return { kind: "code", doc: [docComment(plan.doc), "export const ", file.value(plan.name), annotation, " = ", value] }
}

/** Asking for a type imports it, so that this is asked only where it is written. */
export function annotationOf(file: FileScope, { parameters, result }: Pick<CallablePlan, "parameters" | "result">, type: CallableType): Doc {
  const given = result.kind === "nothing" ? "void" : typeText(file, result)
  return typed(file, [": ", file.runtimeType(type), "<", parametersDoc(file, parameters), `, ${given}>`])
}

// ---------------------------------------------------------------- tools

export function toolItems(plan: Plan, file: FileScope, moduleOf: (path: string) => string): readonly Item[] {
  const { circular } = file.names.mentions
  return plan.tools.map((tool) => {
    const scope = scopeOf(file, tool)
    const given = parametersOf(scope, tool)
    return declare(scope, tool, { constructor: constructors[tool.source.kind], type: "Tool", circular }, [
      ...commonProperties(scope, tool),
      `effect: ${quoted(tool.effect)}`,
      ...(tool.irreversible === undefined ? [] : [`irreversible: ${quoted(tool.irreversible)}`]),
      // The step's key is the id of what is published.
      ...(tool.idempotent || tool.source.kind === "publish" ? ["idempotent: true"] : []),
      ...failsProperty(scope, errorsWithData(plan, tool)),
      ...(tool.approve === undefined ? [] : [approveProperty(scope, tool.approve, given)]),
      ...closingProperties(scope, tool, given),
      ...(tool.source.kind === "typescript" ? secretsOf(scope, { secrets: plan.secrets.map(({ name }) => name) }) : []),
      ...workProperties(scope, tool, moduleOf),
    ])
  })
}

function failsProperty({ file }: CodeScope, errors: readonly string[]): readonly Doc[] {
  if (errors.length === 0) return []
  const schemas = file.whole(relative(file.path, "schemas.ts"), "schemas")
  return [["fails: ", object(errors.map((name) => property(name, `${schemas}.${file.names.declared.get(name)!.identifier}`)))]]
}

const constructors = {
  typescript: "tool", http: "httpTool", invoke: "invokeTool", binding: "bindingTool", state: "stateTool", publish: "publishTool", mcp: "mcpTool",
} as const satisfies Record<ToolPlan["source"]["kind"], RuntimeValue>

function workProperties(scope: CodeScope, tool: ToolPlan, moduleOf: (path: string) => string): readonly Doc[] {
  const { source } = tool
  switch (source.kind) {
    case "typescript": return [runProperty(scope, tool, source, moduleOf)]
    case "mcp": {
      const sent: readonly Doc[] = source.body === undefined ? [] : [
        ...secretsOf(scope, source), [`arguments: (${taking(scope, tool, source, [])}) => `, arrowBody(source.body, expression(scope, source.body))],
      ]
      return [`server: ${quoted(source.server)}`, `tool: ${quoted(source.tool)}`, ...sent]
    }
    case "http":
      return requestProperties(scope, tool, source, {
        uses: [source.url],
        fields: [`method: ${quoted(source.method)}`, ["url: ", address(scope, source.url)], ...headersOf(scope, source), ...bodyOf(scope, source, "body")],
      })
    case "invoke": {
      const fields = [`method: ${quoted(source.method)}`, ["path: ", address(scope, source.path)], ...headersOf(scope, source), ...bodyOf(scope, source, "body")]
      return [`app: ${quoted(source.app)}`, ...requestProperties(scope, tool, source, { uses: [source.path], fields })]
    }
    case "binding": {
      const sent = carried(scope, tool, source)
      const fields = [property("data", sent.doc), ...headersOf(scope, source, "metadata")]
      const request = requestProperties(scope, tool, source, { uses: sent.uses, fields })
      return [`binding: ${quoted(source.binding)}`, `operation: ${quoted(source.operation)}`, ...request]
    }
    case "state": {
      const sent = source.operation === "set" ? carried(scope, tool, source, (name) => name === "value") : undefined
      const fields = [`operation: ${quoted(source.operation)}`, property("key", asText(scope, source.key)), ...(sent === undefined ? [] : [property("value", sent.doc)])]
      return [`store: ${quoted(source.store)}`, ...requestProperties(scope, tool, source, { uses: [source.key, ...(sent?.uses ?? [])], fields })]
    }
    case "publish": {
      const sent = carried(scope, tool, source, () => tool.parameters.length === 1)
      const taken = taking(scope, tool, source, sent.uses)
      const data: Doc = [`data: (${taken}) => `, sent.isRecord ? ["(", sent.doc, ")"] : sent.doc]
      return [`pubsub: ${quoted(source.pubsub)}`, `topic: ${quoted(source.topic)}`, ...secretsOf(scope, source), data]
    }
  }
}

type SourceOf<Kind extends ToolPlan["source"]["kind"]> = Extract<ToolPlan["source"], { kind: Kind }>

function runProperty(scope: CodeScope, tool: ToolPlan, source: SourceOf<"typescript">, moduleOf: (path: string) => string): Doc {
  const alias = scope.file.whole(moduleOf(source.module), scope.file.names.modules.get(source.module)!)
  const bound = pattern(scope, tool.parameters)
  const given = tool.parameters.map(({ name }) => scope.locals.get(name) ?? name)
  const called = `${alias}${memberAccess(source.exportName, false)}`
  // Through the runtime, because the function may take fewer parameters than it is given.
  return [`run: (${bound === "" ? "_parameters" : bound}, context) => ${scope.file.runtime("callFunction")}`, brackets("(", [called, ...given, "context"], ")")]
}

interface Request {
  /** What the fields mention besides headers and body. */
  readonly uses: readonly ExpressionPlan[]
  readonly fields: readonly Doc[]
}

function requestProperties(scope: CodeScope, tool: ToolPlan, source: ServiceSource, { uses, fields }: Request): readonly Doc[] {
  return [...secretsOf(scope, source), [`request: (${taking(scope, tool, source, uses)}) => (`, object(fields, { broken: true }), ")"]]
}

function secretsOf(scope: CodeScope, { secrets }: Pick<ServiceSource, "secrets">): readonly Doc[] {
  return secrets.length === 0 ? [] : [["secrets: ", brackets("[", secrets.map((name) => scope.file.value(name)), "]")]]
}

/** The parameters of the callback that makes a request: those that come before one that is used stand too. */
function taking(scope: CodeScope, tool: ToolPlan, source: ServiceSource, uses: readonly ExpressionPlan[]): string {
  const used = [...uses, ...source.headers.flatMap(({ name, value }) => [name, value]), ...(source.body === undefined ? [] : [source.body])]
  const bound = pattern(scope, mentioned(tool.parameters, used))
  const [secrets, settings] = [source.secrets.length > 0, readsSettings(used)]
  const taken = [
    ...(bound === "" ? (secrets || settings ? ["_parameters"] : []) : [bound]),
    ...(secrets ? ["secrets"] : settings ? ["_secrets"] : []),
    ...(settings ? ["settings"] : []),
  ]
  return taken.join(", ")
}

function headersOf(scope: CodeScope, { headers }: ServiceSource, name = "headers"): readonly Doc[] {
  if (headers.length === 0) return []
  return [[`${name}: `, object(headers.map((header): Doc => {
    const key = header.name.kind === "literal" ? propertyKey(String(header.name.value)) : ["[", asText(scope, header.name), "]"]
    return [key, ": ", asText(scope, header.value)]
  }))]]
}

function bodyOf(scope: CodeScope, { body }: ServiceSource, name: string): readonly Doc[] {
  return body === undefined ? [] : [property(name, expression(scope, body))]
}

/** The `body`, else the parameter that is all of it, else the record of all parameters. */
function carried(
  scope: CodeScope, tool: ToolPlan, { body }: ServiceSource, isAll: (name: string) => boolean = () => false,
): { readonly doc: Doc; readonly uses: readonly ExpressionPlan[]; readonly isRecord: boolean } {
  if (body !== undefined) return { doc: expression(scope, body), uses: [], isRecord: body.kind === "record" }
  const locals = tool.parameters.map(({ name, type, origin }): ExpressionPlan => ({ kind: "local", name, type, origin }))
  const all = tool.parameters.findIndex(({ name }) => isAll(name))
  if (all >= 0) return { doc: expression(scope, locals[all]!), uses: [locals[all]!], isRecord: false }
  const entries = tool.parameters.map(({ name }, index) => property(name, expression(scope, locals[index]!)))
  return { doc: object(entries), uses: locals, isRecord: true }
}

/** Parts that are put into an address are percent-encoded; a leading one is where the address starts, and stays. */
function address(scope: CodeScope, url: ExpressionPlan): Doc {
  if (url.kind !== "template") return asText(scope, url)
  const parts = url.parts.map((part, index): Doc => {
    if (typeof part === "string") return templateText(part)
    return index === 0 ? ["${", asText(scope, part), "}"] : ["${", scope.file.runtime("urlPart"), "(", urlPart(scope, part), ")}"]
  })
  return ["`", parts, "`"]
}

/** A number is written as it is. */
function urlPart(scope: CodeScope, part: ExpressionPlan): Doc {
  return ["int", "number", "bool"].includes(part.type.kind) ? expression(scope, part) : asText(scope, part)
}

// ---------------------------------------------------------------- agents

export function agentItems(plan: Plan, file: FileScope): readonly Item[] {
  const { circular } = file.names.mentions
  const isLate = loadsBefore(file.names, file.path)
  const places = new Map(plan.agents.map(({ name }, index) => [name, index]))
  return plan.agents.map((agent, index) => {
    const isLater = (name: string): boolean => (places.get(name) ?? -1) >= index
    const scope = scopeOf(file, agent)
    const given = parametersOf(scope, agent)
    return declare(scope, agent, { constructor: "agent", type: "Agent", circular }, [
      ...commonProperties(scope, agent),
      ...modelProperties(scope, agent),
      ...(agent.instructions === undefined ? [] : [textProperty(scope, agent, "instructions", agent.instructions)]),
      textProperty(scope, agent, "prompt", agent.prompt),
      ...(agent.history === undefined ? [] : [["history: ", arrow(scope, agent.parameters, agent.history, settled(scope, agent.history))]]),
      ...listProperty(file, "tools", agent.tools, (name) => isLater(name) || isLate(name)),
      ...listProperty(file, "handoffs", agent.handoffs, isLater),
      ...(agent.memory === undefined ? [] : [memoryProperty(scope, agent, agent.memory)]),
      ...(agent.budget === undefined ? [] : [["budget: ", budgetDoc(agent.budget)]]),
      ...(agent.overBudget === undefined ? [] : [overBudgetProperty(scope, agent.overBudget, given)]),
      ...closingProperties(scope, agent, given),
    ])
  })
}

/** A list; a function of one where declarations need each other, so that none is read before it is there. */
function listProperty(file: FileScope, key: string, listed: readonly string[], isLate: (name: string) => boolean): readonly Doc[] {
  if (listed.length === 0) return []
  return [[`${key}: `, listed.some(isLate) ? "() => " : "", brackets("[", listed.map((name) => file.value(name)), "]")]]
}

function memoryProperty(scope: CodeScope, { parameters }: AgentPlan, { by, keep }: NonNullable<AgentPlan["memory"]>): Doc {
  return ["memory: ", object([["by: ", arrow(scope, parameters, by, asText(scope, by))], ...(keep === undefined ? [] : [`keep: ${numberText(keep)}`])])]
}

function modelProperties(scope: CodeScope, { models, choose, parameters }: AgentPlan): readonly Doc[] {
  const listed = models.map(({ model, on }) =>
    object([`model: ${scope.file.value(model)}`, ...(on.length === 0 ? [] : [["on: ", kindsDoc(on)]])]))
  if (choose === undefined) return [["models: ", brackets("[", listed, "]")]]
  const condition = write(scope, choose.condition)
  const chosen: Doc = [condition.precedence <= 2 ? ["(", condition.doc, ")"] : condition.doc, ` ? ${scope.file.value(choose.then)} : ${scope.file.value(choose.otherwise)}`]
  return [["models: ", brackets("[", listed, "]")], ["chooseModel: ", arrow(scope, parameters, choose.condition, chosen)]]
}

function textProperty(scope: CodeScope, { parameters }: CallablePlan, name: string, value: ExpressionPlan): Doc {
  return [`${name}: `, arrow(scope, parameters, value, asText(scope, value))]
}

// ---------------------------------------------------------------- people

export function humanItems(plan: Plan, file: FileScope): readonly Item[] {
  const { circular } = file.names.mentions
  return plan.humans.map((human: HumanPlan) => {
    const scope = scopeOf(file, human)
    return declare(scope, human, { constructor: "human", type: "Human", circular }, [
      ...commonProperties(scope, human),
      textProperty(scope, human, "ask", human.ask),
      ...(human.choices === undefined ? [] : [`choices: Object.values(${file.value(human.choices)})`]),
      ...(human.announce === undefined ? [] : [["announce: ", object([`topic: ${quoted(human.announce)}`])]]),
      ...closingProperties(scope, human, parametersOf(scope, human)),
    ])
  })
}
