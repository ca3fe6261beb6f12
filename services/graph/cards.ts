// Boxes of single statements: a step with its clauses and what else it may run, a pill, the heads of blocks.

import type { GraphBadge, GraphLink, GraphNode } from "../graph.ts"
import { clipped, widthOf, wrapped, type Font } from "./measure.ts"
import { straightened, type Piece } from "./piece.ts"
import type { LayoutBadge, LayoutBox, LayoutEdge, LayoutLabel, LayoutText, Point } from "./shape.ts"

export const fonts = {
  title: { size: 13, bold: true }, kind: { size: 10.5 }, detail: { size: 11 }, cost: { size: 11 }, badge: { size: 10.5 }, label: { size: 11 },
} as const satisfies Readonly<Record<string, Font>>

const card = { min: 168, max: 272, side: 14, top: 11, bottom: 11 } as const
const badgeHeight = 18
const badgeGap = 5
/** Badges stand beside each other up to here. */
const badgesMax = 236
const linkHeight = 24
const linkGap = 7

/** Widths change in steps, so that a letter more moves nothing. */
export function stepped(width: number): number {
  return Math.ceil(width / 16) * 16
}

/** Rows of badges in a width; none is wider than it. */
export function badgeRows(badges: readonly GraphBadge[], at: Point, width: number): { readonly badges: readonly LayoutBadge[]; readonly height: number } {
  const placed: LayoutBadge[] = []
  let x = 0
  let y = 0
  for (const { kind, text } of badges) {
    const shown = clipped(text, fonts.badge, width - 12)
    const w = widthOf(shown, fonts.badge) + 12
    if (x > 0 && x + w > width) {
      x = 0
      y += badgeHeight + badgeGap
    }
    placed.push({ kind, text: shown, x: at.x + x, y: at.y + y, w, h: badgeHeight })
    x += w + badgeGap
  }
  return { badges: placed, height: badges.length === 0 ? 0 : y + badgeHeight }
}

export interface CardContent {
  readonly title: string
  readonly kind: string
  readonly details: readonly string[]
  readonly badges: readonly GraphBadge[]
  readonly cost?: string
}

/** A card with its top at y = 0, its middle at x = 0. */
export function cardBox(content: CardContent, rest: Pick<LayoutBox, "id" | "role" | "kind" | "title" | "span" | "runPath">): LayoutBox {
  const { title, kind, details, badges, cost } = content
  const kindWidth = kind === "" ? 0 : widthOf(kind, fonts.kind) + 12
  const wanted = Math.max(
    widthOf(title, fonts.title) + kindWidth, ...details.map((line) => widthOf(line, fonts.detail)), cost === undefined ? 0 : widthOf(cost, fonts.cost),
    ...badges.map(({ text }) => widthOf(text, fonts.badge) + 12),
    Math.min(badgesMax, badges.reduce((sum, { text }) => sum + widthOf(text, fonts.badge) + 12 + badgeGap, -badgeGap)),
  )
  const w = stepped(Math.min(card.max, Math.max(card.min, wanted + 2 * card.side)))
  const inner = w - 2 * card.side
  const x = -w / 2
  const left = x + card.side
  const texts: LayoutText[] = [{ text: clipped(title, fonts.title, inner - kindWidth), role: "title", x: left, y: card.top + 11, anchor: "start" }]
  if (kind !== "") texts.push({ text: kind, role: "kind", x: x + w - card.side, y: card.top + 11, anchor: "end" })
  let y = card.top + 16
  for (const line of details.flatMap((each) => wrapped(each, fonts.detail, { width: inner, lines: 2 }))) {
    texts.push({ text: line, role: "detail", x: left, y: y + 12, anchor: "start" })
    y += 15
  }
  const rows = badgeRows(badges, { x: left, y: y + 7 }, inner)
  if (rows.height > 0) y += 7 + rows.height
  if (cost !== undefined) {
    texts.push({ text: clipped(cost, fonts.cost, inner), role: "cost", x: left, y: y + 16, anchor: "start" })
    y += 17
  }
  return { ...rest, x, y: 0, w, h: y + card.bottom, texts, badges: rows.badges }
}

export function tooltipOf({ label, kind, detail, clauses, links, cost }: GraphNode): string {
  const uses = links.map(({ kind: how, name, note }) => `${how}: ${name}${note === undefined ? "" : ` ${note}`}`)
  return [`${kind} ${label}`, ...(detail === undefined ? [] : [detail]), ...clauses, ...uses, ...(cost === undefined ? [] : [`worst case: ${cost}`])].join("\n")
}

/** "≤ $0.05, 30k tokens; unbounded time" */
export function costLine(cost: string): string {
  const parts = cost.split(", ")
  const open = parts.filter((part) => part.startsWith("unbounded"))
  const bounded = parts.filter((part) => !part.startsWith("unbounded"))
  const opened = open.length > 1 ? "unbounded" : open.join("")
  return [bounded.length === 0 ? "" : `≤ ${bounded.join(", ")}`, opened].filter((part) => part !== "").join("; ")
}

