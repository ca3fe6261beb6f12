// Every node below a node, in the order of the source.

import type { Node } from "../../../grammar/syntax/nodes.ts"

/** Walks with a list of its own: a deep tree costs no call stack and no more than its size. */
export function* nodesIn(value: unknown): Generator<Node> {
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== "object" || next === null) continue
    if (!Array.isArray(next) && "kind" in next && "span" in next) yield next as Node
    for (const child of Object.values(next).reverse()) if (typeof child === "object" && child !== null) open.push(child)
  }
}

/** False when the parser repaired something in it: what seems to be missing may only be half typed. */
export function isWhole(node: Node): boolean {
  for (const inside of nodesIn(node)) if (inside.recovered) return false
  return true
}
