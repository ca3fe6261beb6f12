// The picture as SVG text. All text of the program is escaped; colours are custom properties, so that a page can set them.

import type { GraphLayout, LayoutBox, LayoutEdge, LayoutText, Point } from "./layout.ts"
import { graphCss, tintOf } from "./tokens.ts"

export interface SvgOptions {
  /** False for a page that has `graphCss` in a style sheet of its own. */
  readonly withStyle?: boolean
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }

/** Control characters have no place in XML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
}

export function svgOf({ name, width, height, boxes, edges }: GraphLayout, { withStyle = true }: SvgOptions = {}): string {
  const frames = boxes.filter(({ role }) => role === "group" || role === "region")
  const others = boxes.filter(({ role }) => role !== "group" && role !== "region")
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="af-graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`Graph of workflow ${name}`)}">`,
    ...(withStyle ? [`<style>${graphCss}</style>`] : []),
    ...frames.map(boxOf), ...edges.map((edge) => edgeOf(edge, beginsInside(edge, frames))), ...others.map(boxOf), ...edges.flatMap(labelOf),
    "</svg>", "",
  ].join("\n")
}

function beginsInside({ kind, from, points }: LayoutEdge, frames: readonly LayoutBox[]): boolean {
  const frame = frames.find(({ id }) => id === from)
  return frame !== undefined && kind === "flow" && points[0]!.y < frame.y + frame.h - 1
}

function boxOf(box: LayoutBox): string {
  const { id, role, kind, x, y, w, h, texts, badges, title } = box
  const radius = role === "end" || role === "pill" ? h / 2 : role === "link" ? 7 : role === "group" || role === "region" ? 12 : role === "decision" ? h / 2 : 9
  return [
    `<g class="af-${role} af-is-${tintOf(kind)}" data-id="${escaped(id)}"${box.span === undefined ? "" : ` data-start="${box.span.start}" data-end="${box.span.end}"`}>`,
    `<title>${escaped(title)}</title>`,
    `<rect class="af-frame" x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" rx="${radius}"/>`,
    ...(role === "card" ? [`<rect class="af-strip" x="${round(x)}" y="${round(y + 10)}" width="3.5" height="${round(h - 20)}" rx="1.75"/>`] : []),
    ...texts.map(textOf),
    ...badges.map(({ x: left, y: top, w: width, h: height, text }) =>
      `<g class="af-badge"><rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="${height / 2}"/><text x="${round(left + width / 2)}" y="${round(top + 12.5)}" text-anchor="middle">${escaped(text)}</text></g>`),
    "</g>",
  ].join("")
}

function textOf({ text, role, x, y, anchor }: LayoutText): string {
  return `<text class="af-${role}" x="${round(x)}" y="${round(y)}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escaped(text)}</text>`
}

function edgeOf({ id, kind, points, arrow }: LayoutEdge, isInner: boolean): string {
  const tip = arrow ? tipOf(points) : undefined
  const path = roundedPath(tip === undefined ? points : [...points.slice(0, -1), tip.base])
  // A flow that begins inside a block has no box to begin at.
  const [first] = points
  const dot = isInner && first !== undefined ? `<circle class="af-dot af-tip-${kind}" cx="${round(first.x)}" cy="${round(first.y)}" r="3.5"/>` : ""
  return `<g data-edge="${escaped(id)}">${dot}<path class="af-edge af-edge-${kind}" d="${path}"/>${tip === undefined ? "" : `<path class="af-tip af-tip-${kind}" d="${tip.path}"/>`}</g>`
}

function labelOf({ kind, label }: LayoutEdge): readonly string[] {
  if (label === undefined) return []
  const { x, y, w, h, text, title } = label
  return [`<g class="af-label af-label-${kind}"><title>${escaped(title)}</title><rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${h}" rx="${h / 2}"/><text x="${round(x + w / 2)}" y="${round(y + 12.8)}" text-anchor="middle">${escaped(text)}</text></g>`]
}

/** An arrow's head, and where its line ends. */
function tipOf(points: readonly Point[]): { readonly path: string; readonly base: Point } {
  const end = points.at(-1)!
  const before = points.at(-2) ?? end
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1
  const along = { x: (end.x - before.x) / length, y: (end.y - before.y) / length }
  const at = (back: number, side: number): string => `${round(end.x - along.x * back - along.y * side)} ${round(end.y - along.y * back + along.x * side)}`
  return { path: `M${at(0, 0)}L${at(8, 4)}L${at(8, -4)}Z`, base: { x: end.x - along.x * 7, y: end.y - along.y * 7 } }
}

const cornerRadius = 8

export function roundedPath(points: readonly Point[]): string {
  const [first] = points
  if (first === undefined) return ""
  let path = `M${round(first.x)} ${round(first.y)}`
  for (let index = 1; index < points.length; index++) {
    const point = points[index]!
    const next = points[index + 1]
    if (next === undefined) {
      path += `L${round(point.x)} ${round(point.y)}`
      continue
    }
    const before = points[index - 1]!
    const radius = Math.min(cornerRadius, distance(before, point) / 2, distance(point, next) / 2)
    const entry = towards(point, before, radius)
    const exit = towards(point, next, radius)
    path += `L${round(entry.x)} ${round(entry.y)}Q${round(point.x)} ${round(point.y)} ${round(exit.x)} ${round(exit.y)}`
  }
  return path
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
