// Parts of a picture while they are put together: each has its flow's line at x = 0 and its top at y = 0.

import type { EdgeKind, LayoutBox, LayoutEdge, LayoutLabel, Point } from "./shape.ts"

/** A line that has begun and not yet arrived. */
export interface OpenEdge {
  readonly from: string
  readonly kind: EdgeKind
  readonly points: readonly Point[]
  readonly label?: LayoutLabel
}

/** Where the line of compensation touches a part. */
export interface UndoAnchor extends Point {
  readonly id: string
}

export interface Piece {
  /** How far it reaches to both sides of its line. */
  readonly left: number
  readonly right: number
  readonly height: number
  readonly boxes: readonly LayoutBox[]
  readonly edges: readonly LayoutEdge[]
  /** Box that the flow enters at (0, 0); absent of an empty part. */
  readonly entry?: string
  readonly exits: readonly OpenEdge[]
  readonly undo?: UndoAnchor
}

export const gaps = { between: 26, join: 14, rail: 16 } as const

function moved<P extends Point>(point: P, by: Point): P {
  return { ...point, x: point.x + by.x, y: point.y + by.y }
}

export function shifted(piece: Piece, by: Point): Piece {
  const label = (each: LayoutLabel | undefined): { label?: LayoutLabel } => (each === undefined ? {} : { label: moved(each, by) })
  return {
    ...piece,
    boxes: piece.boxes.map((box) => ({
      ...moved(box, by), texts: box.texts.map((text) => moved(text, by)), badges: box.badges.map((badge) => moved(badge, by)),
    })),
    edges: piece.edges.map((edge) => ({ ...edge, points: edge.points.map((point) => moved(point, by)), ...label(edge.label) })),
    exits: piece.exits.map((exit) => ({ ...exit, points: exit.points.map((point) => moved(point, by)), ...label(exit.label) })),
    ...(piece.undo === undefined ? {} : { undo: moved(piece.undo, by) }),
  }
}

/** Lets an open line end in a box; it bends once, just above it. */
export function closed({ from, kind, points, label }: OpenEdge, to: string, at: Point, arrow: boolean = true): LayoutEdge {
  const last = points.at(-1)!
  const bend = at.y - gaps.join
  const path = last.x === at.x ? [...points, at] : [...points, { x: last.x, y: bend }, { x: at.x, y: bend }, at]
  return { id: `${from} → ${to}${label === undefined ? "" : ` ${label.title}`}`, kind, from, to, points: straightened(path), arrow, ...(label === undefined ? {} : { label }) }
}

/** Without points that lie on the line between their neighbours. */
export function straightened(points: readonly Point[]): readonly Point[] {
  return points.filter((point, index) => {
    const before = points[index - 1]
    const after = points[index + 1]
    if (before !== undefined && before.x === point.x && before.y === point.y) return false
    if (before === undefined || after === undefined) return true
    return !(before.x === point.x && point.x === after.x) && !(before.y === point.y && point.y === after.y)
  })
}

/** One below the other, joined by lines; undos are joined upwards by a rail at the right. */
export function sequence(pieces: readonly Piece[]): Piece {
  const placed: Piece[] = []
  const edges: LayoutEdge[] = []
  let y = 0
  let open: readonly OpenEdge[] = []
  for (const piece of pieces) {
    if (placed.length > 0) y += gaps.between + (open.some(({ points }) => points.at(-1)!.x !== 0) ? 8 : 0)
    const here = shifted(piece, { x: 0, y })
    for (const exit of open) edges.push(closed(exit, here.entry!, { x: 0, y }))
    placed.push(here)
    open = here.exits
    y += piece.height
  }
  const left = Math.max(0, ...placed.map((piece) => piece.left))
  const right = Math.max(0, ...placed.map((piece) => piece.right))
  const rail = railOf(placed, right + gaps.rail)
  const [first] = placed
  const anchors = placed.flatMap(({ undo }) => (undo === undefined ? [] : [undo]))
  return {
    left, right: rail.length === 0 ? right : right + gaps.rail + 4, height: y,
    boxes: placed.flatMap(({ boxes, undo }) => (rail.length > 0 || undo === undefined ? boxes : boxes.filter(({ id, role }) => role !== "region" || id !== undo.id).map((box) => without(box, undo.id)))),
    edges: [...placed.flatMap((piece) => piece.edges), ...edges, ...rail],
    exits: open.map((exit) => lengthened(exit, y)),
    ...(first?.entry === undefined ? {} : { entry: first.entry }),
    ...(anchors[0] === undefined ? {} : { undo: anchors[0] }),
  }
}

function without({ parent, ...box }: LayoutBox, region: string): LayoutBox {
  return parent === undefined || parent === region ? box : { ...box, parent }
}

export function lengthened(exit: OpenEdge, y: number): OpenEdge {
  const last = exit.points.at(-1)!
  return last.y >= y ? exit : { ...exit, points: straightened([...exit.points, { x: last.x, y }]) }
}

function railOf(placed: readonly Piece[], x: number): readonly LayoutEdge[] {
  const anchors = placed.flatMap(({ undo }) => (undo === undefined ? [] : [undo]))
  return anchors.slice(1).map((later, index) => {
    const earlier = anchors[index]!
    const points = [{ x: later.x, y: later.y - 4 }, { x, y: later.y - 4 }, { x, y: earlier.y + 4 }, { x: earlier.x, y: earlier.y + 4 }]
    return { id: `${later.id} ⇠ ${earlier.id}`, kind: "undo", from: later.id, to: earlier.id, points: straightened(points), arrow: true }
  })
}
