// Lays a workflow out from top to bottom: sequences below each other, lanes beside each other, blocks as nested boxes.
// A function of the program's structure alone, so that a small edit moves only what it must.

import type { GraphNode, WorkflowGraph } from "../graph.ts"
import { badgeRows, cardBox, fonts, labelAt, pillPiece, runPathOf, stepPiece, stepped, tooltipOf } from "./cards.ts"
import { clipped, widthOf } from "./measure.ts"
import { closed, lengthened, sequence, shifted, straightened, type OpenEdge, type Piece } from "./piece.ts"
import type { EdgeKind, GraphLayout, LayoutBox, LayoutEdge } from "./shape.ts"

export type { GraphLayout, LayoutBadge, LayoutBox, LayoutEdge, LayoutLabel, LayoutText, Point, Rectangle } from "./shape.ts"

const margin = 24
const laneGap = 30
const frame = { side: 18, bottom: 16, joinBottom: 30, head: 32, gutter: 22 } as const

export function layoutOf(graph: WorkflowGraph): GraphLayout {
  const start = startPiece(graph)
  const open = sequence([start, ...piecesOf(graph.nodes)])
  const whole = open.exits.length === 0 ? open : sequence([open, endPiece(graph)])
  const placed = shifted(whole, { x: whole.left + margin, y: margin })
  return {
    name: graph.name, path: graph.path,
    width: Math.ceil(whole.left + whole.right + 2 * margin), height: Math.ceil(whole.height + 2 * margin),
    boxes: placed.boxes, edges: unique(placed.edges),
  }
}

function unique(edges: readonly LayoutEdge[]): readonly LayoutEdge[] {
  const times = new Map<string, number>()
  return edges.map((edge) => {
    const time = (times.get(edge.id) ?? 0) + 1
    times.set(edge.id, time)
    return time === 1 ? edge : { ...edge, id: `${edge.id} ${time}` }
  })
}

function pieceOf(node: GraphNode): Piece {
  switch (node.kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow":
      return stepPiece(node)
    case "if":
    case "match":
      return decision(node)
    case "parallel":
    case "race":
      return inFrame(node, lanes(node, node.children.map((child) => ({ label: child.label, body: bodyOf(child) })), "flow"))
    case "try": {
      const caught = node.children.filter(({ kind }) => kind === "catch")
      const tried = sequence(piecesOf(node.children.filter(({ kind }) => kind !== "catch")))
      return inFrame(node, lanes(node, [{ label: "", body: tried }, ...caught.map((each) => ({ label: `on ${each.label}`, body: bodyOf(each), kind: "error" as const }))], "flow"))
    }
    case "for":
    case "repeat":
    case "while":
      return inFrame(node, looped(node, bodyOf(node)))
    case "saga":
    case "within":
      return inFrame(node, led(node, bodyOf(node)))
    default:
      return pillPiece(node)
  }
}

function bodyOf({ children }: GraphNode): Piece {
  return sequence(piecesOf(children))
}

function piecesOf(nodes: readonly GraphNode[]): readonly Piece[] {
  return nodes.filter(isShown).map(pieceOf)
}

/** A block in which nothing happens only computes. */
function isShown(node: GraphNode): boolean {
  return !blocks.has(node.kind) || node.children.some(isShown)
}

const blocks: ReadonlySet<GraphNode["kind"]> = new Set(["if", "match", "for", "repeat", "while", "parallel", "race", "try", "catch", "saga", "within", "branch"])

function startPiece({ name, signature, doc, badges, span }: WorkflowGraph): Piece {
  const parameters = signature.slice(name.length)
  const details = [...(parameters === "()" ? [] : [parameters]), ...(doc === undefined ? [] : [doc.split("\n")[0]!])]
  const box = cardBox({ title: name, kind: "workflow", details, badges }, { id: name, role: "start", kind: "start", span, title: [signature, doc ?? "", ...badges.map(({ text }) => text)].join("\n").trim() })
  return { left: box.w / 2, right: box.w / 2, height: box.h, boxes: [box], edges: [], entry: name, exits: [{ from: name, kind: "flow", points: [{ x: 0, y: box.h }] }] }
}

function endPiece({ name }: WorkflowGraph): Piece {
  const box: LayoutBox = {
    id: `${name} end`, role: "end", kind: "end", x: -32, y: 0, w: 64, h: 28, badges: [], title: "the run has completed",
    texts: [{ text: "done", role: "detail", x: 0, y: 18, anchor: "middle" }],
  }
  return { left: 32, right: 32, height: 28, boxes: [box], edges: [], entry: box.id, exits: [] }
}

interface Lane {
  readonly label: string
  readonly body: Piece
  readonly kind?: EdgeKind
}

