// Changes that are made in the picture, as edits of the text: through the formatter, and no comment is ever lost.

import { applyEdits, type Edit } from "../../base/text/edit.ts"
import type { Span } from "../../base/text/span.ts"
import { format } from "../../grammar/format/format.ts"
import { parse } from "../../grammar/parse.ts"
import type { Clause, FileNode, Node, TypeNode } from "../../grammar/syntax/nodes.ts"
import { children } from "../../grammar/syntax/walk.ts"
import { indentAt } from "../text.ts"
import type { Workspace } from "../workspace.ts"

export type GraphChange =
  /** A call of a declared callable after the step; its arguments are values of their types, to be filled in. */
  | { readonly kind: "add"; readonly callable: string }
  | { readonly kind: "move"; readonly by: 1 | -1 }
  | { readonly kind: "delete" }
  /** `before` is a clause as it is written, or empty for a new one; `after` empty takes it away. */
  | { readonly kind: "clause"; readonly before: string; readonly after: string }

export interface GraphEdit {
  readonly edits: readonly Edit[]
  /** Why nothing is changed, for the person who asked. */
  readonly refused?: string
}

const refuse = (refused: string): GraphEdit => ({ edits: [], refused })

/** `span` is that of the step or block in the picture. */
export function graphEdit(workspace: Workspace, path: string, span: Span, change: GraphChange): GraphEdit {
  const document = workspace.document(path)
  if (document === undefined) return refuse("There is no such file.")
  const { text, file } = document
  const place = placeOf(file, span)
  if (place === undefined) return refuse("There is no step at this place any more.")
  const made = editsFor(text, { file, place, change, span })
  if ("refused" in made) return made
  const changed = applyEdits(text, made.edits)
  const source = { path, text: changed, version: document.source.version }
  if (parse(source).diagnostics.length > document.parsed.diagnostics.length) return refuse("That would not be a program any more.")
  const { text: formatted } = format(source)
  return { edits: [{ span: { start: 0, end: text.length }, text: formatted }] }
}

interface Place {
  readonly list: readonly Node[]
  readonly index: number
  /** The only statement of an arm that is written without braces. */
  readonly isBare: boolean
}

/** The innermost statement, or branch, that holds the span. */
function placeOf(file: FileNode, span: Span): Place | undefined {
  let best: Place | undefined
  const visit = (node: Node, parent: Node | undefined): void => {
    if (node.span.start > span.start || node.span.end < span.end) return
    const list = node.kind === "workflow" ? node.body : node.kind === "block" ? node.statements : node.kind === "parallel" || node.kind === "race" ? node.branches : []
    const index = list.findIndex((each) => each.span.start <= span.start && each.span.end >= span.end)
    if (index !== -1) best = { list, index, isBare: parent?.kind === "arm" && parent.bare }
    for (const child of children(node)) visit(child, node)
  }
  for (const item of file.items) visit(item, undefined)
  return best
}

interface Wanted {
  readonly file: FileNode
  readonly place: Place
  readonly change: GraphChange
  readonly span: Span
}

function editsFor(text: string, { file, place, change, span }: Wanted): { readonly edits: readonly Edit[] } | GraphEdit & { readonly refused: string } {
  const { list, index, isBare } = place
  const node = list[index]!
  const refused = (why: string) => ({ edits: [], refused: why })
  switch (change.kind) {
    case "add": {
      if (isBare) return refused("This arm is one step without braces: give it braces first.")
      const call = callOf(file, change.callable)
      if (call === undefined) return refused(`${change.callable} is not declared in this file.`)
      if (node.kind === "return" || node.kind === "fail") return inserted(node.span.start, `${call}\n${indentAt(text, node.span.start)}`)
      const at = endWithComment(text, node.span.end)
      const name = node.kind === "branch" ? `${call.replace(/\W.*$/s, "").toLowerCase()}Too = ` : ""
      return inserted(at, `\n${indentAt(text, node.span.start)}${name}${call}`)
    }
    case "move": {
      const other = list[index + change.by]
      if (other === undefined || isBare) return refused(change.by < 0 ? "It is the first of its block already." : "It is the last of its block already.")
      const [a, b] = [chunk(text, node), chunk(text, other)]
      return { edits: [{ span: a, text: text.slice(b.start, b.end) }, { span: b, text: text.slice(a.start, a.end) }] }
    }
    case "delete":
      return isBare ? refused("This arm has only this step.") : { edits: [{ span: node.span, text: "" }] }
    case "clause":
      return clauseEdit(text, node, { change, span })
  }
}

