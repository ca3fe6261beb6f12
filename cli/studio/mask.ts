// Masks secrets in what the Studio shows. A step gets none (the compiler sees to that), and activities mask their results;
// this is the second lock: values of local secret stores and keys of the environment, and fields that are named like one.

import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { Config } from "../config.ts"
import type { Json } from "./api.ts"

export interface Mask {
  text(text: string): string
  value(value: unknown): Json
}

/** A shorter one would mask ordinary text. */
const lengthMin = 6
const secretNames = /^(authorization|cookie|set-cookie|proxy-authorization|x-api-key|(.*[-_])?(api[-_]?key|apikey|secret|password|passwd|access[-_]?token|refresh[-_]?token|auth[-_]?token|private[-_]?key|client[-_]?secret|bearer))$/i
const secretVariables = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/

export function createMask(config: Pick<Config, "folder" | "secrets">, env: NodeJS.ProcessEnv): Mask {
  const known = new Map<string, string>()
  const learn = (name: string, value: unknown): void => {
    if (typeof value !== "string" || value.length < lengthMin) return
    for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64")]) known.set(form, `[secret ${name}]`)
  }
  for (const { file } of Object.values(config.secrets)) for (const [name, value] of valuesIn(resolve(config.folder, file))) learn(name, value)
  for (const [name, value] of Object.entries(env)) if (secretVariables.test(name)) learn(name, value)
  // The longest first: one secret may be a part of another.
  const forms = [...known].sort(([a], [b]) => b.length - a.length)
  const text = (written: string): string => forms.reduce((masked, [form, mask]) => masked.replaceAll(form, mask), written)
  const value = (given: unknown): Json => {
    if (typeof given === "string") return text(given)
    if (Array.isArray(given)) return given.map(value)
    if (typeof given === "object" && given !== null) {
      return Object.fromEntries(Object.entries(given).flatMap(([name, field]) => (field === undefined ? [] : [[text(name), secretNames.test(name) && typeof field === "string" && field !== "" ? "[masked]" : value(field)]])))
    }
    return given === undefined || typeof given === "bigint" || typeof given === "function" || typeof given === "symbol" ? null : (given as Json)
  }
  return { text, value }
}

function* valuesIn(file: string): Generator<readonly [string, unknown]> {
  try {
    yield* leaves(JSON.parse(readFileSync(file, "utf8")), "")
  } catch {
    // A store that can't be read is the worker's to report; it gives no value to mask.
  }
}

function* leaves(value: unknown, name: string): Generator<readonly [string, unknown]> {
  if (typeof value !== "object" || value === null) yield [name, value]
  else for (const [key, field] of Object.entries(value)) yield* leaves(field, key)
}
