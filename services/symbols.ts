// The outline of a file, and names of the whole workspace.

import type { Location, Span } from "../base/text/span.ts"
import type { Declaration, Node } from "../grammar/syntax/nodes.ts"
import { children } from "../grammar/syntax/walk.ts"
import type { Document, Workspace } from "./workspace.ts"

export type OutlineKind = Exclude<Declaration["kind"], "import"> | "field" | "enumMember" | "let" | "branch"

export interface OutlineItem {
  readonly name: string
  readonly kind: OutlineKind
  readonly detail: string
  readonly span: Span
  /** Of the name; inside `span`. */
  readonly nameSpan: Span
  readonly children: readonly OutlineItem[]
}

export function documentSymbols(workspace: Workspace, path: string): readonly OutlineItem[] {
  const document = workspace.document(path)
  return document === undefined ? [] : document.file.items.flatMap((item) => outlineOf(item, document))
}

function outlineOf(item: Declaration, document: Document): readonly OutlineItem[] {
  if (item.kind === "import") return []
  const { name, span, kind } = item
  const text = name.kind === "name" ? name.text : document.text.slice(name.span.start, name.span.end).replace(/^"|"$/g, "")
  const below = childrenOf(item, document)
  return [{ name: text === "" ? `(${kind})` : text, kind, detail: detailOf(item, document), span, nameSpan: inside(name.span, span), children: below }]
}

/** A repaired name may stand outside of what it names; clients refuse that. */
function inside(inner: Span, outer: Span): Span {
  return inner.start >= outer.start && inner.end <= outer.end ? inner : { start: outer.start, end: outer.start }
}

function detailOf(item: Exclude<Declaration, { readonly kind: "import" }>, { text }: Document): string {
  const slice = (node: Node | undefined): string => (node === undefined ? "" : text.slice(node.span.start, node.span.end).replace(/\s+/g, " "))
  switch (item.kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow":
      return `(${item.parameters.map((each) => `${each.name.text}: ${slice(each.type)}`).join(", ")})${item.result === undefined ? "" : `: ${slice(item.result)}`}`
    case "setting":
      return slice(item.type)
    case "model":
      return slice(item).replace(/^.*?=\s*/, "").replace(/\s*\{.*$/, "")
    default:
      return ""
  }
}

function childrenOf(item: Exclude<Declaration, { readonly kind: "import" }>, document: Document): readonly OutlineItem[] {
  const leaf = (node: Node, kind: OutlineKind, name: { readonly text: string; readonly span: Span }, detail: string): readonly OutlineItem[] =>
    name.text === "" ? [] : [{ name: name.text, kind, detail, span: node.span, nameSpan: inside(name.span, node.span), children: [] }]
  switch (item.kind) {
    case "type":
    case "error":
    case "event": {
      const record = item.kind === "type" ? item.type : item.fields
      if (record?.kind !== "recordType") return []
      return record.fields.flatMap((field) => leaf(field, "field", field.name, document.text.slice(field.type.span.start, field.type.span.end)))
    }
    case "enum":
      return item.members.flatMap((member) => leaf(member, "enumMember", member.name, ""))
    case "workflow":
      return localsOf(item).flatMap((node) => leaf(node, node.kind === "branch" ? "branch" : "let", node.name, ""))
    default:
      return []
  }
}

type Local = Extract<Node, { readonly kind: "let" | "branch" }>

function localsOf(node: Node): readonly Local[] {
  return children(node).flatMap((child) => (child.kind === "let" || child.kind === "branch" ? [child, ...localsOf(child)] : localsOf(child)))
}

export interface WorkspaceSymbol extends Location {
  readonly name: string
  readonly kind: OutlineKind
  /** Path of its file, for people. */
  readonly container: string
}

/** Declarations whose name holds the letters of the query in this order. */
export function workspaceSymbols(workspace: Workspace, query: string): readonly WorkspaceSymbol[] {
  return workspace.paths().flatMap((path) =>
    documentSymbols(workspace, path)
      .filter(({ name }) => matches(name, query))
      .map(({ name, kind, nameSpan }) => ({ name, kind, path, span: nameSpan, container: path })))
}

export function matches(name: string, query: string): boolean {
  let at = 0
  const lower = name.toLowerCase()
  for (const letter of query.toLowerCase()) {
    at = lower.indexOf(letter, at) + 1
    if (at === 0) return false
  }
  return true
}
