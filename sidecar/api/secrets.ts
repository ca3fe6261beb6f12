// Secrets from local JSON files, one file a store, read anew for each request and never kept or logged.

import { readFileSync } from "node:fs"
import { fault } from "../fault.ts"

export interface SecretApi {
  /** Store name to file. */
  readonly secretStores: Readonly<Record<string, string>>
}

export type Secrets = Readonly<Record<string, string>>

export function readSecret(api: SecretApi, name: string, key: string): Secrets {
  const all = readAllSecrets(api, name)
  const value = Object.hasOwn(all, key) ? all[key] : undefined
  if (value !== undefined) return { [key]: value }
  const text = `failed getting secret with key ${key} from secret store ${name}: secret ${key} not found`
  throw fault(500, "ERR_SECRET_GET", text)
}

export function readAllSecrets({ secretStores }: SecretApi, name: string): Secrets {
  const file = Object.hasOwn(secretStores, name) ? secretStores[name] : undefined
  if (file === undefined) {
    throw fault(401, "ERR_SECRET_STORE_NOT_FOUND", `failed finding secret store with key ${name}`)
  }
  return flatten(parse(name, file))
}

/** Says what is wrong with the file, but nothing of what stands in it. */
function parse(name: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    throw fault(500, "ERR_SECRET_GET", `failed reading secret store ${name}: its file is missing or is not JSON`)
  }
}

/** A member of a member is reached by both names with a colon between them. */
function flatten(value: unknown, prefix = ""): Secrets {
  if (typeof value !== "object" || value === null) return {}
  const entries = Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const path = prefix ? `${prefix}:${name}` : name
    return typeof member === "object" && member !== null
      ? Object.entries(flatten(member, path))
      : [[path, typeof member === "string" ? member : JSON.stringify(member)] as const]
  })
  return Object.fromEntries(entries)
}
