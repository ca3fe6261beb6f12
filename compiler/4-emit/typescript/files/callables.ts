// tools.ts, agents.ts, humans.ts: each declaration as one call that reads like it.

import type { ExpressionPlan } from "../../../3-plan/code.ts"
import type { AgentPlan, CallablePlan, HumanPlan, ParameterPlan, Plan, RequirementPlan, ToolPlan } from "../../../3-plan/types.ts"
import { builtIn } from "../built-ins.ts"
import { arrowBody, asText, brackets, codeScope, expression, object, property, write } from "../expression.ts"
import type { CodeScope, Writers } from "../expression.ts"
import { print } from "../layout.ts"
import type { Doc } from "../layout.ts"
import { memberAccess, propertyKey, quoted, templateText } from "../literals.ts"
import { localsOf, relative } from "../names.ts"
import type { FileScope, RuntimeValue } from "../names.ts"
import { budgetDoc, callOptions, kindsDoc, policyDoc, undoProperties } from "../policy.ts"
import { eachBody } from "../statement.ts"
import { docComment } from "../structure.ts"
import type { Item } from "../structure.ts"
import { parametersDoc, typeText } from "../types.ts"

export const writers: Writers = { builtIn, body: eachBody, callOptions }

/** Names that the callbacks of a declaration give to what is not a parameter. */
const implicit = ["run", "undo", "context", "secrets", "result", "_parameters"]

