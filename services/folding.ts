// What can be folded, and how a selection grows.

import type { Span } from "../base/text/span.ts"
import type { Node } from "../grammar/syntax/nodes.ts"
import { nodeAt } from "../grammar/syntax/locate.ts"
import { children } from "../grammar/syntax/walk.ts"
import type { Workspace } from "./workspace.ts"

export interface Fold {
  readonly span: Span
  readonly kind: "region" | "comment" | "imports"
}

const folding: ReadonlySet<Node["kind"]> = new Set<Node["kind"]>([
  "type", "enum", "error", "event", "model", "policy", "tool", "agent", "human", "workflow", "test", "block", "match", "parallel", "race",
  "record", "list", "template", "recordType",
])

/** Of everything that covers several lines; blocks of text fold by their quotes, not by indentation. */
export function foldsOf(workspace: Workspace, path: string): readonly Fold[] {
  const document = workspace.document(path)
  if (document === undefined) return []
  const { text } = document
  const found: Fold[] = []
  const lines = new Set<number>()
  const add = (span: Span, kind: Fold["kind"]): void => {
    const start = text.lastIndexOf("\n", span.start - 1)
    if (!text.slice(span.start, span.end).includes("\n") || lines.has(start)) return
    lines.add(start)
    found.push({ span, kind })
  }
  const imports = document.file.items.filter(({ kind }) => kind === "import")
  if (imports.length > 1) add({ start: imports[0]!.span.start, end: imports.at(-1)!.span.end }, "imports")
  const below = (node: Node): void => {
    if (folding.has(node.kind)) add(node.span, "region")
    for (const child of children(node)) below(child)
  }
  below(document.file)
  for (const run of commentRuns(document.parsed.value.tokens.trivia, text)) add(run, "comment")
  return found.sort((a, b) => a.span.start - b.span.start)
}

function commentRuns(trivia: readonly { readonly kind: string; readonly start: number; readonly end: number }[], text: string): readonly Span[] {
  const runs: { start: number; end: number; kind: string }[] = []
  for (const { kind, start, end } of trivia) {
    if (kind !== "lineComment" && kind !== "docComment" && kind !== "blockComment") continue
    const last = runs.at(-1)
    if (last?.kind === kind && text.slice(last.end, start).trim() === "" && text.slice(last.end, start).split("\n").length === 2) last.end = end
    else runs.push({ kind, start, end })
  }
  return runs.map(({ start, end }) => ({ start, end }))
}

/** From the innermost span that holds the offset to the whole file, each larger than the one before. */
export function selectionAt(workspace: Workspace, path: string, offset: number): readonly Span[] {
  const document = workspace.document(path)
  if (document === undefined) return []
  const { node, ancestors } = nodeAt(document.file, offset)
  const spans: Span[] = []
  for (const { span, kind } of [...ancestors, node].reverse()) {
    const inner = insideBrackets(document.text, span, kind, offset)
    for (const next of inner === undefined ? [span] : [inner, span]) {
      const last = spans.at(-1)
      const grows = last === undefined || (next.start <= last.start && next.end >= last.end && next.end - next.start > last.end - last.start)
      if (grows && next.start <= offset && offset <= next.end) spans.push(next)
    }
  }
  return spans
}

/** What stands between quotes or braces, before the brackets themselves are selected. */
function insideBrackets(text: string, { start, end }: Span, kind: Node["kind"], offset: number): Span | undefined {
  if (kind !== "template" && kind !== "record" && kind !== "list" && kind !== "block" && kind !== "templateHole") return undefined
  const width = text.startsWith('"""', start) ? 3 : 1
  const inner = { start: start + width, end: end - width }
  return inner.start < inner.end && inner.start <= offset && offset <= inner.end ? inner : undefined
}
