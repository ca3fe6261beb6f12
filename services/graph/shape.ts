// The picture as data: boxes with their texts, lines between them. Pixels; y grows downwards; all coordinates are absolute.

import type { Span } from "../../base/text/span.ts"
import type { GraphKind, GraphBadge, GraphLink } from "../graph.ts"

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Rectangle extends Point {
  readonly w: number
  readonly h: number
}

export interface LayoutText {
  readonly text: string
  readonly role: "title" | "kind" | "detail" | "cost"
  readonly x: number
  /** Of the baseline. */
  readonly y: number
  readonly anchor: "start" | "middle" | "end"
}

export interface LayoutBadge extends Rectangle {
  readonly kind: GraphBadge["kind"]
  readonly text: string
}

/**
 * card: a step. pill: a small statement. decision: `if`, `match`. group: a block around others. region: what belongs
 * together without a frame of its own. link: what a step may run besides. start, end: of the workflow.
 */
export type BoxRole = "start" | "end" | "card" | "pill" | "decision" | "group" | "region" | "link"

export interface LayoutBox extends Rectangle {
  /** Unique; for a step or block the id of its GraphNode. */
  readonly id: string
  readonly role: BoxRole
  readonly kind: GraphKind | GraphLink["kind"] | "start" | "end"
  /** Id of the group around. */
  readonly parent?: string
  readonly texts: readonly LayoutText[]
  readonly badges: readonly LayoutBadge[]
  /** Everything that is known, unclipped: for a tooltip and for readers of the screen. */
  readonly title: string
  /** Where it is written. */
  readonly span?: Span
  /** Path of the step or block in a run, without the numbers of iterations: "DailyBrief/sources/fetchSource". */
  readonly runPath?: string
}

export type EdgeKind = "flow" | "loop" | "error" | "link" | "undo"

export interface LayoutLabel extends Rectangle {
  readonly text: string
  /** Unclipped. */
  readonly title: string
}

export interface LayoutEdge {
  readonly id: string
  /** undo: from the undo of a later step to that of the one before it, the way that a failed run takes. */
  readonly kind: EdgeKind
  readonly from: string
  readonly to: string
  /** A polyline of horizontal and vertical lines; whoever draws it rounds the corners. */
  readonly points: readonly Point[]
  readonly arrow: boolean
  readonly label?: LayoutLabel
}

export interface GraphLayout {
  readonly name: string
  readonly path: string
  readonly width: number
  readonly height: number
  /** Groups before what is in them. */
  readonly boxes: readonly LayoutBox[]
  readonly edges: readonly LayoutEdge[]
}
