// The answer of a service to one request: read with a bound, then a value or a kind of error.

import { ToolError } from "../errors.ts"
import { networkError } from "./fetch.ts"
import { isOutcomeUnknown, kindForStatus, retryAfterMs } from "./http-status.ts"

export interface Asked {
  /** How errors call what was asked. */
  readonly name: string
  readonly signal: AbortSignal
}

export const responseBytesMax = 8 * 1024 * 1024
const quotedCharactersMax = 200

/** The JSON of the body, its text when it is declared as another type, null when it is empty. */
export async function valueOf(response: Response, { name, signal }: Asked): Promise<unknown> {
  const text = await readBounded(response, { name, signal })
  const kind = kindForStatus(response.status)
  if (kind === undefined) return parsedBody(response, text, name)
  const waitMs = retryAfterMs(response.headers.get("retry-after"), Date.now())
  throw new ToolError(kind, `${name} answered ${response.status}${quoted(text)}`, {
    data: { status: response.status },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(isOutcomeUnknown(response.status) ? { maybeDone: true } : {}),
  })
}

/** The beginning of a text, behind a colon; nothing of an empty one. */
export function quoted(text: string): string {
  return text.trim() === "" ? "" : `: ${text.trim().slice(0, quotedCharactersMax)}`
}

export function isJson(contentType: string | null): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType ?? "")
}

export async function readBounded(response: Response, { name, signal }: Asked): Promise<string> {
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
      `${name} answered with something that is not JSON${quoted(text)}`,
    )
  }
}
