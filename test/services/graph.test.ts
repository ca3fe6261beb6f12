// Pictures of workflows: nothing overlaps, text fits, lines meet boxes, small edits move little, hostile text stays text.

import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { graphsOf, type GraphNode, type WorkflowGraph } from "../../services/graph.ts"
import { fonts } from "../../services/graph/cards.ts"
import { dotOf } from "../../services/graph/dot.ts"
import { layoutOf, type GraphLayout, type LayoutBox, type Point, type Rectangle } from "../../services/graph/layout.ts"
import { clipped, widthOf, wrapped } from "../../services/graph/measure.ts"
import { mermaidOf } from "../../services/graph/mermaid.ts"
import { svgOf } from "../../services/graph/svg.ts"
import { dark, light } from "../../services/graph/tokens.ts"
import { treeOf } from "../../services/graph/tree.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace } from "../../services/workspace.ts"

const examples = globSync(join(import.meta.dirname, "../../examples/*/*.agentflow")).sort()

function graphsOfText(text: string): readonly WorkflowGraph[] {
  const workspace = createWorkspace(emptyHost)
  workspace.open("/a.agentflow", text, 1)
  return graphsOf(workspace, "/a.agentflow")
}

function graphsOfExample(path: string): readonly WorkflowGraph[] {
  return graphsOf(createWorkspace({ ...emptyHost, readText: (each) => (existsSync(each) ? readFileSync(each, "utf8") : undefined) }), path)
}

const declarations = `
type R { id: string }
tool a(x: string): R = POST "https://a.example/{x}" { writes  idempotent  retry 2 times  timeout 5s  compensate b(result.id)  manual by "ops" within 4h }
tool b(x: string) = DELETE "https://a.example/{x}" { writes  idempotent  retry 2 times }
tool c(x: string): R = GET "https://a.example/{x}" { reads  retry 2 times  fallback { id: "" } on unavailable }
human h(x: string): bool { ask "Is {x} right?"  timeout 1d  fallback false }
model m = openai("m") { price $1 in, $1 out per 1M tokens  context 100k  output 2k }
agent Helper(q: string): string { model m  prompt "{q}"  tools c, h  handoffs Other  budget 20k tokens }
agent Other(q: string): string { model m  prompt "{q}"  budget 20k tokens }
error Bad
`

const { statement } = fc.letrec<{ statement: string; block: string }>((tie) => ({
  statement: fc.oneof({ depthSize: "small", withCrossShrink: true },
    fc.constantFrom('a("x")', 'c("y")', 'h("z")', 'Helper("q")', "sleep 5m", 'log "said"', 'fail Bad("no")', 'return "done"'),
    fc.tuple(tie("block"), fc.option(tie("block"))).map(([then, otherwise]) => `if n > 3 ${then}${otherwise === null ? "" : ` else ${otherwise}`}`),
    tie("block").map((body) => `for x, i in ["1", "2"], 2 at a time ${body}`),
    tie("block").map((body) => `repeat up to 3 times ${body} until n > 1`),
    fc.array(tie("block"), { minLength: 1, maxLength: 4 }).map((lanes) => `parallel { ${lanes.map((lane, index) => `lane${index} = do ${lane}`).join("  ")} }`),
    fc.array(tie("block"), { minLength: 1, maxLength: 3 }).map((lanes) => `race { ${lanes.map((lane, index) => `lane${index} = do ${lane}`).join("  ")} }`),
    fc.tuple(tie("block"), tie("block"), tie("block")).map(([body, one, other]) => `try ${body} catch timeout as e ${one} catch e ${other}`),
    tie("block").map((body) => `saga ${body}`),
    tie("block").map((body) => `within deadline 5m ${body}`),
  ),
  block: fc.array(tie("statement"), { maxLength: 4 }).map((all) => `{\n${all.join("\n")}\n}`),
}))
const workflow = fc.array(statement, { maxLength: 8 }).map((all) => `${declarations}workflow W(n: int): string {\n  budget $1\n${all.join("\n")}\n  return "end"\n}\n`)

const within = (inner: Rectangle, outer: Rectangle): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h
const apart = (a: Rectangle, b: Rectangle): boolean => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y

function crosses({ x, y, w, h }: Rectangle, from: Point, to: Point): boolean {
  const [left, right, top, bottom] = [Math.min(from.x, to.x), Math.max(from.x, to.x), Math.min(from.y, to.y), Math.max(from.y, to.y)]
  return left < x + w - 1 && right > x + 1 && top < y + h - 1 && bottom > y + 1
}

