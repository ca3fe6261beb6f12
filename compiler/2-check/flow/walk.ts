// Every node below a node, in the order of the source.

import type { Node } from "../../../grammar/syntax/nodes.ts"

export function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const each of value) yield* nodesIn(each)
  } else if (typeof value === "object" && value !== null) {
    if ("kind" in value && "span" in value) yield value as Node
    for (const each of Object.values(value)) if (typeof each === "object" && each !== null) yield* nodesIn(each)
  }
}
