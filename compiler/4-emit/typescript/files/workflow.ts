// workflows/<name>.ts, worker.ts and client.ts.

import { registeredName } from "../../../3-plan/types.ts"
import type { ConcurrencyPlan, Plan, TriggerPlan, WorkflowPlan } from "../../../3-plan/types.ts"
import { arrowBody, brackets, expression, object, property, settled } from "../expression.ts"
import { codeScope } from "../scope.ts"
import type { CodeScope } from "../scope.ts"
import { group, hardline, indent, line } from "../layout.ts"
import type { Doc } from "../layout.ts"
import { numberText, quoted } from "../literals.ts"
import { localsOf, relative } from "../names.ts"
import type { FileScope } from "../names.ts"
import { budgetDoc, duration, overBudgetProperty, policyDoc } from "../policy.ts"
import { block } from "../statement.ts"
import { docComment } from "../structure.ts"
import type { Item } from "../structure.ts"
import { parametersDoc, typeText } from "../types.ts"
import { annotationOf, mentioned, parametersOf, pattern, writers } from "./callables.ts"
import { settingsOf, undosOf } from "./mentions.ts"

export function workflowItems(plan: WorkflowPlan, file: FileScope): readonly Item[] {
  const scope = codeScope(file, localsOf(file, plan, ["run", "undo", "thrown", "schemas"]), { writers, unit: plan.body })
  const schemas = file.whole(relative(file.path, "schemas.ts"), "schemas")
  const given = parametersOf(scope, plan)
  const policy = policyDoc(scope, plan.policy, given)
  const { mentions } = file.names
  const [settings, undos] = [settingsOf(mentions, plan), undosOf(mentions, plan)]
  const spec = object([
    `name: ${quoted(registeredName(plan))}`,
    `parameters: ${schemas}.${file.names.parameters.get(plan.name)!}`,
    `result: ${schemas}.${file.names.results.get(plan.name)!}`,
    ...(plan.budget === undefined ? [] : [["budget: ", budgetDoc(plan.budget)]]),
    ...(plan.deadlineMs === undefined ? [] : [`deadline: ${duration(plan.deadlineMs)}`]),
    ...(plan.overBudget === undefined ? [] : [overBudgetProperty(scope, plan.overBudget, given)]),
    ...(plan.steps === undefined ? [] : [property("steps", file.value(plan.steps))]),
    ...(policy === undefined ? [] : [property("policy", policy)]),
    ...(settings.length === 0 ? [] : [["settings: ", brackets("[", settings.map((name) => file.value(name)), "]")]]),
    ...(undos.length === 0 ? [] : [["undos: () => ", brackets("[", undos.map((name) => file.value(name)), "]")]]),
    ...(plan.deadLetter === undefined ? [] : [["deadLetter: ", object([`topic: ${quoted(plan.deadLetter)}`])]]),
    ...(plan.triggers.length === 0 ? [] : [["triggers: ", brackets("[", plan.triggers.map((each) => triggerDoc(scope, each)), "]")]]),
    ...(plan.concurrency === undefined ? [] : [["concurrency: ", concurrencyDoc(scope, plan, plan.concurrency)]]),
  ], { broken: true })
  const parameters = pattern(scope, plan.parameters)
  const body: Doc = ["function* (run", parameters === "" ? "" : `, ${parameters}`, ") ", block(scope, plan.body)]
  const annotation = mentions.circular.has(plan.name) ? annotationOf(file, plan, "Workflow") : ""
  const value: Doc = [file.runtime("workflow"), "(", spec, ", ", body, ")"]
  return [{ kind: "code", doc: [docComment(plan.doc), "export const ", file.value(plan.name), annotation, " = ", value] }]
}

function triggerDoc(scope: CodeScope, trigger: TriggerPlan): Doc {
  switch (trigger.on) {
    case "topic": return object([`on: "topic"`, `topic: ${quoted(trigger.topic)}`])
    case "http": return object([`on: "http"`, `method: ${quoted(trigger.method)}`, `path: ${quoted(trigger.path)}`])
    case "schedule": {
      const { parameters } = trigger
      const given: readonly Doc[] = parameters === undefined ? [] : [["parameters: () => ", arrowBody(parameters, expression(scope, parameters))]]
      return object([`on: "schedule"`, `cron: ${quoted(trigger.cron)}`, ...given])
    }
  }
}

function concurrencyDoc(scope: CodeScope, { parameters }: WorkflowPlan, { atMost, by, whenFull }: ConcurrencyPlan): Doc {
  const key: readonly Doc[] = by === undefined ? [] : [[`by: (${pattern(scope, mentioned(parameters, [by]))}) => `, arrowBody(by, settled(scope, by))]]
  return object([`atMost: ${numberText(atMost)}`, ...key, ...(whenFull === undefined ? [] : [`whenFull: ${quoted(whenFull)}`])])
}

export function workerItems(plan: Plan, file: FileScope, { hasKept }: { readonly hasKept: boolean }): readonly Item[] {
  const workflows = plan.workflows.map(({ name }) => file.value(name))
  const callables = [...plan.tools, ...plan.agents, ...plan.humans].map(({ name }) => file.value(name))
  const kept = hasKept ? [file.whole("./kept.ts", "kept")] : []
  const options = object([
    `app: ${quoted(plan.name)}`,
    ["workflows: ", brackets("[", workflows, "]")],
    ["callables: ", brackets("[", [...callables, ...kept.map((module) => `...${module}.callables`)], "]")],
    ...kept.map((module) => `kept: ${module}.workflows`),
  ], { broken: true })
  return [{ kind: "code", doc: ["await ", file.runtime("serve"), "(", options, ")"] }]
}

export function clientItems(plan: Plan, file: FileScope): readonly Item[] {
  const workflows = plan.workflows.map((workflow): Doc => {
    const parameters = parametersDoc(file, workflow.parameters)
    const result = workflow.result.kind === "nothing" ? "null" : typeText(file, workflow.result)
    const name = file.value(workflow.name)
    const [start, wait] = [file.runtimeType("StartOptions"), file.runtimeType("WaitOptions")]
    return [name, ": ", object([
      group("start: (parameters: ", parameters, `, options?: ${start}) =>`, indent(line, `client.start(${name}, parameters, options)`)),
      `result: (id: string, options?: ${wait}) => client.wait<${result}>(id, options)`,
    ], { broken: true })]
  })
  const returned = object([...workflows, "close: () => client.close()"], { broken: true })
  const statements: Doc = ["const client = await ", file.runtime("connect"), "(options)", hardline, "return ", returned]
  const example = plan.workflows[0]?.name ?? "workflow"
  const doc = `/** Starts and follows the workflows of this project: \`const client = await open()\`, then \`client.${example}.start(…)\`. */`
  return [{
    kind: "code",
    doc: [doc, hardline, `export async function open(options?: ${file.runtimeType("ConnectOptions")}) {`, indent(hardline, statements), hardline, "}"],
  }]
}