function inserted(at: number, added: string): { readonly edits: readonly Edit[] } {
  return { edits: [{ span: { start: at, end: at }, text: added }] }
}

/** A statement with the comments above it and behind it. */
function chunk(text: string, { span }: Node): Span {
  let start = span.start
  for (;;) {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1
    const above = text.lastIndexOf("\n", lineStart - 2) + 1
    if (text.slice(lineStart, start).trim() !== "" || lineStart === 0 || !text.slice(above, lineStart).trimStart().startsWith("//")) return { start, end: endWithComment(text, span.end) }
    start = above + /^\s*/.exec(text.slice(above, lineStart))![0].length
  }
}

function endWithComment(text: string, at: number): number {
  const comment = /^[ \t]*\/\/[^\n]*/.exec(text.slice(at))
  return comment === null ? at : at + comment[0].trimEnd().length
}

const squeezed = (text: string): string => text.replace(/\s+/g, " ").trim()

/** A clause of the call itself is replaced; one that holds from elsewhere is overruled by one at the call. */
function clauseEdit(text: string, node: Node, { change: { before, after }, span }: { readonly change: Extract<GraphChange, { readonly kind: "clause" }>; readonly span: Span }): { readonly edits: readonly Edit[] } | GraphEdit & { readonly refused: string } {
  const clauses = "clauses" in node ? (node.clauses as readonly Clause[]) : undefined
  const called = calledIn(node)
  if (clauses === undefined || called === undefined || (called.span.start !== span.start && node.span.start !== span.start)) {
    return { edits: [], refused: "Clauses stand after a call that is a statement of its own or a whole right-hand side." }
  }
  const own = before === "" ? undefined : clauses.find((each) => squeezed(text.slice(each.span.start, each.span.end)) === squeezed(before))
  if (own !== undefined) return { edits: [{ span: own.span, text: after }] }
  if (after === "") return { edits: [], refused: "This clause holds from the declaration or a policy: change it there, or write another one here." }
  const at = clauses.at(-1)?.span.end ?? called.span.end
  return inserted(at, `\n${indentAt(text, node.span.start)}  ${after}`)
}

function calledIn(node: Node): Node | undefined {
  if (node.kind === "callStatement") return node.call
  const holds = node.kind === "let" || node.kind === "assign" || node.kind === "return" || node.kind === "branch"
  return holds && node.value?.kind === "call" ? node.value : undefined
}

// ---------------------------------------------------------------- a new call

function callOf({ items }: FileNode, name: string): string | undefined {
  const found = items.find((item) => (item.kind === "tool" || item.kind === "agent" || item.kind === "human" || item.kind === "workflow") && item.name.text === name)
  if (found === undefined || !("parameters" in found)) return undefined
  const parameters = found.parameters.filter(({ value }) => value === undefined)
  return `${name}(${parameters.map((parameter) => `${parameter.name.text}: ${valueOf(parameter.type, parameter.name.text)}`).join(", ")})`
}

const plainValues: Readonly<Record<string, string>> = { string: "\"\"", int: "0", number: "0", bool: "false", money: "$0", duration: "1s", time: "now()", json: "nothing" }

/** A value of a built-in type; of another one its name in lower case, which the checker asks to declare. */
function valueOf(type: TypeNode, name: string): string {
  if (type.kind === "arrayType") return "[]"
  if (type.kind === "optionalType") return "nothing"
  const written = "name" in type && typeof type.name === "object" && type.name !== null && "text" in type.name ? String(type.name.text) : ""
  return plainValues[written] ?? name
}
