// The tree as text: what the corpora compare.

import { lineTable, positionAt, type LineTable } from "../../base/text/line-table.ts"
import type { Node, NodeBase } from "./nodes.ts"

/** One line per node: the field it fills, its kind and plain values, and where it stands (`line:column`, from 1). */
export function printTree(node: Node, text: string): string {
  const lines: string[] = []
  print(node, "", "", { table: lineTable(text), lines })
  return `${lines.join("\n")}\n`
}

interface Printing {
  readonly table: LineTable
  readonly lines: string[]
}

function print(node: NodeBase & { readonly kind: string }, label: string, indent: string, printing: Printing): void {
  const plain: string[] = []
  const below: (readonly [string, unknown])[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === "id" || key === "kind" || key === "span" || key === "recovered") continue
    if (typeof value === "object") below.push([key, value])
    else plain.push(`${key}=${JSON.stringify(value)}`)
  }
  const words = [node.kind, ...plain, ...(node.recovered === true ? ["RECOVERED"] : [])]
  printing.lines.push(`${indent}${label}${words.join(" ")}  ${place(node, printing.table)}`)
  for (const [key, value] of below) printValue(value, `${key}: `, `${indent}  `, printing)
}

function printValue(value: unknown, label: string, indent: string, printing: Printing): void {
  if (Array.isArray(value)) for (const item of value) printValue(item, label, indent, printing)
  else if (isNode(value)) print(value, label, indent, printing)
  else {
    printing.lines.push(`${indent}${label.trim()}`)
    for (const [key, inner] of Object.entries(value as object)) printValue(inner, `${key}: `, `${indent}  `, printing)
  }
}

function isNode(value: unknown): value is NodeBase & { readonly kind: string } {
  return typeof value === "object" && value !== null && "kind" in value
}

function place(node: NodeBase, table: LineTable): string {
  const [start, end] = [positionAt(table, node.span.start), positionAt(table, node.span.end)]
  const from = `${start.line + 1}:${start.column + 1}`
  const to = start.line === end.line ? `${end.column + 1}` : `${end.line + 1}:${end.column + 1}`
  return `${from}-${to}`
}