function expectGood(layout: GraphLayout): void {
  const { boxes, edges, width, height } = layout
  const byId = new Map(boxes.map((box) => [box.id, box]))
  expect(byId.size).toBe(boxes.length)
  expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length)
  const solid = boxes.filter(({ role }) => role !== "group" && role !== "region")
  const problems: string[] = []
  for (const [index, box] of solid.entries()) {
    for (const other of solid.slice(index + 1)) if (!apart(box, other)) problems.push(`${box.id} lies on ${other.id}`)
  }
  for (const box of boxes) {
    if (!within(box, { x: 0, y: 0, w: width, h: height })) problems.push(`${box.id} is off the page`)
    const parent = box.parent === undefined ? undefined : byId.get(box.parent)
    if (box.parent !== undefined && (parent === undefined || !within(box, parent))) problems.push(`${box.id} leaves ${box.parent}`)
    problems.push(...textProblems(box))
  }
  for (const { id, from, to, points, label } of edges) {
    if (!byId.has(from) || !byId.has(to)) problems.push(`${id} joins nothing`)
    for (const [index, point] of points.entries()) {
      const next = points[index + 1]
      if (next === undefined) continue
      if (point.x !== next.x && point.y !== next.y) problems.push(`${id} is slanted`)
      for (const box of solid) if (crosses(box, point, next)) problems.push(`${id} runs through ${box.id}`)
    }
    if (label !== undefined) for (const box of solid) if (!apart(label, box)) problems.push(`label ${label.text} lies on ${box.id}`)
  }
  expect(problems).toEqual([])
}

function textProblems(box: LayoutBox): readonly string[] {
  const spans = box.texts.map(({ text, role, x, anchor }) => {
    const w = widthOf(text, fonts[role])
    return { text, x: anchor === "start" ? x : anchor === "end" ? x - w : x - w / 2, w }
  })
  const outside = spans.filter(({ x, w }) => x < box.x + 4 || x + w > box.x + box.w - 4).map(({ text }) => `'${text}' leaves ${box.id}`)
  const badges = box.badges.filter((badge) => !within(badge, box) || widthOf(badge.text, fonts.badge) > badge.w - 8).map(({ text }) => `badge '${text}' leaves ${box.id}`)
  return [...outside, ...badges]
}