/** A step: its card, and at its right what else it may run. */
export function stepPiece(node: GraphNode): Piece {
  const box = cardBox(
    { title: node.label, kind: node.kind, details: node.detail === undefined ? [] : [node.detail], badges: node.badges, ...(node.cost === undefined ? {} : { cost: costLine(node.cost) }) },
    { id: node.id, role: "card", kind: node.kind, title: tooltipOf(node), span: node.span, ...runPathOf(node) },
  )
  const height = node.links.length * linkHeight + Math.max(0, node.links.length - 1) * linkGap
  const top = Math.max(0, Math.round((box.h - height) / 2))
  const links = node.links.map((link, index) => linkBox(link, node, { x: box.w / 2 + 24, y: top + index * (linkHeight + linkGap) }))
  const undo = links.find(({ kind }) => kind === "undo")
  return {
    left: box.w / 2, right: Math.max(box.w / 2, ...links.map(({ x, w }) => x + w)), height: Math.max(box.h, height),
    boxes: [box, ...links], edges: links.map((link) => linkEdge(box, link)), entry: node.id,
    exits: [{ from: node.id, kind: "flow", points: [{ x: 0, y: box.h }] }],
    ...(undo === undefined ? {} : { undo: { id: undo.id, x: undo.x + undo.w, y: undo.y + undo.h / 2 } }),
  }
}

const linkWords: { readonly [Kind in GraphLink["kind"]]: string } = {
  undo: "undo", fallback: "else", manual: "stuck?", approval: "asks", tool: "uses", handoff: "hands to",
}

/** What a run calls the part of a step that a link stands for. */
const runParts: { readonly [Kind in GraphLink["kind"]]?: string } = { undo: "undo", fallback: "fallback", approval: "approve", manual: "manual" }

export function runPathOf({ runPath }: GraphNode): Pick<LayoutBox, "runPath"> {
  return runPath === undefined ? {} : { runPath }
}

function linkBox({ kind, name, note }: GraphLink, node: GraphNode, at: Point): LayoutBox {
  const word = linkWords[kind]
  const shown = clipped(note === undefined ? name : `${name} ${note}`, fonts.detail, 190)
  const wordWidth = widthOf(word, fonts.kind) + 7
  const w = widthOf(shown, fonts.detail) + wordWidth + 20
  return {
    id: `${node.id} ${kind} ${name}`, role: "link", kind, x: at.x, y: at.y, w, h: linkHeight, badges: [], span: node.span,
    title: `${word} ${name}${note === undefined ? "" : ` ${note}`}`, ...(node.runPath === undefined || runParts[kind] === undefined ? {} : { runPath: `${node.runPath}/${runParts[kind]}` }),
    texts: [
      { text: word, role: "kind", x: at.x + 10, y: at.y + 16, anchor: "start" },
      { text: shown, role: "detail", x: at.x + 10 + wordWidth, y: at.y + 16, anchor: "start" },
    ],
  }
}

function linkEdge(box: LayoutBox, link: LayoutBox): LayoutEdge {
  const from = { x: box.x + box.w, y: Math.min(Math.round(box.h / 2), box.h - 8) }
  const to = { x: link.x, y: link.y + link.h / 2 }
  const middle = from.x + 12
  const straight = Math.abs(from.y - to.y) < 1
  const points = straight ? [from, { x: to.x, y: from.y }] : straightened([from, { x: middle, y: from.y }, { x: middle, y: to.y }, to])
  return { id: `${box.id} – ${link.id}`, kind: "link", from: box.id, to: link.id, points, arrow: false }
}

const ends: ReadonlySet<string> = new Set(["return", "fail", "continue"])

/** A statement that is no step: a wait, a log, a return. */
export function pillPiece(node: GraphNode): Piece {
  const shown = clipped(node.label, fonts.detail, 240)
  const rows = badgeRows(node.badges, { x: 0, y: 0 }, 240)
  const badgesWidth = rows.badges.reduce((sum, { w }) => sum + w + badgeGap, 0)
  const textWidth = widthOf(shown, fonts.detail)
  const w = stepped(textWidth + badgesWidth + 32)
  const start = -(textWidth + badgesWidth) / 2
  const box: LayoutBox = {
    id: node.id, role: "pill", kind: node.kind, x: -w / 2, y: 0, w, h: 30, span: node.span, title: tooltipOf(node), ...runPathOf(node),
    texts: [{ text: shown, role: "detail", x: start, y: 19, anchor: "start" }],
    badges: rows.badges.map((badge) => ({ ...badge, x: badge.x + start + textWidth + badgeGap + 3, y: 6 })),
  }
  return {
    left: w / 2, right: w / 2, height: box.h, boxes: [box], edges: [], entry: node.id,
    exits: ends.has(node.kind) ? [] : [{ from: node.id, kind: "flow", points: [{ x: 0, y: box.h }] }],
  }
}

/** A word on a line, its middle at the point. */
export function labelAt({ x, y }: Point, text: string): LayoutLabel {
  const shown = clipped(text, fonts.label, 180)
  const w = widthOf(shown, fonts.label) + 14
  return { text: shown, title: text, x: x - w / 2, y: y - 9, w, h: 18 }
}
