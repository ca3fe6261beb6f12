// Fill match arms: an `else` becomes the members that it stands for.

import { expand, present } from "../../compiler/2-check/types/relate.ts"
import { indentAt, indented } from "../text.ts"
import { inFile, nearest, sliceOf, type ActionMaker } from "./action.ts"

export const fillArms: ActionMaker = (context) => {
  const { program, path, text } = context
  const match = nearest(context, "match")
  const type = match === undefined ? undefined : program.checked.files.get(path)?.types.get(match.subject.id)
  const { declared, bound } = program.checked
  const known = type === undefined ? undefined : expand(type, declared)
  const inner = known === undefined ? undefined : present(known, declared)
  const structure = inner?.kind === "declared" ? declared.get(inner.symbol) : undefined
  const last = match?.arms.at(-1)
  if (match === undefined || inner?.kind !== "declared" || last === undefined || !last.patterns.some(({ kind }) => kind === "elsePattern")) return []
  const said = new Set(match.arms.flatMap(({ patterns }) => patterns.map((pattern) => sliceOf(text, pattern).split(/\s/)[0]!)))
  const members = structure?.kind === "enum" ? structure.members.map(({ name }) => `${inner.name}.${name}`)
    : structure?.kind === "taggedUnion" ? structure.members.map((member) => bound.symbols.symbols[member]!.name) : []
  const missing = [...members, ...(known?.kind === "optional" ? ["nothing"] : [])].filter((member) => !said.has(member))
  if (members.length === 0 || missing.length === 0) return []
  const indent = indentAt(text, last.span.start)
  const body = indented(sliceOf(text, last.body).replaceAll(`\n${indent}`, "\n"), indent)
  const arms = missing.map((member) => `${member} => ${body}`).join(`\n${indent}`)
  return [{ title: `Replace else by ${missing.length === 1 ? "the arm" : `${missing.length} arms`}`, kind: "refactor.rewrite", edits: inFile(context, [{ span: last.span, text: arms }]) }]
}
