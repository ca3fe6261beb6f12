// `on http`: a request becomes the parameters of a run, and the answer says which run it is.

import { randomUUID } from "node:crypto"
import type { Trigger, Workflow } from "../contract.ts"
import { isRecord } from "../schema/json-schema.ts"
import type { AppRequest, AppResponse, AppRoute } from "./app-server.ts"
import { problem } from "./app-server.ts"
import { runIdOf } from "./starter.ts"
import type { Begun, Starter } from "./starter.ts"

export type HttpTrigger = Extract<Trigger, { readonly on: "http" }>

/** `{name}` in the path is a parameter; the rest comes from a JSON object in the body, or from the query of a GET. */
export function endpoint(workflow: Workflow, { method, path }: HttpTrigger, starter: Starter): AppRoute {
  const pattern = path.split("/").filter((part) => part !== "")
  return (request) => {
    if (request.method !== method.toUpperCase()) return undefined
    const fromPath = matched(pattern, request.segments)
    if (fromPath === undefined) return undefined
    return handle(workflow, request, fromPath, starter)
  }
}

async function handle(
  workflow: Workflow, request: AppRequest, fromPath: Readonly<Record<string, string>>, starter: Starter,
): Promise<AppResponse> {
  if (request.body !== undefined && !isRecord(request.body)) return problem(400, "the body must be a JSON object")
  const given = { ...Object.fromEntries(request.query), ...fromPath }
  const input = { ...typed(given, workflow), ...(request.body as object | undefined) }
  const key = request.headers["idempotency-key"]
  const occasion = typeof key === "string" && key !== "" ? key : randomUUID()
  const id = runIdOf(workflow.workflowName, occasion, "http")
  return answerOf(workflow.workflowName, await starter.begin({ workflow, id, input }))
}

function answerOf(workflow: string, begun: Begun): AppResponse {
  switch (begun.kind) {
    case "started":
    case "queued":
      return { status: 202, body: { run: begun.id, workflow, state: begun.kind } }
    case "joined":
    case "repeated":
      return { status: 200, body: { run: begun.id, workflow, state: begun.kind } }
    case "dropped":
      return { ...problem(429, "as many runs as are allowed are under way"), headers: { "retry-after": "1" } }
    case "busy":
      return { ...problem(409, "the same request is being handled"), headers: { "retry-after": "1" } }
    case "invalid":
      return problem(400, `the request does not fit ${workflow}`, { problems: begun.problems })
  }
}

function matched(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const values: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ""
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name !== undefined) values[name] = segment
    else if (part !== segment) return undefined
  }
  return values
}

/** Path and query are text: a parameter of another type is read as JSON. */
function typed(values: Readonly<Record<string, string>>, workflow: Workflow): Record<string, unknown> {
  const { json } = workflow.spec.parameters
  const properties: unknown = isRecord(json) ? json["properties"] : undefined
  return Object.fromEntries(Object.entries(values).map(([name, value]) => {
    const schema: unknown = isRecord(properties) ? properties[name] : undefined
    const type: unknown = isRecord(schema) ? schema["type"] : undefined
    return [name, type === "number" || type === "integer" || type === "boolean" ? asJson(value) : value]
  }))
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
