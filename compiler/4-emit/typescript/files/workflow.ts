// workflows/<name>.ts, worker.ts and client.ts.

import { registeredName } from "../../../3-plan/types.ts"
import type { Plan, WorkflowPlan } from "../../../3-plan/types.ts"
import { brackets, codeScope, object, property } from "../expression.ts"
import { group, hardline, indent, line } from "../layout.ts"
import type { Doc } from "../layout.ts"
import { quoted } from "../literals.ts"
import { localsOf, relative } from "../names.ts"
import type { FileScope } from "../names.ts"
import { budgetDoc, duration } from "../policy.ts"
import { block } from "../statement.ts"
import { constant } from "../structure.ts"
import type { Item } from "../structure.ts"
import { parametersDoc, typeText } from "../types.ts"
import { pattern, writers } from "./callables.ts"

export function workflowItems(plan: WorkflowPlan, file: FileScope): readonly Item[] {
  const scope = codeScope(file, localsOf(file, plan, ["run", "undo", "thrown", "schemas"]), { writers, unit: plan.body })
  const schemas = file.whole(relative(file.path, "schemas.ts"), "schemas")
  const spec = object([
    `name: ${quoted(registeredName(plan))}`,
    `parameters: ${schemas}.${file.names.parameters.get(plan.name)!}`,
    `result: ${schemas}.${file.names.results.get(plan.name)!}`,
    ...(plan.budget === undefined ? [] : [["budget: ", budgetDoc(plan.budget)]]),
    ...(plan.deadlineMs === undefined ? [] : [`deadline: ${duration(plan.deadlineMs)}`]),
    ...(plan.steps === undefined ? [] : [property("steps", file.value(plan.steps))]),
  ], { broken: true })
  const parameters = pattern(scope, plan.parameters)
  const body: Doc = ["function* (run", parameters === "" ? "" : `, ${parameters}`, ") ", block(scope, plan.body)]
  return [constant(file.value(plan.name), [file.runtime("workflow"), "(", spec, ", ", body, ")"], plan.doc)]
}

export function workerItems(plan: Plan, file: FileScope, { hasKept }: { readonly hasKept: boolean }): readonly Item[] {
  const workflows = plan.workflows.map(({ name }) => file.value(name))
  const callables = [...plan.tools, ...plan.agents, ...plan.humans].map(({ name }) => file.value(name))
  const kept = (what: string): readonly string[] => hasKept ? [`...${file.whole("./kept.ts", "kept")}.${what}`] : []
  const options = object([
    `app: ${quoted(plan.name)}`,
    ["workflows: ", brackets("[", [...workflows, ...kept("workflows")], "]")],
    ["callables: ", brackets("[", [...callables, ...kept("callables")], "]")],
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
