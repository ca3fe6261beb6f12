// What an HTTP status means: the one table, for tools, for user code and for model providers.

import type { BuiltInErrorKind } from "../contract.ts"
import { ToolError } from "../errors.ts"

/** `undefined` for a status that is no failure. */
export function kindForStatus(status: number): BuiltInErrorKind | undefined {
  if (status < 400) return undefined
  switch (status) {
    case 429:
      return "rate_limited"
    case 408:
    case 504:
      return "timeout"
    case 404:
      return "not_found"
    case 401:
    case 403:
      return "denied"
    case 409:
      return "conflict"
    default:
      return status >= 500 ? "unavailable" : "invalid_input"
  }
}

/** A gateway that gave up says nothing about what the service behind it did. */
export function isOutcomeUnknown(status: number): boolean {
  return status === 408 || status === 502 || status === 504
}

/** Retry-After as seconds or as an HTTP date; a wait in the past is none. */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined
  const text = header.trim()
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  // Date.parse would read "-5" as a year.
  if (!/[a-z]/i.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : Math.max(0, time - nowMs)
}

/** For the code of a tool: `const error = errorForStatus(response); if (error) throw error`. */
export function errorForStatus(response: Response): ToolError | undefined {
  const kind = kindForStatus(response.status)
  if (kind === undefined) return undefined
  const waitMs = retryAfterMs(response.headers.get("retry-after"), Date.now())
  const reason = response.statusText === "" ? "" : ` ${response.statusText}`
  const from = response.url === "" ? "the service" : new URL(response.url).host
  return new ToolError(kind, `${from} answered ${response.status}${reason}`, {
    data: { status: response.status },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  })
}