/** Lanes side by side below a point at (0, 0) of the box `from`; what leaves them goes on at their lower end. */
function lanes({ id }: Pick<GraphNode, "id">, all: readonly Lane[], kind: EdgeKind): Piece {
  const fork = 14
  const isLabelled = all.some(({ label }) => label !== "")
  const top = fork + (isLabelled ? 38 : 14)
  const measured = all.map((lane) => {
    const label = lane.label === "" ? undefined : labelAt({ x: 0, y: 0 }, lane.label)
    const half = (label?.w ?? 24) / 2
    return { ...lane, left: Math.max(lane.body.left, half), right: Math.max(lane.body.right, half) }
  })
  const centres = centresOf(measured)
  const height = top + Math.max(0, ...measured.map(({ body }) => body.height))
  const placed = measured.map((lane, index) => {
    const x = centres[index]!
    const body = shifted(lane.body, { x, y: top })
    const label = lane.label === "" ? {} : { label: labelAt({ x, y: fork + 17 }, lane.label) }
    const way: OpenEdge = { from: id, kind: lane.kind ?? kind, points: straightened([...(lane.kind === "error" ? [] : [{ x: 0, y: 0 }]), { x: 0, y: fork }, { x, y: fork }]), ...label }
    if (body.entry === undefined) return { ...body, exits: [lengthened(way, height)], left: lane.left - x, right: lane.right + x }
    const edges = [...body.edges, closed(way, body.entry, { x, y: top })]
    return { ...body, edges, exits: body.exits.map((exit) => lengthened(exit, height)), left: lane.left - x, right: lane.right + x }
  })
  const right = Math.max(...placed.map((lane) => lane.right))
  const anchors = placed.flatMap(({ undo }) => (undo === undefined ? [] : [undo]))
  return {
    left: Math.max(...placed.map((lane) => lane.left)), right, height, entry: id,
    boxes: placed.flatMap(({ boxes }) => boxes), edges: placed.flatMap(({ edges }) => edges), exits: placed.flatMap(({ exits }) => exits),
    ...(anchors[0] === undefined ? {} : { undo: { id, x: right, y: anchors[0].y } }),
  }
}

/** A lane alone with an empty one keeps the line; else the lanes are spread around it. */
function centresOf(all: readonly { readonly left: number; readonly right: number; readonly body: Piece; readonly kind?: EdgeKind }[]): readonly number[] {
  const centres: number[] = []
  let x = 0
  for (const { left, right } of all) {
    centres.push(x + left)
    x += left + right + laneGap
  }
  const filled = all.filter(({ body }) => body.entry !== undefined)
  const isAside = all.slice(1).every(({ kind }) => kind === "error")
  if (all.length > 0 && (isAside || (all.length === 2 && filled.length === 1 && all[0]!.body.entry !== undefined))) return centres.map((centre) => centre - centres[0]!)
  const middle = (centres[0]! + centres.at(-1)!) / 2
  const nearest = centres.find((centre) => Math.abs(centre - middle) < 20)
  return centres.map((centre) => Math.round(centre - (nearest ?? middle)))
}

function decision(node: GraphNode): Piece {
  const word = node.kind === "if" ? "if" : "match"
  const shown = clipped(node.label, fonts.detail, 230)
  const wordWidth = widthOf(word, fonts.title) + 8
  const w = stepped(widthOf(shown, fonts.detail) + wordWidth + 44)
  const start = -(widthOf(shown, fonts.detail) + wordWidth) / 2
  const head: LayoutBox = {
    id: node.id, role: "decision", kind: node.kind, x: -w / 2, y: 0, w, h: 34, badges: [], title: tooltipOf(node), span: node.span,
    texts: [{ text: word, role: "title", x: start, y: 21.5, anchor: "start" }, { text: shown, role: "detail", x: start + wordWidth, y: 21.5, anchor: "start" }],
  }
  const arms: readonly Lane[] = node.children.map((child) => ({ label: child.label, body: bodyOf(child) }))
  const all = node.kind === "if" && arms.length === 1 ? [...arms, { label: "else", body: sequence([]) }] : arms
  const below = shifted(lanes(node, all, "flow"), { x: 0, y: head.h })
  const whole: Piece = {
    ...below, left: Math.max(below.left, w / 2), right: Math.max(below.right, w / 2), height: below.height + head.h, boxes: [head, ...below.boxes],
  }
  return below.undo === undefined ? whole : inRegion(node, whole)
}

/** A faint frame, for the line of compensation to end at; it goes again where no such line comes. */
function inRegion(node: GraphNode, inner: Piece): Piece {
  const pad = 12
  const id = `${node.id} region`
  const x = -inner.left - pad
  const box: LayoutBox = {
    id, role: "region", kind: node.kind, x, y: -pad / 2, w: inner.left + inner.right + 2 * pad, h: inner.height + pad, texts: [], badges: [], title: tooltipOf(node),
  }
  return {
    ...inner, left: inner.left + pad, right: inner.right + pad,
    boxes: [box, ...inner.boxes.map((each) => ({ parent: id, ...each }))],
    undo: { id, x: inner.right + pad, y: inner.undo!.y },
  }
}

