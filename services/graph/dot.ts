// The workflow in the language of Graphviz.

import type { WorkflowGraph } from "../graph.ts"
import { flowOf, type FlowCluster, type FlowEdge, type FlowNode } from "./flow.ts"
import { light, tintOf } from "./tokens.ts"

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", " ")}"`
}

/** `\l` ends a line that stands at the left. */
function lines(all: readonly string[]): string {
  return `"${all.map((line) => `${quoted(line).slice(1, -1)}\\l`).join("")}"`
}

const styles: { readonly [Style in FlowEdge["style"]]: string } = {
  flow: "", back: "constraint=false", error: `style=dashed, color="${light["fail"]}", fontcolor="${light["fail"]}"`,
  link: `style=dotted, arrowhead=none`, undo: `style=dashed, color="${light["undo"]}", constraint=false`,
}

export function dotOf(graph: WorkflowGraph): string {
  const { root, edges } = flowOf(graph)
  return [
    `digraph ${quoted(graph.name)} {`,
    `  graph [rankdir=TB, fontname="Helvetica", fontsize=11, nodesep=0.4]`,
    `  node [fontname="Helvetica", fontsize=11, style="rounded,filled", shape=box]`,
    `  edge [fontname="Helvetica", fontsize=10, color="${light["line"]}"]`,
    ...inside(root, "  "),
    ...edges.map(({ from, to, label, style }) => {
      const attributes = [...(label === undefined ? [] : [`label=${quoted(label)}`]), ...(styles[style] === "" ? [] : [styles[style]])]
      return `  ${from} -> ${to}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`}`
    }),
    "}", "",
  ].join("\n")
}

function inside({ nodes, clusters }: FlowCluster, indent: string): readonly string[] {
  return [
    ...nodes.map((node) => `${indent}${node.id} [${attributesOf(node)}]`),
    ...clusters.flatMap((cluster) => [
      `${indent}subgraph ${cluster.id} {`, `${indent}  label=${quoted(cluster.label)}; style="rounded,filled"; color="${light["group-line"]}"; fillcolor="${light["group"]}"; labeljust=l`,
      ...inside(cluster, `${indent}  `), `${indent}}`,
    ]),
  ]
}

function attributesOf({ shape, kind, lines: text }: FlowNode): string {
  if (shape === "point") return `shape=point, width=0.08, color="${light["line"]}"`
  const tint = tintOf(kind)
  const colours = `color="${light[tint]}", fillcolor="${light[`${tint}-fill`]}"`
  return `label=${text.length > 1 ? lines(text) : quoted(text[0] ?? "")}, ${shape === "decision" ? "shape=hexagon, style=filled, " : ""}${colours}`
}