function scopeOf(file: FileScope, unit: CallablePlan): CodeScope {
  return codeScope(file, localsOf(file, unit, implicit), { writers, unit })
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
  return [`(${pattern(scope, mentioned(parameters, [body]))}) => `, arrowBody(body, doc)]
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

function closingProperties(scope: CodeScope, plan: CallablePlan): readonly Doc[] {
  const bound = (used: readonly ExpressionPlan[]): string => pattern(scope, mentioned(plan.parameters, used))
  const policy = policyDoc(scope, plan.policy, bound)
  return [
    ...(policy === undefined ? [] : [property("policy", policy)]),
    ...(plan.undo === undefined ? [] : undoProperties(scope, plan.undo, bound)),
    ...(plan.requirements.length === 0 ? [] : [["require: ", brackets("[", plan.requirements.map((each) => requirement(scope, plan, each)), "]")]]),
  ]
}

function requirement(scope: CodeScope, plan: CallablePlan, { condition, otherwise }: RequirementPlan): Doc {
  return object([
    ["holds: ", judged(scope, plan, condition, expression(scope, condition))],
    ["otherwise: ", judged(scope, plan, otherwise, asText(scope, otherwise))],
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
  readonly type: "Agent" | "Human" | "Tool"
  /** Callables that mention themselves, directly or in a circle: TypeScript can't infer their types. */
  readonly circular: ReadonlySet<string>
}

function declare(scope: CodeScope, plan: CallablePlan, { constructor, type, circular }: Declaring, properties: readonly Doc[]): Item {
  const { file } = scope
  const annotation = circular.has(plan.name) ? annotationOf(file, plan, type) : ""
  const value: Doc = [file.runtime(constructor), "(", object(properties, { broken: true }), ")"]
  return { kind: "code", doc: [docComment(plan.doc), "export const ", file.value(plan.name), annotation, " = ", value] }
}

/** Asking for a type imports it, so that this is asked only where it is written. */
function annotationOf(file: FileScope, { parameters, result }: CallablePlan, type: Declaring["type"]): Doc {
  const given = result.kind === "nothing" ? "void" : typeText(file, result)
  return [": ", file.runtimeType(type), "<", parametersDoc(file, parameters), `, ${given}>`]
}

function circularCallables(plan: Plan): ReadonlySet<string> {
  const edges = new Map([...plan.tools, ...plan.agents, ...plan.humans].map((each) => [each.name, mentionedCallables(each)]))
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (edges.get(from) ?? []).some((next) => next === target || (!seen.has(next) && seen.add(next) && reaches(next, target, seen)))
  return new Set([...edges.keys()].filter((name) => reaches(name, name, new Set())))
}

function mentionedCallables(plan: CallablePlan & { readonly tools?: readonly string[] }): readonly string[] {
  const found: string[] = [...(plan.tools ?? [])]
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    const step = node as { readonly kind?: string; readonly callable?: string }
    if (step.kind === "step" && step.callable !== undefined) found.push(step.callable)
    for (const child of Object.values(node)) visit(child)
  }
  visit([plan.policy, plan.undo])
  return found
}

// ---------------------------------------------------------------- tools

export function toolItems(plan: Plan, file: FileScope, moduleOf: (path: string) => string): readonly Item[] {
  const circular = circularCallables(plan)
  return plan.tools.map((tool) => {
    const scope = scopeOf(file, tool)
    const { source } = tool
    const constructor = source.kind === "http" ? "httpTool" : "tool"
    const work = source.kind === "http" ? httpProperties(scope, tool, source) : [runProperty(scope, tool, source, moduleOf)]
    return declare(scope, tool, { constructor, type: "Tool", circular }, [
      ...commonProperties(scope, tool),
      `effect: ${quoted(tool.effect)}`,
      ...(tool.irreversible === undefined ? [] : [`irreversible: ${quoted(tool.irreversible)}`]),
      ...(tool.idempotent ? ["idempotent: true"] : []),
      ...closingProperties(scope, tool),
      ...work,
    ])
  })
}

type SourceOf<Kind extends ToolPlan["source"]["kind"]> = Extract<ToolPlan["source"], { kind: Kind }>

function runProperty(scope: CodeScope, tool: ToolPlan, source: SourceOf<"typescript">, moduleOf: (path: string) => string): Doc {
  const alias = scope.file.whole(moduleOf(source.module), scope.file.names.modules.get(source.module)!)
  const bound = pattern(scope, tool.parameters)
  const given = tool.parameters.map(({ name }) => scope.locals.get(name) ?? name)
  return `run: (${bound === "" ? "_parameters" : bound}, context) => ${alias}${memberAccess(source.exportName, false)}(${[...given, "context"].join(", ")})`
}

function httpProperties(scope: CodeScope, tool: ToolPlan, source: SourceOf<"http">): readonly Doc[] {
  const used = [source.url, ...source.headers.flatMap(({ name, value }) => [name, value]), ...(source.body === undefined ? [] : [source.body])]
  const bound = pattern(scope, mentioned(tool.parameters, used))
  const needsSecrets = source.secrets.length > 0
  const taken = [...(bound === "" ? (needsSecrets ? ["_parameters"] : []) : [bound]), ...(needsSecrets ? ["secrets"] : [])]
  const request = object([
    `method: ${quoted(source.method)}`,
    ["url: ", address(scope, source.url)],
    ...(source.headers.length === 0 ? [] : [["headers: ", object(source.headers.map(({ name, value }): Doc => {
      const key = name.kind === "literal" ? propertyKey(String(name.value)) : ["[", asText(scope, name), "]"]
      return [key, ": ", asText(scope, value)]
    }))]]),
    ...(source.body === undefined ? [] : [property("body", expression(scope, source.body))]),
  ], { broken: true })
  return [
    ...(needsSecrets ? [["secrets: ", brackets("[", source.secrets.map((name) => scope.file.value(name)), "]")]] : []),
    [`request: (${taken.join(", ")}) => (`, request, ")"],
  ]
}

/** Parts that are put into an address are percent-encoded; a leading one is where the address starts, and stays. */
function address(scope: CodeScope, url: ExpressionPlan): Doc {
  if (url.kind !== "template") return asText(scope, url)
  const parts = url.parts.map((part, index): Doc => {
    if (typeof part === "string") return templateText(part)
    return index === 0 ? ["${", asText(scope, part), "}"] : ["${encodeURIComponent(", urlPart(scope, part), ")}"]
  })
  return ["`", parts, "`"]
}

/** What encodeURIComponent takes as it is. */
function urlPart(scope: CodeScope, part: ExpressionPlan): Doc {
  return ["int", "number", "bool"].includes(part.type.kind) ? expression(scope, part) : asText(scope, part)
}

// ---------------------------------------------------------------- agents

export function agentItems(plan: Plan, file: FileScope): readonly Item[] {
  const circular = circularCallables(plan)
  return plan.agents.map((agent, index) => {
    const later = new Set(plan.agents.slice(index).map(({ name }) => name))
    const scope = scopeOf(file, agent)
    return declare(scope, agent, { constructor: "agent", type: "Agent", circular }, [
      ...commonProperties(scope, agent),
      ...modelProperties(scope, agent),
      ...(agent.instructions === undefined ? [] : [textProperty(scope, agent, "instructions", agent.instructions)]),
      textProperty(scope, agent, "prompt", agent.prompt),
      ...(agent.tools.length === 0 ? [] : [toolsProperty(file, agent, later)]),
      ...(agent.budget === undefined ? [] : [["budget: ", budgetDoc(agent.budget)]]),
      ...closingProperties(scope, agent),
    ])
  })
}

/** A list; a function of one where agents call each other in a circle, so that none is read before it is declared. */
function toolsProperty(file: FileScope, agent: AgentPlan, later: ReadonlySet<string>): Doc {
  const listed = brackets("[", agent.tools.map((name) => file.value(name)), "]")
  return [agent.tools.some((name) => later.has(name)) ? "tools: () => " : "tools: ", listed]
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
  const circular = circularCallables(plan)
  return plan.humans.map((human: HumanPlan) => {
    const scope = scopeOf(file, human)
    return declare(scope, human, { constructor: "human", type: "Human", circular }, [
      ...commonProperties(scope, human),
      textProperty(scope, human, "ask", human.ask),
      ...(human.choices === undefined ? [] : [`choices: Object.values(${file.value(human.choices)})`]),
      ...closingProperties(scope, human),
    ])
  })
}
