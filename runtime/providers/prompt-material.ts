// What the offline model can take from a prompt: addresses, sentences, numbers, and the JSON that a template put there.

import { isRecord } from "../schema/json-schema.ts"

export interface Material {
  readonly text: string
  readonly urls: readonly string[]
  readonly sentences: readonly string[]
  readonly numbers: readonly number[]
  readonly words: readonly string[]
  /** Every JSON list or record found in the text, outermost only, in order. */
  readonly json: readonly unknown[]
  /** Scalar values of those records by lower-case field name. */
  readonly fields: ReadonlyMap<string, readonly (string | number | boolean)[]>
}

const jsonCountMax = 64
// An unbalanced bracket costs a scan of the rest of the text; prose with many of them must not make that quadratic.
const failedScansMax = 64

export function materialOf(text: string): Material {
  const json = jsonIn(text)
  const plain = proseOf(text, json)
  return {
    text,
    urls: distinct(text.match(/https?:\/\/[^\s"'<>()[\]{},\\]+/g) ?? []).map((url) => url.replace(/[.;:!?]+$/, "")),
    sentences: sentencesOf(plain),
    numbers: distinct((plain.match(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)/g) ?? []).map(Number)),
    words: plain.match(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu) ?? [],
    json: json.map((found) => found.value),
    fields: fieldsOf(json.map((found) => found.value)),
  }
}

export function sentencesOf(text: string): readonly string[] {
  const parts = text.split(/(?<=[.!?])\s+|\n+/).map((part) => part.trim())
  return distinct(parts.filter((part) => /\p{L}/u.test(part)))
}

interface Found {
  readonly start: number
  readonly end: number
  readonly value: unknown
}

function jsonIn(text: string): readonly Found[] {
  const found: Found[] = []
  let failedScans = 0
  for (let index = 0; index < text.length && found.length < jsonCountMax && failedScans < failedScansMax;) {
    if (text[index] !== "{" && text[index] !== "[") {
      index += 1
      continue
    }
    const end = closingOf(text, index)
    const value = end === undefined ? undefined : parse(text.slice(index, end))
    if (end === undefined || value === undefined) {
      failedScans += 1
      index += 1
      continue
    }
    found.push({ start: index, end, value })
    index = end
  }
  return found
}

function closingOf(text: string, start: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]
    if (quoted) {
      if (character === "\\") index += 1
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === "{" || character === "[") depth += 1
    else if (character === "}" || character === "]") {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The text without JSON, then the longer strings of that JSON: sentences come from what people wrote. */
function proseOf(text: string, found: readonly Found[]): string {
  let prose = ""
  let last = 0
  for (const { start, end } of found) {
    prose += text.slice(last, start) + "\n"
    last = end
  }
  return prose + text.slice(last) + "\n" + found.flatMap(({ value }) => stringsOf(value)).join("\n")
}

function stringsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return /\s/.test(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap(stringsOf)
  return isRecord(value) ? Object.values(value).flatMap(stringsOf) : []
}

function fieldsOf(values: readonly unknown[]): ReadonlyMap<string, readonly (string | number | boolean)[]> {
  const fields = new Map<string, (string | number | boolean)[]>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isRecord(value)) return
    for (const [name, field] of Object.entries(value)) {
      if (typeof field === "string" || typeof field === "number" || typeof field === "boolean") {
        const known = fields.get(name.toLowerCase())
        if (known) known.push(field)
        else fields.set(name.toLowerCase(), [field])
      } else visit(field)
    }
  }
  values.forEach(visit)
  return fields
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
