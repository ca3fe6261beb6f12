// Which workflow a command means, and whether its input fits, before anything starts.

import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { Ajv2020 } from "ajv/dist/2020.js"
import formats from "ajv-formats"
import { nearest } from "../base/diagnostics/suggest.ts"
import { Failure, messageOf } from "./failure.ts"

export interface WorkflowEntry {
  readonly name: string
  /** What runs of its newest version are started under. */
  readonly registered: string
  /** JSON Schema of its parameters, an object. */
  readonly parameters: object
}

export function chooseWorkflow(workflows: readonly WorkflowEntry[], name: string | undefined): WorkflowEntry {
  const names = workflows.map((workflow) => workflow.name)
  if (name === undefined) {
    if (workflows.length === 1) return workflows[0]!
    throw new Failure(2, workflows.length === 0 ? "The program has no workflow." : "The program has several workflows.", names.length === 0 ? "Declare one: workflow Main() { log \"it runs\" }" : `Name one: ${names.join(", ")}`)
  }
  const found = workflows.find((workflow) => workflow.name === name)
  if (found !== undefined) return found
  const near = nearest(name, names)
  throw new Failure(2, `The program has no workflow '${name}'.`, near === undefined ? `It has: ${names.join(", ")}` : `Did you mean '${near}'?`)
}

/** Refuses input that does not fit, naming each field. */
export function checkInput({ name, parameters }: WorkflowEntry, input: unknown): void {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  formats.default(ajv)
  const validate = ajv.compile(parameters)
  if (validate(input)) return
  const problems = validate.errors!.map((error) => `${error.instancePath === "" ? "the input" : error.instancePath.slice(1).replaceAll("/", ".")} ${told(error)}`)
  const required = (parameters as { required?: readonly string[] }).required ?? []
  const example = JSON.stringify(Object.fromEntries(required.map((field) => [field, "..."])))
  throw new Failure(2, `The input does not fit ${name}: ${problems.join("; ")}.`, `Pass it as --input '${example}' or --input @FILE`)
}

/** `--input`: JSON, or @FILE with JSON in it; undefined when it is left out. */
export function parseInput(flag: string | undefined): unknown {
  if (flag === undefined) return undefined
  let text = flag
  if (flag.startsWith("@")) {
    try {
      text = readFileSync(flag.slice(1), "utf8")
    } catch {
      throw new Failure(2, `The input file ${flag.slice(1)} can't be read.`, "Check the path after @: it is seen from the working directory.")
    }
  }
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw new Failure(2, `The input is not JSON: ${messageOf(thrown)}`, `Write it as --input '{"topic":"AI"}' or --input @FILE`)
  }
}

/** Ajv leaves the field's name out of one message. */
function told({ keyword, message, params }: { readonly keyword: string; readonly message?: string; readonly params: Record<string, unknown> }): string {
  return keyword === "additionalProperties" ? `has no field '${String(params["additionalProperty"])}'` : message ?? keyword
}

/** "daily-brief-4f9a1c" */
export function newRunId(workflow: string): string {
  return `${workflow.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase()}-${randomBytes(3).toString("hex")}`
}

/** daprd takes no id with / \\ # ? in it, and none that is empty; what runs here must run there. */
export function checkRunId(id: string): void {
  if (id === "" || id.length > 200 || /[/\\#?\s\u0000-\u001f]/.test(id)) {
    throw new Failure(2, `'${id}' can't be the id of a run.`, "Use letters, digits, '-', '_' and '.', at most 200.")
  }
}
