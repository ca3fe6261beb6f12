// The Dapr state store, with the few operations and the exact outcomes that the runtime relies on.

import type { SidecarAddress } from "./environment.ts"
import { ToolError } from "./errors.ts"

/** Plain HTTP: the SDK's client returns `{ error }` instead of throwing and hides the status of a lost race. */
export interface StateStore {
  get(key: string): Promise<Stored | undefined>
  /** Inserts only if the key is absent. */
  saveFirst(key: string, value: unknown): Promise<"saved" | "exists">
  /** Replaces only what was read. */
  saveMatching(key: string, value: unknown, etag: string): Promise<"saved" | "changed">
  delete(key: string): Promise<void>
}

export interface Stored {
  readonly value: unknown
  readonly etag: string
}

export interface StateOptions {
  readonly sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">
  readonly store: string
}

const requestTimeoutMs = 10_000
const connectTries = 5
const connectDelayMs = 200

export function createStateStore({ sidecar, store }: StateOptions): StateStore {
  const base = `${sidecar.httpUrl}/v1.0/state/${encodeURIComponent(store)}`
  const headers = {
    "content-type": "application/json",
    ...(sidecar.apiToken === undefined ? {} : { "dapr-api-token": sidecar.apiToken }),
  }
  const send = (method: string, url: string, body?: unknown): Promise<Response> =>
    request(store, url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const save = async (key: string, value: unknown, etag?: string): Promise<boolean> => {
    const options = { concurrency: "first-write", consistency: "strong" }
    const response = await send("POST", base, [{ key, value, ...(etag === undefined ? {} : { etag }), options }])
    if (response.ok) return true
    const problem = await response.text()
    if (isLostRace(response.status, problem)) return false
    throw unexpected(store, response.status, problem)
  }
  return {
    async get(key) {
      const response = await send("GET", `${base}/${encodeURIComponent(key)}?consistency=strong`)
      const text = await response.text()
      if (response.status === 204 || (response.ok && text === "")) return undefined
      if (!response.ok) throw unexpected(store, response.status, text)
      return { value: JSON.parse(text), etag: unquoted(response.headers.get("etag") ?? "") }
    },
    saveFirst: async (key, value) => ((await save(key, value)) ? "saved" : "exists"),
    saveMatching: async (key, value, etag) => ((await save(key, value, etag)) ? "saved" : "changed"),
    async delete(key) {
      const response = await send("DELETE", `${base}/${encodeURIComponent(key)}`)
      const text = await response.text()
      if (!response.ok) throw unexpected(store, response.status, text)
    },
  }
}

/** daprd answers 409 to a lost race; some stores come through as an error of the save that names the etag. */
function isLostRace(status: number, problem: string): boolean {
  return (
    status === 409 ||
    (status >= 400 && status !== 404 && /etag mismatch|possible etag|unique constraint|already exists/i.test(problem))
  )
}

function unquoted(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"(.*)"$/, "$1")
}

function unexpected(store: string, status: number, problem: string): ToolError {
  const kind = status >= 500 ? "unavailable" : "internal"
  return new ToolError(kind, `state store "${store}" answered ${status}: ${problem.slice(0, 300)}`)
}

/** A refused connection is tried again; a broken one only where it does not matter that the request may have been carried out. */
async function request(store: string, url: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(requestTimeoutMs) })
    } catch (error) {
      const isSafe = isRefused(error) || (init.method !== "POST" && isBroken(error))
      if (!isSafe || tries >= connectTries) {
        throw new ToolError("unavailable", `state store "${store}": the sidecar did not answer`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, connectDelayMs * tries))
    }
  }
}

function isRefused(error: unknown): boolean {
  return codeOf(error) === "ECONNREFUSED"
}

/** Such as one that was kept open to a sidecar that has been started again since. */
function isBroken(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(codeOf(error) ?? "")
}

function codeOf(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined
}
