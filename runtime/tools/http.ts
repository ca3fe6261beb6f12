// HTTP tools: one declared request, sent once, its answer read with a bound and mapped to a value or a kind of error.

import type { HttpRequest, HttpTool, ToolContext } from "../contract.ts"
import { ToolError } from "../errors.ts"
import { readSettings } from "../settings.ts"
import type { SettingValues } from "../settings.ts"
import type { SecretReader } from "../secrets.ts"
import { mapEndpoint, networkError } from "./fetch.ts"
import { isJson, valueOf } from "./response.ts"

export interface HttpToolServices {
  readonly secrets: SecretReader
  readonly endpoints: Readonly<Record<string, string>>
  readonly settings: SettingValues
}

const redirectsMax = 5

/** A value inside a URL: percent-encoded, so that it can't add a path segment or a parameter. */
export function urlPart(value: unknown): string {
  const text =
    typeof value === "string"
      ? value
      : value === undefined || value === null
        ? ""
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value)
  // A segment of dots alone would climb: encodeURIComponent lets it pass.
  return /^\.{1,2}$/.test(text) ? text.replaceAll(".", "%2E") : encodeURIComponent(text)
}

export async function callHttpTool<P extends object>(
  tool: HttpTool<P>,
  parameters: P,
  context: ToolContext,
  services: HttpToolServices,
): Promise<unknown> {
  const { spec } = tool
  const secrets = await services.secrets.read(spec.secrets ?? [])
  const request = spec.request(parameters, secrets, readSettings(services.settings))
  if (!URL.canParse(request.url)) throw new ToolError("invalid_input", `${tool.name}: the request's address is no URL`)
  const declared = new URL(request.url)
  const key = spec.idempotent === true ? context.idempotencyKey : undefined
  const response = await send(
    mapEndpoint(declared, services.endpoints),
    declared,
    prepared(request, key),
    context.signal,
    services.endpoints,
  )
  return valueOf(response, { name: describe(request.method, declared), signal: context.signal })
}

/** Without the query and without credentials: both may hold what must not be shown. */
function describe(method: string, url: URL): string {
  return `${method} ${url.host}${url.pathname}`
}

export interface Prepared {
  readonly method: string
  readonly headers: Headers
  readonly body?: string
}

export function prepared(request: Omit<HttpRequest, "url">, idempotencyKey: string | undefined): Prepared {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    try {
      headers.set(name, value)
    } catch {
      throw new ToolError("invalid_input", `header ${name} has a value that HTTP does not allow`)
    }
  }
  if (idempotencyKey !== undefined && !headers.has("idempotency-key")) headers.set("idempotency-key", idempotencyKey)
  if (!headers.has("accept")) headers.set("accept", "application/json")
  const { body } = request
  if (body === undefined) return { method: request.method, headers }
  const isRaw = typeof body === "string" && headers.has("content-type") && !isJson(headers.get("content-type"))
  if (!headers.has("content-type")) headers.set("content-type", "application/json")
  return { method: request.method, headers, body: isRaw ? body : JSON.stringify(body) }
}

/** Follows redirects within the origin only: another one must not see the body, the key or a secret. */
async function send(
  first: URL,
  declared: URL,
  start: Prepared,
  signal: AbortSignal,
  endpoints: Readonly<Record<string, string>>,
): Promise<Response> {
  let url = first
  let request = start
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetchOnce(url, request, signal, declared.host)
    const location = response.headers.get("location")
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
    await response.body?.cancel()
    if (!URL.canParse(location, url.href))
      throw new ToolError("invalid_output", `${declared.host} redirects to something that is no URL`)
    const next = mapEndpoint(new URL(location, url), endpoints)
    if (next.origin !== first.origin) {
      throw new ToolError(
        "denied",
        `${declared.host} redirects to another origin (${new URL(location, url).origin}), which is not followed`,
      )
    }
    if (redirects >= redirectsMax)
      throw new ToolError("unavailable", `${declared.host} redirects more than ${redirectsMax} times`)
    if (response.status < 307 && request.method !== "GET" && request.method !== "HEAD") {
      const headers = new Headers(request.headers)
      headers.delete("content-type")
      request = { method: "GET", headers }
    }
    url = next
  }
}

async function fetchOnce(url: URL, request: Prepared, signal: AbortSignal, host: string): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal, redirect: "manual" })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw networkError(error, host)
  }
}