/** The flow from the head of a block to the first of its statements. */
function led({ id }: GraphNode, body: Piece): Piece {
  if (body.entry === undefined) return { ...body, exits: [{ from: id, kind: "flow", points: [{ x: 0, y: 0 }, { x: 0, y: 14 }] }], height: 14, entry: id }
  const below = shifted(body, { x: 0, y: 20 })
  return { ...below, height: body.height + 20, entry: id, edges: [...below.edges, closed({ from: id, kind: "flow", points: [{ x: 0, y: 0 }] }, body.entry, { x: 0, y: 20 })] }
}

/** The same with the way back, at the left of the body. */
function looped(node: GraphNode, body: Piece): Piece {
  const lead = 12
  const inner = shifted(led(node, body), { x: 0, y: lead })
  const edges = inner.edges.map((edge) => (edge.from === node.id && edge.kind === "flow" ? { ...edge, points: straightened([{ x: 0, y: 0 }, ...edge.points]) } : edge))
  if (inner.exits.length === 0) return { ...inner, edges, height: inner.height + lead }
  const turn = inner.height + lead + 12
  const x = -inner.left - frame.gutter
  const exits = inner.exits.map((exit) => lengthened(exit, turn - 6))
  const back: LayoutEdge = {
    id: `${node.id} again`, kind: "loop", from: exits[0]!.from, to: node.id, arrow: true,
    points: [{ x: 0, y: turn }, { x, y: turn }, { x, y: lead }, { x: 0, y: lead }],
  }
  const toTurn = exits.map((exit, index): LayoutEdge => {
    const last = exit.points.at(-1)!
    return { id: `${exit.from} turn ${index}`, kind: exit.kind, from: exit.from, to: node.id, arrow: false, points: straightened([...exit.points, { x: last.x, y: turn }, { x: 0, y: turn }]), ...(exit.label === undefined ? {} : { label: exit.label }) }
  })
  return {
    ...inner, left: inner.left + frame.gutter, height: turn + 4, edges: [...edges, ...toTurn, back],
    exits: [{ from: node.id, kind: "flow", points: [{ x: 0, y: turn }] }],
  }
}

const frameWords: Readonly<Record<string, string>> = { for: "for", while: "while", repeat: "repeat", race: "race", parallel: "parallel", try: "try", saga: "saga", within: "within" }

/** A block as a box with a head; the flow runs through its upper and lower edge. */
function inFrame(node: GraphNode, inner: Piece): Piece {
  const word = frameWords[node.kind] ?? node.kind
  const shown = node.label === node.kind ? "" : clipped(node.label, fonts.detail, 300)
  const note = node.kind === "race" ? [{ kind: "failures", text: "the first wins" } as const] : []
  const wordWidth = widthOf(word, fonts.title) + 8
  const headWidth = wordWidth + (shown === "" ? 0 : widthOf(shown, fonts.detail) + 10)
  const badges = badgeRows([...note, ...node.badges], { x: 0, y: 6 }, 420)
  const badgesWidth = badges.badges.reduce((sum, { w }) => sum + w + 5, 0)
  const left = Math.max(inner.left + frame.side, 40)
  const needed = frame.side * 2 + headWidth + badgesWidth
  const right = Math.max(inner.right + frame.side, 40, needed - left)
  const body = shifted(inner, { x: 0, y: frame.head })
  const isStraight = inner.exits.every(({ points }) => points.at(-1)!.x === 0)
  const h = frame.head + inner.height + (isStraight ? frame.bottom : frame.joinBottom)
  const x = -left
  const box: LayoutBox = {
    id: node.id, role: "group", kind: node.kind, x, y: 0, w: left + right, h, span: node.span, title: tooltipOf(node), ...runPathOf(node),
    texts: [
      { text: word, role: "title", x: x + 14, y: 20, anchor: "start" },
      ...(shown === "" ? [] : [{ text: shown, role: "detail", x: x + 14 + wordWidth, y: 20, anchor: "start" } as const]),
    ],
    badges: badges.badges.map((badge) => ({ ...badge, x: badge.x + x + 14 + headWidth })),
  }
  const leaving = body.exits.map((exit) => closed(exit, node.id, { x: 0, y: h }, false))
  return {
    left, right, height: h, entry: node.id, boxes: [box, ...body.boxes.map((each) => ({ parent: node.id, ...each }))], edges: [...body.edges, ...leaving],
    exits: body.exits.length === 0 ? [] : [{ from: node.id, kind: "flow", points: [{ x: 0, y: h }] }],
    ...(body.undo === undefined ? {} : { undo: { id: node.id, x: right, y: Math.min(body.undo.y, h - 20) } }),
  }
}
