// Over the tree without knowing its kinds: the children of any node, and all nodes below one.

import type { Node } from "./nodes.ts"

function isNode(value: object): value is Node {
  return "kind" in value && "span" in value
}

function collect(value: unknown, found: Node[]): void {
  if (typeof value !== "object" || value === null) return
  if (Array.isArray(value)) for (const item of value) collect(item, found)
  else if (isNode(value)) found.push(value)
  else for (const key in value) collect((value as Readonly<Record<string, unknown>>)[key], found)
}

/** The direct children, in the order of the text. */
export function children(node: Node): readonly Node[] {
  const found: Node[] = []
  const fields = node as unknown as Readonly<Record<string, unknown>>
  for (const key in fields) if (key !== "span") collect(fields[key], found)
  for (let i = 1; i < found.length; i++) {
    if (found[i]!.span.start < found[i - 1]!.span.start) return found.sort((a, b) => a.span.start - b.span.start)
  }
  return found
}

/** Calls `visit` for the node and everything below it, parents first; `false` leaves out what is below a node. */
export function walk(node: Node, visit: (node: Node) => void | false): void {
  const open: Node[] = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (visit(next) === false) continue
    const below = children(next)
    for (let i = below.length - 1; i >= 0; i--) open.push(below[i]!)
  }
}
