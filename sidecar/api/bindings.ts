// Output bindings: files below one folder, and HTTP requests to one base address.

import { randomUUID } from "node:crypto"
import {
  existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync,
} from "node:fs"
import { dirname, join, resolve, sep } from "node:path"
import { fault } from "../fault.ts"

export type BindingTarget =
  | { readonly kind: "file"; readonly folder: string }
  | { readonly kind: "http"; readonly url: string }

export interface BindingApi {
  readonly bindings: Readonly<Record<string, BindingTarget>>
}

export interface BindingRequest {
  readonly operation: string
  readonly data: Buffer
  readonly metadata: Readonly<Record<string, string>>
}

export interface BindingResponse {
  readonly data?: Buffer
  readonly metadata?: Readonly<Record<string, string>>
}

const requestTimeoutMs = 30_000

export async function invokeBinding(
  { bindings }: BindingApi, name: string, request: BindingRequest,
): Promise<BindingResponse> {
  const target = Object.hasOwn(bindings, name) ? bindings[name] : undefined
  if (!target) throw failed(name, `couldn't find output binding ${name}`)
  return target.kind === "file" ? files(name, target.folder, request) : http(name, target.url, request)
}

function failed(name: string, reason: string) {
  return fault(500, "ERR_INVOKE_OUTPUT_BINDING", `error invoking output binding ${name}: ${reason}`)
}

const fileOperations = "create get list delete"

function files(name: string, folder: string, { operation, data, metadata }: BindingRequest): BindingResponse {
  const { fileName = "" } = metadata
  if (operation === "create") {
    const created = fileName || randomUUID()
    const path = inside(name, folder, created)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, data)
    return { data: json({ fileName: created }) }
  }
  if (operation === "list") return { data: json(listed(inside(name, folder, fileName || "."))) }
  if (operation !== "get" && operation !== "delete") {
    const supported = `supported operations:${fileOperations}`
    throw failed(name, `binding ${name} does not support operation ${operation}. ${supported}`)
  }
  const path = inside(name, folder, fileName)
  if (!existsSync(path) || !statSync(path).isFile()) throw failed(name, `file not found: ${fileName}`)
  if (operation === "get") return { data: readFileSync(path) }
  rmSync(path)
  return {}
}

/** The path of a file that lies in the folder, also after its links are followed. */
function inside(name: string, folder: string, fileName: string): string {
  mkdirSync(folder, { recursive: true })
  const root = realpathSync(folder)
  // Like daprd, a path that climbs is cut off at the folder.
  const path = join(root, resolve("/", fileName))
  let known = path
  while (!existsSync(known)) known = dirname(known)
  const real = realpathSync(known)
  if (real === root || real.startsWith(root + sep)) return path
  throw failed(name, `the file ${fileName} lies outside of the binding's folder`)
}

function listed(path: string): readonly string[] {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
}

const methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]

async function http(
  name: string, base: string, { operation, data, metadata }: BindingRequest,
): Promise<BindingResponse> {
  const method = operation === "create" ? "post" : operation.toLowerCase()
  if (!methods.includes(method)) throw failed(name, `invalid operation: ${operation}`)
  const { path = "", ...rest } = metadata
  const url = new URL(base.replace(/\/$/, "") + (path && !path.startsWith("/") ? `/${path}` : path))
  if (url.origin !== new URL(base).origin) throw failed(name, "the path leads to another host")
  const headers = Object.fromEntries(Object.entries(rest).filter(([key]) => /^[A-Z]/.test(key)))
  const body = data.length > 0 && !["get", "head"].includes(method) ? { body: new Uint8Array(data) } : {}
  const signal = AbortSignal.timeout(requestTimeoutMs)
  const response = await fetch(url, { method: method.toUpperCase(), headers, signal, ...body }).catch(() => undefined)
  if (!response) throw failed(name, "the address did not answer")
  const received = Buffer.from(await response.arrayBuffer())
  if (!response.ok && metadata["errorIfNot2XX"] !== "false") {
    throw failed(name, `received status code '${response.status} ${response.statusText}'`)
  }
  return { data: received, metadata: { statusCode: String(response.status), status: response.statusText } }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
