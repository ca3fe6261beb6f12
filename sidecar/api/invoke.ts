// Service invocation: passes a request on to an app that the sidecar was told of, by its id.

import { fault } from "../fault.ts"

export interface InvokeApi {
  /** App id to the base address of its HTTP server. */
  readonly apps: Readonly<Record<string, string>>
}

export interface AppRequest {
  readonly method: string
  /** Below the app's base address, with its query. */
  readonly path: string
  readonly body: Buffer
  readonly contentType?: string
}

export interface AppResponse {
  readonly status: number
  readonly body: Buffer
  readonly contentType?: string
}

const requestTimeoutMs = 60_000

export async function invokeApp({ apps }: InvokeApi, id: string, request: AppRequest): Promise<AppResponse> {
  const base = Object.hasOwn(apps, id) ? apps[id] : undefined
  if (base === undefined) throw failed(id, `couldn't find service: ${id}`)
  const url = new URL(base.replace(/\/$/, "") + `/${request.path.replace(/^\/+/, "")}`)
  if (url.origin !== new URL(base).origin) throw failed(id, "the path leads to another host")
  const { method, body, contentType } = request
  const response = await fetch(url, {
    method, redirect: "manual", signal: AbortSignal.timeout(requestTimeoutMs),
    ...(contentType ? { headers: { "content-type": contentType } } : {}),
    ...(body.length > 0 && method !== "GET" && method !== "HEAD" ? { body: new Uint8Array(body) } : {}),
  }).catch(() => undefined)
  if (!response) throw failed(id, "the app did not answer")
  const type = response.headers.get("content-type")
  return {
    status: response.status, body: Buffer.from(await response.arrayBuffer()), ...(type ? { contentType: type } : {}),
  }
}

function failed(id: string, reason: string) {
  return fault(500, "ERR_DIRECT_INVOKE", `failed to invoke, id: ${id}, err: ${reason}`)
}
