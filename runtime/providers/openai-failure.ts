// What the `openai` package throws, as kinds of failure.

import OpenAI from "openai"
import { codeOf } from "../tools/fetch.ts"
import { isOutcomeUnknown, kindForStatus } from "../tools/http-status.ts"
import type { ProviderFailure } from "./provider.ts"

/** Codes that services put into the body of a 4xx and that say more than the status. */
const kindsOfCodes: Readonly<Record<string, string>> = {
  content_filter: "refused",
  content_policy_violation: "refused",
  // Out of money: a later attempt does not help, though the status says 429.
  insufficient_quota: "denied",
  context_length_exceeded: "too_large",
}

export function failureOfOpenai(
  error: unknown,
  signal: AbortSignal,
  waitMsOf: (header: string | null | undefined) => number | undefined,
): ProviderFailure {
  if (
    signal.aborted ||
    error instanceof OpenAI.APIUserAbortError ||
    error instanceof OpenAI.APIConnectionTimeoutError
  ) {
    return { ok: false, kind: "timeout", message: "the model did not answer in time", maybeDone: true }
  }
  if (error instanceof OpenAI.APIConnectionError) return connectionFailure(error)
  if (error instanceof OpenAI.APIError) return statusFailure(error, waitMsOf)
  if (codeOf(error) !== undefined || (error instanceof Error && /terminated|socket|premature/i.test(error.message)))
    return connectionFailure(error)
  if (error instanceof SyntaxError)
    return { ok: false, kind: "invalid_output", message: "the provider's answer is not JSON", maybeDone: true }
  return {
    ok: false,
    kind: "internal",
    message: `the provider's client failed: ${error instanceof Error ? error.message : String(error)}`,
    maybeDone: true,
  }
}

function connectionFailure(error: unknown): ProviderFailure {
  const code = codeOf(error)
  const isUnsent = code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN"
  const message = `the model provider could not be reached${code === undefined ? "" : ` (${code})`}`
  return { ok: false, kind: "network", message, ...(isUnsent ? {} : { maybeDone: true }) }
}

function statusFailure(
  error: InstanceType<typeof OpenAI.APIError>,
  waitMsOf: (header: string | null | undefined) => number | undefined,
): ProviderFailure {
  const status: unknown = error.status
  // An error event in the middle of a stream carries no status: part of the answer was made.
  if (typeof status !== "number") return { ok: false, kind: "unavailable", message: error.message, maybeDone: true }
  const code = typeof error.code === "string" ? kindsOfCodes[error.code] : undefined
  const kind =
    code ??
    (status === 400 && /content.?(?:filter|policy|management)/i.test(error.message)
      ? "refused"
      : (kindForStatus(status) ?? "internal"))
  const headers: unknown = error.headers
  const exactMs = headers instanceof Headers ? Number(headers.get("retry-after-ms") ?? Number.NaN) : Number.NaN
  const waitMs = Number.isFinite(exactMs)
    ? exactMs
    : waitMsOf(headers instanceof Headers ? headers.get("retry-after") : undefined)
  return {
    ok: false,
    kind,
    message: error.message,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(isOutcomeUnknown(status) ? { maybeDone: true } : {}),
  }
}
