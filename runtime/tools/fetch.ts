// `fetch` as tools get it: declared origins become the mapped ones, and what breaks below HTTP is a ToolError.

import { ToolError } from "../errors.ts"

export interface FetchOptions {
  /** Declared origin -> origin to talk to. */
  readonly endpoints: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export function mapEndpoint(url: URL, endpoints: Readonly<Record<string, string>>): URL {
  const target = Object.hasOwn(endpoints, url.origin) ? endpoints[url.origin] : undefined
  return target === undefined ? url : new URL(`${url.pathname}${url.search}${url.hash}`, target)
}

export function createFetch({ endpoints, signal }: FetchOptions): typeof fetch {
  return async (input, init) => {
    const given = input instanceof Request ? input : undefined
    const declared = given?.url ?? String(input)
    if (!URL.canParse(declared)) throw new ToolError("invalid_input", `not a URL: "${declared}"`)
    const url = mapEndpoint(new URL(declared), endpoints)
    const callers = init?.signal ?? given?.signal
    const signals = callers ? AbortSignal.any([signal, callers]) : signal
    const target = given === undefined ? url : new Request(url, given)
    try {
      return await fetch(target, { ...init, signal: signals })
    } catch (error) {
      if (signals.aborted) throw signals.reason
      throw networkError(error, new URL(declared).host)
    }
  }
}

/** Nothing was sent when the connection could not even be made. */
const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
])

export function isUnsent(code: string): boolean {
  return unsentCodes.has(code)
}

export function networkError(error: unknown, host: string): ToolError {
  const code = codeOf(error)
  const reason = code ?? (error instanceof Error ? error.message : String(error))
  const isSent = code === undefined || !isUnsent(code)
  return new ToolError("network", `${host} could not be reached: ${reason}`, {
    cause: error,
    ...(isSent ? { maybeDone: true } : {}),
  })
}

/** The system's code at the bottom of a chain of causes; `undefined` when this is no failure of the network. */
export function codeOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) return codeOf(current.errors[0])
    if ("code" in current && typeof current.code === "string" && /^(?:E[A-Z]|UND_ERR)/.test(current.code))
      return current.code
  }
  return undefined
}
