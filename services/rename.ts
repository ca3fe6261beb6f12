// Renames a declaration in every file that means it, prompts included.

import type { Edit } from "../base/text/edit.ts"
import type { Span } from "../base/text/span.ts"
import { isBuiltInError, isBuiltInType } from "../compiler/1-bind/built-ins.ts"
import { keywords } from "../grammar/tokens.ts"
import { occurrencesOf, type Occurrence } from "./references.ts"
import { namesAt } from "./scope.ts"
import { targetAt, type Target } from "./target.ts"
import type { Workspace } from "./workspace.ts"

export type FileEdits = ReadonlyMap<string, readonly Edit[]>

export interface Renameable {
  readonly span: Span
  readonly text: string
}

/** What can be renamed at this place; built-ins and `result` can't. */
export function prepareRename(workspace: Workspace, path: string, offset: number): Renameable | undefined {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, offset)
  if (found === undefined || found.target.place === undefined) return undefined
  return { span: found.name.span, text: found.name.text }
}

export type Renamed = { readonly edits: FileEdits } | { readonly refused: string }

export function rename(workspace: Workspace, path: string, offset: number, to: string): Renamed {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, offset)
  if (program === undefined || found?.target.place === undefined) return { refused: "Nothing here can be renamed." }
  const problem = problemOf(found.target, to)
  if (problem !== undefined) return { refused: problem }
  const { target, name } = found
  // An import's own name for a symbol is that file's affair.
  const isAlias = target.symbol !== undefined && name.text !== target.symbol.name
  const changed = occurrencesOf(workspace, target).filter((each) => (!isAlias || each.path === path) && plain(each.name.text) === plain(name.text))
  const clash = clashOf(workspace, target, changed, to)
  if (clash !== undefined) return { refused: clash }
  const edits = new Map<string, Edit[]>()
  for (const occurrence of changed) {
    const known = edits.get(occurrence.path)
    const edit = editOf(occurrence, target, to)
    if (known === undefined) edits.set(occurrence.path, [edit])
    else known.push(edit)
  }
  return { edits }
}

/** A name that means something else already, where the new one would stand. */
function clashOf(workspace: Workspace, { kind, node, place, text }: Target, occurrences: readonly Occurrence[], to: string): string | undefined {
  if (to === text) return undefined
  if (kind === "field" || kind === "enumMember") {
    const siblings = place === undefined ? [] : membersBeside(workspace, place.path, node)
    return siblings.includes(to) ? `There is already a ${kind === "field" ? "field" : "member"} \`${to}\` here.` : undefined
  }
  for (const { path, span } of occurrences) {
    const program = workspace.program(path)
    const other = program === undefined ? undefined : namesAt(program, path, span.start).get(to)
    if (other !== undefined) return `\`${to}\` is already the name of a ${other.kind} here.`
  }
  return undefined
}

function membersBeside(workspace: Workspace, path: string, member: Target["node"]): readonly string[] {
  for (const item of workspace.document(path)?.file.items ?? []) {
    const record = item.kind === "type" ? item.type : item.kind === "error" || item.kind === "event" ? item.fields : undefined
    const all = item.kind === "enum" ? item.members : record?.kind === "recordType" ? record.fields : []
    if (all.some((each) => each === member)) return all.map(({ name }) => name.text)
  }
  return []
}

function plain(text: string): string {
  return text.replace(/^"(.*)"$/, "$1")
}

/** In `{ channel }` the field keeps its name, or the value does. */
function editOf({ name, parent, span }: Occurrence, { kind }: Target, to: string): Edit {
  if (parent?.kind === "entry" && parent.key === name && parent.value === undefined && kind !== "field") {
    return { span, text: `${name.text}: ${to}` }
  }
  if (name.text.startsWith('"')) return { span, text: JSON.stringify(to) }
  return { span, text: to }
}

function problemOf({ kind }: Target, to: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to)) return `\`${to}\` is not a name: letters, digits and _ only, and no digit first.`
  const isMember = kind === "field" || kind === "enumMember"
  if (!isMember && keywords.get(to)?.category === "keyword") return `\`${to}\` is a keyword and can't be a name.`
  if (kind === "error" && isBuiltInError(to)) return `\`${to}\` is a built-in error kind.`
  return isBuiltInType(to) && (kind === "type" || kind === "enum") ? `\`${to}\` is a built-in type.` : undefined
}
