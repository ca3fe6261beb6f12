// Fill record fields: every required field that a record literal lacks, each with a first value.

import { expand, fieldsOf, present } from "../../compiler/2-check/types/relate.ts"
import { plainKey } from "../target.ts"
import { inFile, insert, nearest, type ActionMaker } from "./action.ts"
import { valueOf } from "./values.ts"

export const fillFields: ActionMaker = (context) => {
  const { program, path, text } = context
  const record = nearest(context, "record")
  const type = record === undefined ? undefined : program.checked.files.get(path)?.types.get(record.id)
  const { declared } = program.checked
  const fields = type === undefined ? undefined : fieldsOf(present(expand(type, declared), declared), declared)
  if (record === undefined || fields === undefined || record.entries.some(({ kind }) => kind === "spread")) return []
  const said = new Set(record.entries.map((entry) => (entry.kind === "entry" ? plainKey(entry.key.text) : "")))
  const missing = fields.filter((field) => !said.has(field.name) && expand(field.type, declared).kind !== "optional")
  if (missing.length === 0) return []
  const values = missing.map((field) => `${field.name}: ${valueOf(program, field.type)}`).join(", ")
  const last = record.entries.at(-1)
  const inside = text.slice(record.span.start + 1, record.span.end - 1)
  const edit = last === undefined ? { span: { start: record.span.start, end: record.span.end }, text: `{ ${values} }` } : insert(last.span.end, inside.trimEnd().endsWith(",") ? ` ${values}` : `, ${values}`)
  const repairs = context.diagnostics.find(({ code, span }) => code === "AF3002" && span.start === record.span.start)
  const about = repairs === undefined ? { kind: "refactor.rewrite" } as const : { kind: "quickfix", repairs, preferred: true } as const
  return [{ title: missing.length === 1 ? `Add the field ${missing[0]!.name}` : `Add ${missing.length} fields`, ...about, edits: inFile(context, [edit]) }]
}
