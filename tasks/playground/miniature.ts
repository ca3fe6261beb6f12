// A workflow's graph as shapes alone, small enough to be on a card of the gallery, and what the workflow shows in words.

import { join } from "node:path"
import { graphsOfFile } from "../../cli/graph-of-file.ts"
import { layoutOf, type GraphLayout } from "../../services/graph/layout.ts"
import { roundedPath } from "../../services/graph/svg.ts"
import { tintOf } from "../../services/graph/tokens.ts"
import type { Card, Miniature } from "../../playground/src/shell/card.ts"

/** The card of an example; its largest workflow stands for it. */
export function cardOf(root: string, id: string, program: string): Card {
  const layouts = graphsOfFile(join(root, "examples", id, program)).graphs.map(layoutOf)
  const [largest] = [...layouts].sort((a, b) => b.boxes.length - a.boxes.length)
  if (largest === undefined) throw new Error(`examples/${id} has no workflow`)
  return { id, miniature: miniature(largest), shows: shows(layouts) }
}

function miniature({ width, boxes, edges }: GraphLayout): Miniature {
  const start = boxes.find(({ role }) => role === "start")
  return {
    width, middle: start === undefined ? width / 2 : Math.round(start.x + start.w / 2), top: start === undefined ? 0 : Math.round(start.y + start.h),
    // How a workflow starts is alike everywhere.
    boxes: boxes.filter(({ role }) => role !== "region" && role !== "start").map(({ role, kind, x, y, w, h, texts }) => ({
      role, tint: tintOf(kind), x: Math.round(x), y: Math.round(y), w: Math.round(w), h: Math.round(h),
      lines: role === "card" ? Math.min(3, texts.length) : 0,
    })),
    edges: edges.map(({ kind, points }) => ({ kind, path: roundedPath(points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }))) })),
  }
}

const topics: readonly (readonly [text: string, kinds: readonly string[]])[] = [
  ["compensation", ["undo"]], ["people", ["human", "approval"]], ["budget", ["budget"]], ["fallback", ["fallback"]], ["circuit breaker", ["circuit"]],
  ["dead letter", ["deadLetter"]], ["handoff", ["handoff"]], ["parallel", ["parallel"]], ["race", ["race"]], ["agents", ["agent"]], ["retry", ["retry"]],
]

function shows(layouts: readonly GraphLayout[]): readonly string[] {
  const kinds = new Set<string>(layouts.flatMap(({ boxes }) => boxes.flatMap(({ kind, badges }) => [kind, ...badges.map((badge) => badge.kind)])))
  return topics.filter(([, any]) => any.some((kind) => kinds.has(kind))).map(([text]) => text).slice(0, 4)
}
