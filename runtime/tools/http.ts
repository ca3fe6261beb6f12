// HTTP tools: one declared request, sent once, its answer read with a bound and mapped to a value or a kind of error.

import type { HttpRequest, HttpTool, ToolContext } from "../contract.ts"
import { ToolError } from "../errors.ts"
import { readSettings } from "../settings.ts"
import type { SettingValues } from "../settings.ts"
import type { SecretReader } from "../secrets.ts"
import { mapEndpoint, networkError } from "./fetch.ts"
import { isOutcomeUnknown, kindForStatus, retryAfterMs } from "./http-status.ts"

export interface HttpToolServices {
  readonly secrets: SecretReader
  readonly endpoints: Readonly<Record<string, string>>
  readonly settings: SettingValues
}

export const responseBytesMax = 8 * 1024 * 1024
const redirectsMax = 5
const quotedCharactersMax = 200

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
  const text = await readBounded(response, describe(request.method, declared), context.signal)
  const kind = kindForStatus(response.status)
  if (kind === undefined) return parsedBody(response, text, describe(request.method, declared))
  const waitMs = retryAfterMs(response.headers.get("retry-after"), Date.now())
  const quoted = text.trim() === "" ? "" : `: ${text.trim().slice(0, quotedCharactersMax)}`
  throw new ToolError(kind, `${describe(request.method, declared)} answered ${response.status}${quoted}`, {
    data: { status: response.status },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(isOutcomeUnknown(response.status) ? { maybeDone: true } : {}),
  })
}

/** Without the query and without credentials: both may hold what must not be shown. */
function describe(method: string, url: URL): string {
  return `${method} ${url.host}${url.pathname}`
}

interface Prepared {
  readonly method: string
  readonly headers: Headers
  readonly body?: string
}

function prepared(request: HttpRequest, idempotencyKey: string | undefined): Prepared {
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

function isJson(contentType: string | null): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType ?? "")
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

async function readBounded(response: Response, name: string, signal: AbortSignal): Promise<string> {
  if (response.body === null) return ""
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > responseBytesMax) break
      chunks.push(chunk)
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw networkError(error, name)
  }
  if (bytes > responseBytesMax)
    throw new ToolError("too_large", `${name} answered with more than ${responseBytesMax} bytes`)
  return Buffer.concat(chunks).toString("utf8")
}

function parsedBody(response: Response, text: string, name: string): unknown {
  if (text.trim() === "") return null
  const contentType = response.headers.get("content-type")
  const isText = contentType !== null && !isJson(contentType)
  try {
    return JSON.parse(text)
  } catch {
    if (isText) return text
    throw new ToolError(
      "invalid_output",
      `${name} answered with something that is not JSON: ${text.trim().slice(0, quotedCharactersMax)}`,
    )
  }
}
