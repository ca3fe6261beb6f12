// The workflow as a tree of text, for terminals and for readers of the screen.

import type { GraphKind, GraphLink, GraphNode, WorkflowGraph } from "../graph.ts"
import { costLine } from "./cards.ts"

export interface TreeOptions {
  /** False: nothing but ASCII in what is drawn; names stay as they are written. */
  readonly unicode: boolean
  /** Longer lines are cut. */
  readonly columns: number
  readonly paint?: (text: string, as: "name" | "kind" | "note" | "line") => string
}

interface Part {
  readonly text: string
  readonly as: "name" | "kind" | "note" | "line"
}

export function treeOf({ name, signature, badges, nodes }: WorkflowGraph, options: TreeOptions): string {
  const head: readonly Part[] = [{ text: name, as: "name" }, { text: signature.slice(name.length), as: "kind" }]
  const notes = badges.map(({ text }) => ({ text: `${options.unicode ? "│  " : "|  "}${text}`, as: "note" as const }))
  return `${[line(head, options), ...notes.map((note) => line([note], options)), ...branches(nodes, "", options)].join("\n")}\n`
}

function branches(nodes: readonly GraphNode[], lead: string, options: TreeOptions): readonly string[] {
  const { unicode } = options
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1
    const branch = unicode ? (isLast ? "└─ " : "├─ ") : isLast ? "`- " : "|- "
    const under = `${lead}${isLast ? "   " : unicode ? "│  " : "|  "}`
    return [line([{ text: `${lead}${branch}`, as: "line" }, ...partsOf(node, unicode)], options), ...branches(node.children, under, options)]
  })
}

const words: ReadonlySet<GraphKind> = new Set(["if", "match", "for", "repeat", "while", "catch"])
const steps: ReadonlySet<GraphKind> = new Set(["tool", "agent", "human", "workflow"])

function partsOf({ kind, label, detail, badges, links, cost }: GraphNode, unicode: boolean): readonly Part[] {
  const head: readonly Part[] = steps.has(kind)
    ? [{ text: label, as: "name" }, { text: ` ${kind}${detail === undefined ? "" : ` ${detail}`}`, as: "kind" }]
    : words.has(kind) ? [{ text: kind, as: "kind" }, { text: ` ${label}`, as: "name" }] : [{ text: label, as: kind === "branch" ? "name" : "kind" }]
  const notes = [...badges.map(({ text }) => text), ...links.map((link) => linkText(link, unicode)), ...(cost === undefined ? [] : [costLine(cost)])]
  const joined = notes.join(unicode ? " · " : ", ")
  return notes.length === 0 ? head : [...head, { text: `  ${unicode ? joined : plain(joined)}`, as: "note" }]
}

function plain(text: string): string {
  return text.replaceAll("×", "x").replaceAll("≤", "<=").replaceAll("…", "...")
}

function linkText({ kind, name, note }: GraphLink, unicode: boolean): string {
  const more = note === undefined ? "" : ` ${note}`
  switch (kind) {
    case "undo":
      return `${unicode ? "↩" : "undo"} ${name}`
    case "fallback":
      return `else ${name}${more}`
    case "manual":
      return `stuck? ${name}${more}`
    case "approval":
      return `asks ${name}`
    case "tool":
      return `uses ${name}`
    case "handoff":
      return `hands to ${name}`
  }
}

/** Cut before it is painted, so that colours never count. */
function line(parts: readonly Part[], { columns, paint = (text) => text, unicode }: TreeOptions): string {
  const ellipsis = unicode ? "…" : "..."
  let room = columns
  let result = ""
  const total = parts.reduce((sum, { text }) => sum + [...text].length, 0)
  for (const { text, as } of parts) {
    const shown = total > columns && [...text].length > room - ellipsis.length ? `${[...text].slice(0, Math.max(0, room - ellipsis.length)).join("")}${ellipsis}` : text
    if (room > 0) result += paint(shown, as)
    room -= [...shown].length
    if (shown !== text) break
  }
  return result.replace(/\s+$/, "")
}
