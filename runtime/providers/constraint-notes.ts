// Limits that a strict provider schema can't carry, written as words into a description, and read back from there.

import type { SchemaObject } from "../schema/json-schema.ts"

interface Note {
  readonly keyword: string
  readonly write: (value: unknown) => string
  readonly read: RegExp
  readonly parse: (text: string) => unknown
}

const numbered = (keyword: string, before: string, after: string): Note => ({
  keyword,
  write: (value) => `${before} ${String(value)}${after === "" ? "" : ` ${after}`}`,
  read: new RegExp(
    `(?:^|[\\s(;])${before} (-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)${after === "" ? "(?![\\w.])" : ` ${after}`}`,
    "i",
  ),
  parse: Number,
})

const notes: readonly Note[] = [
  numbered("minLength", "at least", "characters?"),
  numbered("maxLength", "at most", "characters?"),
  numbered("minItems", "at least", "items?"),
  numbered("maxItems", "at most", "items?"),
  numbered("minProperties", "at least", "entries"),
  numbered("maxProperties", "at most", "entries"),
  numbered("minimum", "not less than", ""),
  numbered("maximum", "not more than", ""),
  numbered("exclusiveMinimum", "greater than", ""),
  numbered("exclusiveMaximum", "less than", ""),
  numbered("multipleOf", "a multiple of", ""),
  { keyword: "uniqueItems", write: () => "all different", read: /\ball different\b/, parse: () => true },
  {
    keyword: "format",
    write: (value) => `format ${String(value)}`,
    read: /(?:^|[\s(;])format ([a-z][a-z-]*)/,
    parse: (text) => text,
  },
  { keyword: "pattern", write: (value) => `matches ${String(value)}`, read: /(?!)/, parse: (text) => text },
]

/** "(at least 3 items; all different)", or nothing where the schema has no such limit. */
export function notesFor(schema: SchemaObject, keywords: readonly string[]): string {
  const written = notes
    .filter(
      (note) => keywords.includes(note.keyword) && schema[note.keyword] !== undefined && schema[note.keyword] !== false,
    )
    .map((note) => note.write(schema[note.keyword]).replace(/\(\?:.*|\?/g, ""))
  return written.length === 0 ? "" : `(${written.join("; ")})`
}

/** The limits that a description states in the words of `notesFor`. */
export function constraintsIn(description: string): SchemaObject {
  const found: Record<string, unknown> = {}
  for (const note of notes) {
    const match = note.read.exec(description)
    if (match) found[note.keyword] = note.parse(match[1] ?? "")
  }
  return found
}
