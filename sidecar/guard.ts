// Keeps strangers and floods out: the API token, and limits on what is taken at the same time.

import { createHash, timingSafeEqual } from "node:crypto"
import { isIP } from "node:net"
import { fault } from "./fault.ts"

export interface Limits {
  /** Of one payload as JSON text, and of one HTTP body. daprd's own limit is 4 MiB. */
  readonly messageBytes: number
  /** Open connections, of HTTP and of gRPC each, and streams of workers. */
  readonly connections: number
  /** Calls under way, those that wait for an instance among them. */
  readonly pendingCalls: number
}

const mebibyte = 1024 * 1024

export const limitsDefault: Limits = { messageBytes: 16 * mebibyte, connections: 1_000, pendingCalls: 20_000 }
/** What daprd takes when nobody tells it otherwise: shows a limit where it is cheap to find. */
export const daprdMessageBytes = 4 * mebibyte

export interface Guard {
  readonly limits: Limits
  /** Throws an ApiFault unless the token is right, or none is asked for. */
  authenticate(token: unknown): void
  /** Throws an ApiFault for an HTTP request that a browser sends for a page from elsewhere; with a token, that decides alone. */
  refusePages(headers: { readonly host?: string | undefined; readonly origin?: string | undefined }): void
  /** Throws an ApiFault when too many calls are under way; the result ends this one. */
  enter(): () => void
  /** Throws an ApiFault for a text that is too long. */
  measure(what: string, payload: string | undefined): void
}

export interface GuardOptions {
  readonly apiToken?: string
  readonly limits?: Partial<Limits>
}

export function createGuard({ apiToken, limits: given = {} }: GuardOptions): Guard {
  const limits = { ...limitsDefault, ...given }
  let pendingCalls = 0
  return {
    limits,
    authenticate(token) {
      if (apiToken === undefined || (typeof token === "string" && isSame(token, apiToken))) return
      throw fault(401, "ERR_UNAUTHORIZED", "the API token is missing or wrong; send it as 'dapr-api-token'")
    },
    refusePages({ host, origin }) {
      if (apiToken !== undefined) return
      if ((origin === undefined || isNear(origin)) && (host === undefined || isNear(`http://${host}`))) return
      throw fault(403, "ERR_FORBIDDEN", "pages of other origins may not call this sidecar, nor may names that only lead to it")
    },
    enter() {
      if (pendingCalls >= limits.pendingCalls) {
        throw fault(429, "ERR_TOO_MANY_CALLS", `${limits.pendingCalls} calls are under way already; try again later`)
      }
      pendingCalls++
      let left = false
      return () => {
        if (!left) pendingCalls--
        left = true
      }
    },
    measure(what, payload) {
      const bytes = payload === undefined ? 0 : Buffer.byteLength(payload)
      if (bytes <= limits.messageBytes) return
      const text = `${what} has ${bytes} bytes, more than the limit of ${limits.messageBytes}`
      throw fault(413, "ERR_BODY_TOO_LARGE", text)
    },
  }
}

/** Compares digests, so that neither time nor length tells anything about the token. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** A name may be made to lead to this machine by whoever owns it; an address can't. */
function isNear(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, "") : ""
  return host === "localhost" || isIP(host) !== 0
}

/** True for addresses that only programs of this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host)
}
