// How the project's config sets a provider up, read and checked.

import { isRecord } from "../schema/json-schema.ts"

/** A provider of the config's. Without an address, a key or a component there is nothing to call: the offline model answers. */
export interface NamedProvider {
  /** The protocol that it speaks. Default: openai. */
  readonly type?: "openai" | "dapr"
  readonly baseUrl?: string
  readonly api?: "chat" | "responses"
  readonly apiKey?: string
  /** Where the key is, instead of the key. */
  readonly secret?: { readonly store: string; readonly key: string }
  /** Of the type `dapr`: the conversation component. */
  readonly component?: string
}

const builtInNames = ["openai", "dapr", "offline"] as const

export function isBuiltIn(name: string): boolean {
  return builtInNames.some((one) => one === name)
}

export type ReadProviders = { readonly ok: true; readonly named: Readonly<Record<string, NamedProvider>> } | { readonly ok: false; readonly problem: string }

/** What stands in AGENTFLOW_PROVIDERS. The text is not repeated in the problem, because it may hold a key. */
export function readProviders(text: string): ReadProviders {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (!isRecord(value)) return { ok: false, problem: 'must be a JSON record: provider name -> {"baseUrl":"https://…"}' }
  for (const [name, setup] of Object.entries(value)) {
    const problem = isBuiltIn(name) ? "is the name of a built-in provider" : problemOf(setup)
    if (problem !== undefined) return { ok: false, problem: `"${name}" ${problem}` }
  }
  return { ok: true, named: value as Record<string, NamedProvider> }
}

function problemOf(setup: unknown): string | undefined {
  if (!isRecord(setup)) return "must be a JSON object"
  const { type = "openai", api = "chat", baseUrl, apiKey, component, secret } = setup
  if (type !== "openai" && type !== "dapr") return "must have the type openai or dapr"
  if (api !== "chat" && api !== "responses") return "must have the api chat or responses"
  const isText = [baseUrl, apiKey, component].every((one) => one === undefined || typeof one === "string")
  if (!isText) return "must have a text as baseUrl, apiKey and component"
  if (typeof baseUrl === "string" && baseUrl !== "" && !/^https?:$/.test(URL.canParse(baseUrl) ? new URL(baseUrl).protocol : "")) return "has a baseUrl that is no URL"
  if (secret === undefined) return undefined
  return isRecord(secret) && typeof secret["store"] === "string" && typeof secret["key"] === "string" ? undefined : "must name store and key of its secret"
}
