// The workflow as nodes, edges and clusters, for languages that draw graphs themselves.

import type { GraphNode, WorkflowGraph } from "../graph.ts"
import { costLine } from "./cards.ts"

export type FlowShape = "step" | "pill" | "decision" | "link" | "point"

export interface FlowNode {
  /** A word of letters and digits. */
  readonly id: string
  readonly shape: FlowShape
  /** Kind of the graph's node or link. */
  readonly kind: string
  readonly lines: readonly string[]
}

export interface FlowEdge {
  readonly from: string
  readonly to: string
  readonly label?: string
  readonly style: "flow" | "back" | "error" | "link" | "undo"
}

export interface FlowCluster {
  readonly id: string
  readonly label: string
  readonly nodes: readonly FlowNode[]
  readonly clusters: readonly FlowCluster[]
}

export interface Flow {
  readonly root: FlowCluster
  readonly edges: readonly FlowEdge[]
}

/** Where the flow comes from. */
interface Source {
  readonly id: string
  readonly label?: string
  readonly style?: FlowEdge["style"]
}

interface Drafting {
  readonly nodes: FlowNode[]
  readonly clusters: FlowCluster[]
  readonly edges: FlowEdge[]
  readonly newId: () => string
}

export function flowOf(graph: WorkflowGraph): Flow {
  let count = 0
  const draft: Drafting = { nodes: [], clusters: [], edges: [], newId: () => `n${count++}` }
  const start = add(draft, "step", "start", [graph.signature, ...graph.badges.map(({ text }) => text)])
  const { sources } = through(graph.nodes, [{ id: start }], draft)
  if (sources.length > 0) join(draft, sources, add(draft, "pill", "end", ["done"]))
  return { root: { id: "root", label: graph.name, nodes: draft.nodes, clusters: draft.clusters }, edges: draft.edges }
}

function add({ nodes, newId }: Drafting, shape: FlowShape, kind: string, lines: readonly string[]): string {
  const id = newId()
  nodes.push({ id, shape, kind, lines })
  return id
}

function join({ edges }: Drafting, sources: readonly Source[], to: string): void {
  for (const { id, label, style = "flow" } of sources) edges.push({ from: id, to, style, ...(label === undefined ? {} : { label }) })
}

interface Passed {
  readonly sources: readonly Source[]
  /** The undos of what was passed, in order. */
  readonly undos: readonly string[]
}

function through(nodes: readonly GraphNode[], from: readonly Source[], draft: Drafting): Passed {
  const undos: string[] = []
  let sources = from
  for (const node of nodes) {
    const passed = one(node, sources, draft)
    undos.push(...passed.undos)
    sources = passed.sources
  }
  return { sources, undos }
}

const ends: ReadonlySet<string> = new Set(["return", "fail", "continue"])

function one(node: GraphNode, sources: readonly Source[], draft: Drafting): Passed {
  switch (node.kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow":
      return step(node, sources, draft)
    case "if":
    case "match": {
      const head = add(draft, "decision", node.kind, [`${node.kind} ${node.label}`])
      join(draft, sources, head)
      const arms = node.children.map((arm) => through(arm.children, [{ id: head, label: arm.label }], draft))
      const otherwise: readonly Source[] = node.kind === "if" && node.children.length === 1 ? [{ id: head, label: "else" }] : []
      return { sources: [...arms.flatMap((arm) => arm.sources), ...otherwise], undos: arms.flatMap(({ undos }) => undos) }
    }
    default:
      return isBlock(node) ? block(node, sources, draft) : pill(node, sources, draft)
  }
}

function isBlock({ kind }: GraphNode): boolean {
  return ["for", "repeat", "while", "parallel", "race", "try", "saga", "within"].includes(kind)
}

function pill(node: GraphNode, sources: readonly Source[], draft: Drafting): Passed {
  const id = add(draft, "pill", node.kind, [[node.label, ...node.badges.map(({ text }) => text)].join(", ")])
  join(draft, sources, id)
  return { sources: ends.has(node.kind) ? [] : [{ id }], undos: [] }
}

function step(node: GraphNode, sources: readonly Source[], draft: Drafting): Passed {
  const badges = node.badges.map(({ text }) => text).join(", ")
  const lines = [`${node.label} (${node.kind})`, node.detail ?? "", badges, node.cost === undefined ? "" : costLine(node.cost)]
  const id = add(draft, "step", node.kind, lines.filter((line) => line !== ""))
  join(draft, sources, id)
  const undos = node.links.flatMap(({ kind, name, note }) => {
    const link = add(draft, "link", kind, [`${kind}: ${name}${note === undefined ? "" : ` ${note}`}`])
    draft.edges.push({ from: id, to: link, style: "link" })
    return kind === "undo" ? [link] : []
  })
  return { sources: [{ id }], undos }
}

function block(node: GraphNode, sources: readonly Source[], draft: Drafting): Passed {
  const inside: Drafting = { ...draft, nodes: [], clusters: [] }
  const id = draft.newId()
  const begin = add(inside, "point", node.kind, [])
  join(draft, sources, begin)
  const passed = inBlock(node, begin, inside)
  for (const [index, undo] of passed.undos.entries()) {
    if (index > 0) draft.edges.push({ from: undo, to: passed.undos[index - 1]!, style: "undo" })
  }
  const label = [node.label === node.kind ? node.kind : `${node.kind} ${node.label}`, ...node.badges.map(({ text }) => text)].join(", ")
  draft.clusters.push({ id: `cluster_${id}`, label, nodes: inside.nodes, clusters: inside.clusters })
  return passed
}

function inBlock(node: GraphNode, begin: string, inside: Drafting): Passed {
  if (node.kind === "parallel" || node.kind === "race") {
    const lanes = node.children.map((lane) => through(lane.children, [{ id: begin, label: lane.label }], inside))
    return { sources: lanes.flatMap(({ sources }) => sources), undos: lanes.flatMap(({ undos }) => undos) }
  }
  if (node.kind === "try") {
    const tried = through(node.children.filter(({ kind }) => kind !== "catch"), [{ id: begin }], inside)
    const caught = node.children.filter(({ kind }) => kind === "catch").map((each) => through(each.children, [{ id: begin, label: `on ${each.label}`, style: "error" }], inside))
    const all = [tried, ...caught]
    return { sources: all.flatMap(({ sources }) => sources), undos: all.flatMap(({ undos }) => undos) }
  }
  const body = through(node.children, [{ id: begin }], inside)
  if (node.kind === "for" || node.kind === "repeat" || node.kind === "while") {
    join(inside, body.sources.filter(({ id }) => id !== begin).map((source) => ({ ...source, style: "back" as const })), begin)
  }
  return body
}
