// Tools behind Dapr's API: another app's method, an output binding, a key of a state store, a topic.

import type { BindingTool, InvokeTool, PublishTool, StateRequest, StateTool, ToolContext } from "../contract.ts"
import type { SidecarAddress } from "../environment.ts"
import { ToolError } from "../errors.ts"
import type { Publish } from "../publish.ts"
import { accept } from "../schema/accept.ts"
import type { SecretReader } from "../secrets.ts"
import { readSettings } from "../settings.ts"
import type { SettingValues } from "../settings.ts"
import { isReservedKey } from "../state-keys.ts"
import { networkError } from "./fetch.ts"
import { kindForStatus } from "./http-status.ts"
import { prepared } from "./http.ts"
import { quoted, readBounded, valueOf } from "./response.ts"

export interface DaprToolServices {
  readonly sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">
  readonly secrets: SecretReader
  readonly settings: SettingValues
  readonly publish: Publish
}

export async function callInvokeTool<P extends object>(
  { spec }: InvokeTool<P>, parameters: P, context: ToolContext, services: DaprToolServices,
): Promise<unknown> {
  const secrets = await services.secrets.read(spec.secrets ?? [])
  const request = spec.request(parameters, secrets, readSettings(services.settings))
  const path = checkedPath(request.path)
  const { method, headers, body } = prepared(request, spec.idempotent === true ? context.idempotencyKey : undefined)
  const name = `${method} ${spec.app}${path.split("?")[0]}`
  const response = await ask(services, `/v1.0/invoke/${encodeURIComponent(spec.app)}/method${path}`, {
    method, headers, name, signal: context.signal, ...(body === undefined ? {} : { body }),
  })
  return valueOf(response, { name, signal: context.signal })
}

/** Dots as a segment would leave the method's own place. */
function checkedPath(path: string): string {
  if (!path.startsWith("/")) throw new ToolError("invalid_input", `the path "${path}" does not start with a slash`)
  if (path.split("?")[0]?.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)))
    throw new ToolError("invalid_input", `the path "${path}" climbs`)
  return path
}

export async function callBindingTool<P extends object>(
  { spec }: BindingTool<P>, parameters: P, context: ToolContext, services: DaprToolServices,
): Promise<unknown> {
  const secrets = await services.secrets.read(spec.secrets ?? [])
  const { data, metadata } = spec.request(parameters, secrets, readSettings(services.settings))
  // Dapr hands a capitalised name on as a header where the component speaks HTTP.
  const key = spec.idempotent === true ? { "Idempotency-Key": context.idempotencyKey } : {}
  const name = `binding ${spec.binding} ${spec.operation}`
  const { signal } = context
  const response = await ask(services, `/v1.0/bindings/${encodeURIComponent(spec.binding)}`, {
    ...json("POST", { operation: spec.operation, data, metadata: { ...key, ...metadata } }), name, signal,
  })
  const text = await readBounded(response, { name, signal })
  if (response.ok) return parsedOrText(text)
  const kind = kindForStatus(response.status) ?? "unavailable"
  // Dapr says 500 for whatever went wrong between it and the component, after sending too.
  const isUnsent = response.status < 500 || /couldn't find|not (?:found|supported)/i.test(text)
  throw new ToolError(kind, `${name} answered ${response.status}${quoted(text)}`, isUnsent ? {} : { maybeDone: true })
}

export async function callStateTool<P extends object>(
  { name, spec }: StateTool<P>, parameters: P, { signal }: ToolContext, services: DaprToolServices,
): Promise<unknown> {
  const secrets = await services.secrets.read(spec.secrets ?? [])
  const request = spec.request(parameters, secrets, readSettings(services.settings))
  if (request.key === "") throw new ToolError("invalid_input", `${name}: the key is empty`)
  if (isReservedKey(request.key))
    throw new ToolError("denied", `${name}: keys that begin as "${request.key.split(":")[0]}:" are the runtime's own`)
  const { path, init } = stateCall(`/v1.0/state/${encodeURIComponent(spec.store)}`, request)
  const asked = { name: `state ${request.operation} in ${spec.store}`, signal }
  const response = await ask(services, path, { ...init, ...asked })
  const value = response.status === 204 ? undefined : await valueOf(response, asked)
  if (request.operation !== "get") return null
  if (response.status !== 204) return value
  if (accept(spec.result, null).ok) return null
  throw new ToolError("not_found", `${name}: ${spec.store} has no key "${request.key}"`)
}

function stateCall(base: string, request: StateRequest): { readonly path: string; readonly init: Sent } {
  const path = `${base}/${encodeURIComponent(request.key)}`
  switch (request.operation) {
    case "get":
      return { path: `${path}?consistency=strong`, init: { method: "GET" } }
    case "delete":
      return { path, init: { method: "DELETE" } }
    case "set": {
      const options = { consistency: "strong" }
      return { path: base, init: json("POST", [{ key: request.key, value: request.value, options }]) }
    }
  }
}

export async function callPublishTool<P extends object>(
  { name, spec }: PublishTool<P>, parameters: P, context: ToolContext, services: DaprToolServices,
): Promise<unknown> {
  const secrets = await services.secrets.read(spec.secrets ?? [])
  const data = spec.data(parameters, secrets, readSettings(services.settings))
  const { pubsub, topic } = spec
  const source = `agentflow/${context.runId}`
  await services.publish({ pubsub, topic, id: context.idempotencyKey, type: name, source, data })
  return null
}

interface Sent {
  readonly method: string
  readonly headers?: Headers
  readonly body?: string
}

function json(method: string, body: unknown): Sent {
  return { method, headers: new Headers({ "content-type": "application/json" }), body: JSON.stringify(body) }
}

async function ask(
  { sidecar }: DaprToolServices, path: string,
  { name, headers = new Headers(), ...init }: Sent & { readonly name: string; readonly signal: AbortSignal },
): Promise<Response> {
  if (sidecar.apiToken !== undefined) headers.set("dapr-api-token", sidecar.apiToken)
  try {
    return await fetch(`${sidecar.httpUrl}${path}`, { ...init, headers, redirect: "manual" })
  } catch (error) {
    if (init.signal.aborted) throw init.signal.reason
    throw networkError(error, `the sidecar, for ${name},`)
  }
}

function parsedOrText(text: string): unknown {
  if (text.trim() === "") return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