describe("graph", () => {
  it.each(examples.flatMap((path) => graphsOfExample(path).map((graph) => [`${path.split("/").at(-1)} ${graph.name}`, graph] as const)))("lays %s out", (_name, graph) => {
    expectGood(layoutOf(graph))
  })

  it("lays any program out", () => {
    fc.assert(fc.property(workflow, (text) => {
      for (const graph of graphsOfText(text)) expectGood(layoutOf(graph))
    }), { seed: 7, numRuns: 150 })
  })

  it("gives each node an id of its own, and a box or a label", () => {
    fc.assert(fc.property(workflow, (text) => {
      const all = (nodes: readonly GraphNode[]): readonly GraphNode[] => nodes.flatMap((node) => [node, ...all(node.children)])
      for (const graph of graphsOfText(text)) {
        const nodes = all(graph.nodes)
        expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length)
        const drawn = new Set(layoutOf(graph).boxes.map(({ id }) => id))
        for (const { id, kind, children } of nodes) if (children.length === 0 && !["branch", "catch", "if", "match", "for", "repeat", "while", "parallel", "race", "try", "saga", "within"].includes(kind)) expect(drawn).toContain(id)
      }
    }), { seed: 8, numRuns: 60 })
  })

  it("moves nothing sideways when a name grows by a letter, and keeps what is above", () => {
    const before = layoutOf(graphsOfText(`${declarations}workflow W(n: int) {\n  a("x")\n  c("y")\n  log "said"\n}`)[0]!)
    const after = layoutOf(graphsOfText(`${declarations}workflow W(n: int) {\n  a("x")\n  c("y")\n  log "saids"\n}`)[0]!)
    expect(after.boxes.map(({ id, x, y }) => ({ id, x, y }))).toEqual(before.boxes.map(({ id, x, y }) => ({ id, x, y })))
    const longer = layoutOf(graphsOfText(`${declarations}workflow W(n: int) {\n  a("x")\n  c("y")\n  sleep 5m\n  log "said"\n}`)[0]!)
    for (const { id, y } of before.boxes.filter(({ id: each }) => !/log|end/.test(each))) expect(longer.boxes.find((box) => box.id === id)?.y).toBe(y)
  })

  it("draws the way of compensation from the last undo to the first", () => {
    const [graph] = graphsOfText(`${declarations}workflow W(n: int) {\n  a("1")\n  parallel { l = a("2") }\n  a("3")\n}`)
    const undo = layoutOf(graph!).edges.filter(({ kind }) => kind === "undo")
    expect(undo.map(({ from, to }) => `${from} > ${to}`)).toEqual(["W/parallel > W/a undo b", "W/a#2 undo b > W/parallel"])
  })

  it("keeps hostile text as text", () => {
    const [graph] = graphsOfText('human h(x: string): bool { ask "</text><script>alert(1)</script>\\" & {x}"  timeout 1d }\nworkflow W(x: string) {\n  h(x)\n  log "]]> <b> `|{}| --> \\n"\n}')
    const svg = svgOf(layoutOf(graph!))
    expect(svg).not.toMatch(/<script|<b>/)
    expect(svg).toContain("&lt;script&gt;")
    expect(mermaidOf(graph!)).not.toMatch(/<script|<b>|`/)
    expect(dotOf(graph!).split("\n").filter((line) => (line.replaceAll("\\\\", "").replaceAll('\\"', "").split('"').length - 1) % 2 !== 0)).toEqual([])
  })

  it("writes the tree for terminals with and without Unicode", () => {
    const [graph] = graphsOfText(`${declarations}workflow W(n: int): string {\n  budget $1\n  if n > 1 { a("x") } else { h("y") }\n  return "end"\n}`)
    expect(treeOf(graph!, { unicode: true, columns: 200 })).toBe([
      "W(n: int): string", "│  budget $1", "├─ if n > 1", "│  ├─ then",
      "│  │  └─ a tool POST a.example/…  retry 2× · timeout 5s · ↩ b · stuck? ops within 4h · ≤ 3 tool calls, 49s",
      "│  └─ else", "│     └─ h human Is {x} right?  timeout 1d · else false · ≤ 31s", '└─ return "end"', "",
    ].join("\n"))
    const narrow = treeOf(graph!, { unicode: false, columns: 40 }).replace("a.example/…", "")
    expect(narrow).toMatch(/^[ -~\n]*$/)
    expect(Math.max(...narrow.split("\n").map((line) => line.length))).toBeLessThanOrEqual(40)
  })

  it("has a node and an edge for each in mermaid and dot", () => {
    const [graph] = graphsOfText(`${declarations}workflow W(n: int) {\n  for x in ["1"] { a(x) }\n  try { c("1") } catch e { log "no" }\n}`)
    for (const text of [mermaidOf(graph!), dotOf(graph!)]) {
      const declared = new Set([...text.matchAll(/^\s*(n\d+)(?: \[|\[|\(|\{)/gm)].map(([, id]) => id))
      const used = [...text.matchAll(/^\s*(n\d+) (?:-->|-\.->|-\.-|->)(?:\|"[^"]*"\|)? (n\d+)/gm)].flatMap(([, from, to]) => [from, to])
      expect(used.length).toBeGreaterThan(10)
      expect(used.filter((id) => !declared.has(id))).toEqual([])
    }
  })

  it("stands in colours of enough contrast", () => {
    const pairs = [["text", "ground"], ["muted", "ground"], ["text", "card"], ["muted", "card"], ["muted", "group"], ["badge-text", "badge"], ["badge-text", "card"], ["muted", "label"], ["fail", "label"], ["control", "group"], ["text", "workflow-fill"], ["muted", "workflow-fill"], ["muted", "control-fill"],
      ...["tool", "agent", "human", "workflow", "control", "fail", "undo"].flatMap((kind) => [[kind, `${kind}-fill`], ["text", `${kind}-fill`], [kind, "card"]])]
    for (const theme of [light, dark]) for (const [ink, ground] of pairs) expect([ink, ground, contrast(theme[ink!]!, theme[ground!]!) >= 4.5]).toEqual([ink, ground, true])
  })

  it("clips and wraps text to a width", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 20, max: 300 }), (text, width) => {
      expect(widthOf(clipped(text, { size: 11 }, width), { size: 11 })).toBeLessThanOrEqual(width)
      const lines = wrapped(text, { size: 11 }, { width, lines: 2 })
      expect(lines.length).toBeLessThanOrEqual(2)
      expect(widthOf(lines.at(-1) ?? "", { size: 11 })).toBeLessThanOrEqual(width)
    }), { seed: 9 })
  })
})

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
