// Every node below a node, in the order of the source.

import type { Node } from "../../../grammar/syntax/nodes.ts"
import type { BoundFile } from "../../1-bind/types.ts"

/** Walks with a list of its own: a deep tree costs no call stack and no more than its size. */
function walk(value: unknown, visit: (node: Node) => void): void {
  const open: object[] = []
  push(value, open)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ("kind" in next && "span" in next) visit(next as Node)
    const first = open.length
    const fields = next as Readonly<Record<string, unknown>>
    // A span is in every node and holds none, so it is worth a comparison.
    for (const key in fields) if (key !== "span") push(fields[key], open)
    reverseFrom(open, first)
  }
}

/** A list gives its items: nothing asks for the list itself. */
function push(value: unknown, open: object[]): void {
  if (typeof value !== "object" || value === null) return
  if (Array.isArray(value)) for (const item of value) push(item, open)
  else open.push(value)
}

/** What was pushed first has to be taken first. */
function reverseFrom(open: object[], first: number): void {
  for (let low = first, high = open.length - 1; low < high; low++, high--) {
    const kept = open[low]!
    open[low] = open[high]!
    open[high] = kept
  }
}

export function nodesIn(value: unknown): readonly Node[] {
  const found: Node[] = []
  walk(value, (node) => found.push(node))
  return found
}

/** False when the parser repaired something in it: what seems to be missing may only be half typed. */
export function isWhole(node: Node, { bound }: { readonly bound: BoundFile }): boolean {
  return bound.isWhole || nodesIn(node).every(({ recovered }) => !recovered)
}
