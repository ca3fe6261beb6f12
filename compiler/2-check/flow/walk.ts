// Every node below a node, in the order of the source.

import type { Declaration, FileNode, Name, Node, TemplateExpression } from "../../../grammar/syntax/nodes.ts"

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

/** What several rules look for in all of a file, found in one walk. */
export interface Survey {
  readonly names: ReadonlyMap<Declaration, readonly Name[]>
  readonly templates: readonly TemplateExpression[]
  /** The parser repaired nothing in it. */
  readonly isWhole: boolean
}

export function surveyOf(file: FileNode): Survey {
  const names = new Map<Declaration, readonly Name[]>()
  const templates: TemplateExpression[] = []
  let isWhole = file.recovered !== true
  for (const item of file.items) {
    const found: Name[] = []
    names.set(item, found)
    walk(item, (node) => {
      if (node.recovered) isWhole = false
      if (node.kind === "name") found.push(node)
      else if (node.kind === "template") templates.push(node)
    })
  }
  return { names, templates, isWhole }
}

/** False when the parser repaired something in it: what seems to be missing may only be half typed. */
export function isWhole(node: Node, { survey }: { readonly survey: Survey }): boolean {
  return survey.isWhole || nodesIn(node).every(({ recovered }) => !recovered)
}
