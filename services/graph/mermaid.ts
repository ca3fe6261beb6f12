// The workflow as a Mermaid flowchart, for Markdown pages that draw those.

import type { WorkflowGraph } from "../graph.ts"
import { flowOf, type FlowCluster, type FlowEdge, type FlowNode } from "./flow.ts"
import { light, tintOf } from "./tokens.ts"

/** Everything but letters, digits and harmless signs as an entity: Mermaid reads nothing into it. */
function quoted(lines: readonly string[]): string {
  const safe = (line: string): string => [...line].map((character) => (/[\p{L}\p{N} .,:;?!()[\]{}/=<>+*×≤…_-]/u.test(character) && !"<>".includes(character) ? character : `#${character.codePointAt(0)!};`)).join("")
  return `"${lines.map(safe).join("<br/>")}"`
}

const arrows: { readonly [Style in FlowEdge["style"]]: string } = { flow: "-->", back: "-->", error: "-.->", link: "-.-", undo: "-.->" }
const kinds = ["tool", "agent", "human", "workflow", "control", "fail", "undo"]

export function mermaidOf(graph: WorkflowGraph): string {
  const { root, edges } = flowOf(graph)
  return [
    "flowchart TD",
    ...inside(root, "  "),
    ...edges.map(({ from, to, label, style }) => `  ${from} ${arrows[style]}${label === undefined ? "" : `|${quoted([label])}|`} ${to}`),
    ...clustersIn(root).map(({ id }) => `  style ${id} fill:${light["group"]},stroke:${light["group-line"]},color:${light["text"]}`),
    ...kinds.map((kind) => `  classDef ${kind} fill:${light[`${kind}-fill`]},stroke:${light[kind]},color:${light["text"]}`),
    "",
  ].join("\n")
}

function inside({ nodes, clusters }: FlowCluster, indent: string): readonly string[] {
  return [
    ...nodes.map((node) => `${indent}${shapeOf(node)}:::${tintOf(node.kind)}`),
    ...clusters.flatMap((cluster) => [`${indent}subgraph ${cluster.id}[${quoted([cluster.label])}]`, ...inside(cluster, `${indent}  `), `${indent}end`]),
  ]
}

function clustersIn({ clusters }: FlowCluster): readonly FlowCluster[] {
  return clusters.flatMap((cluster) => [cluster, ...clustersIn(cluster)])
}

function shapeOf({ id, shape, lines }: FlowNode): string {
  switch (shape) {
    case "step":
      return `${id}[${quoted(lines)}]`
    case "pill":
      return `${id}([${quoted(lines)}])`
    case "decision":
      return `${id}{{${quoted(lines)}}}`
    case "link":
      return `${id}[/${quoted(lines)}/]`
    case "point":
      return `${id}((" "))`
  }
}
