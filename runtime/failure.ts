// Whatever was thrown, as a failure that a workflow can decide on. Nothing escapes: `throw null` would strand a run.

import type { Envelope, Failure } from "./contract.ts"
import { FlowError, ToolError } from "./errors.ts"
import { codeOf, isUnsent } from "./tools/fetch.ts"

export const envelopeBytesMax = 2 * 1024 * 1024
const messageCharactersMax = 2_000

// Buffer would do in Node only.
const utf8 = new TextEncoder()

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof ToolError || thrown instanceof FlowError) {
    return {
      ok: false,
      kind: thrown.kind,
      message: shortened(thrown.message === "" ? thrown.kind : thrown.message),
      ...(thrown.data === undefined ? {} : { data: thrown.data }),
      ...(thrown.retryAfterMs === undefined ? {} : { retryAfterMs: thrown.retryAfterMs }),
      ...(thrown.maybeDone === undefined ? {} : { maybeDone: thrown.maybeDone }),
    }
  }
  if (thrown instanceof Error) {
    const code = codeOf(thrown)
    if (code !== undefined && isNetworkCode(code)) {
      return {
        ok: false,
        kind: "network",
        message: shortened(`${thrown.message} (${code})`),
        ...(isUnsent(code) ? {} : { maybeDone: true }),
      }
    }
    if (thrown.name === "TimeoutError" || thrown.name === "AbortError")
      return { ok: false, kind: "timeout", message: shortened(thrown.message), maybeDone: true }
    return { ok: false, kind: "internal", message: shortened(`${thrown.name}: ${thrown.message}`) }
  }
  const shown = typeof thrown === "string" ? thrown : `the code threw ${described(thrown)} instead of an Error`
  return { ok: false, kind: "internal", message: shortened(shown === "" ? "the code threw an empty text" : shown) }
}

function isNetworkCode(code: string): boolean {
  return /^(?:ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|UND_ERR)/.test(code)
}

function described(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown)
  } catch {
    return Object.prototype.toString.call(thrown)
  }
}

function shortened(text: string): string {
  return text.length <= messageCharactersMax ? text : `${text.slice(0, messageCharactersMax)}…`
}

/** The envelope as JSON can carry it, and not larger than a host takes. */
export function deliverable(envelope: Envelope): Envelope {
  let text: string
  try {
    text = JSON.stringify(envelope)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error)
    return { ok: false, kind: "invalid_output", message: `the result can't be written as JSON: ${reason}` }
  }
  const bytes = utf8.encode(text).length
  if (bytes <= envelopeBytesMax) return JSON.parse(text) as Envelope
  const message = `the result is ${bytes} bytes, over the limit of ${envelopeBytesMax}; return a reference instead`
  return { ok: false, kind: "too_large", message, ...(envelope.usage === undefined ? {} : { usage: envelope.usage }) }
}
