// From a position in the text to the place in the tree.

import type { FileNode, Node } from "./nodes.ts"
import { children } from "./walk.ts"

export interface Located {
  readonly node: Node
  /** From the file down to the node's parent. */
  readonly ancestors: readonly Node[]
}

/** The innermost node that holds the offset, or that ends there when none does (where a cursor stands behind a word). */
export function nodeAt(file: FileNode, offset: number): Located {
  const ancestors: Node[] = []
  let node: Node = file
  for (;;) {
    const touching: readonly Node[] = children(node).filter(({ span }) => span.start <= offset && offset <= span.end)
    const next: Node | undefined = touching.find(({ span }) => offset < span.end) ?? touching.at(-1)
    if (next === undefined) return { node, ancestors }
    ancestors.push(node)
    node = next
  }
}
