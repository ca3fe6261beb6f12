// The grammar as railroad diagrams (SVG), from the same productions as GRAMMAR.md.

import { productions } from "../../grammar/ebnf.ts"

export type Rail =
  | { readonly kind: "terminal" | "rule"; readonly text: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Rail[] }
  | { readonly kind: "optional" | "repeat"; readonly part: Rail }
  /** One or more, with what stands between. */
  | { readonly kind: "list"; readonly part: Rail; readonly separator: Rail }

// ---------------------------------------------------------------- EBNF to rails

export function railOf(definition: string): Rail {
  const tokens = [...definition.matchAll(/"[^"]+"|"""|"|[A-Za-z]\w*|[()|?*]/g)].map(([text]) => text)
  let at = 0
  const choice = (): Rail => {
    const parts = [sequence()]
    while (tokens[at] === "|") {
      at++
      parts.push(sequence())
    }
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts }
  }
  const sequence = (): Rail => {
    const parts: Rail[] = []
    while (at < tokens.length && tokens[at] !== ")" && tokens[at] !== "|") parts.push(repeated(one()))
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts }
  }
  const one = (): Rail => {
    const text = tokens[at++]!
    if (text === "(") {
      const inner = choice()
      at++
      return inner
    }
    return /^[a-z]/.test(text) ? { kind: "rule", text } : { kind: "terminal", text: text.replace(/^"(.+)"$/, "$1") }
  }
  const repeated = (part: Rail): Rail => {
    const mark = tokens[at]
    if (mark !== "?" && mark !== "*") return part
    at++
    return repeated({ kind: mark === "?" ? "optional" : "repeat", part })
  }
  return withLists(choice())
}

/** `x (sep x)*` is drawn as one loop. */
function withLists(rail: Rail): Rail {
  switch (rail.kind) {
    case "sequence": {
      const parts = rail.parts.map(withLists)
      const [first, second] = parts
      if (parts.length === 2 && first !== undefined && second?.kind === "repeat" && second.part.kind === "sequence" && second.part.parts.length === 2 && JSON.stringify(second.part.parts[1]) === JSON.stringify(first)) {
        return { kind: "list", part: first, separator: second.part.parts[0]! }
      }
      return { kind: "sequence", parts }
    }
    case "choice":
      return { kind: "choice", parts: rail.parts.map(withLists) }
    case "optional":
    case "repeat":
      return { ...rail, part: withLists(rail.part) }
    default:
      return rail
  }
}

// ---------------------------------------------------------------- rails to SVG

/** Drawn from the left end of its line; `up` and `down` are its extent above and below that line. */
interface Box {
  readonly width: number
  readonly up: number
  readonly down: number
  readonly draw: (x: number, y: number) => string
}

const gap = 12
const radius = 8
const charWidth = 7.3
const line = (x1: number, y1: number, x2: number, y2: number): string => `<path d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"/>`
const n = (value: number): string => String(Math.round(value * 10) / 10)
const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;")

/** From one line to another: down or up in an S of two arcs. */
function bend(x: number, from: number, to: number): string {
  if (from === to) return ""
  const turn = to > from ? radius : -radius
  return `<path d="M${n(x)} ${n(from)}q${radius} 0 ${radius} ${turn}V${n(to - turn)}q0 ${turn} ${radius} ${turn}"/>`
}

function boxOf(rail: Rail): Box {
  switch (rail.kind) {
    case "terminal":
    case "rule":
      return wordBox(rail.text, rail.kind)
    case "sequence":
      return sequenceBox(rail.parts.map(boxOf))
    case "choice":
      return choiceBox(rail.parts.map(boxOf))
    case "optional":
      return choiceBox([emptyBox, boxOf(rail.part)])
    case "repeat":
      return choiceBox([emptyBox, loopBox(boxOf(rail.part), emptyBox)])
    case "list":
      return loopBox(boxOf(rail.part), boxOf(rail.separator))
  }
}

const emptyBox: Box = { width: 2 * radius, up: 0, down: 0, draw: (x, y) => line(x, y, x + 2 * radius, y) }

function wordBox(text: string, kind: "terminal" | "rule"): Box {
  const width = text.length * charWidth + 20
  const label = `<text x="${n(width / 2)}" y="4">${escaped(text)}</text>`
  const shape = `<rect class="${kind}" y="-13" width="${n(width)}" height="26" rx="${kind === "terminal" ? 13 : 0}"/>`
  const content = kind === "rule" ? `<a href="${text}.svg">${shape}${label}</a>` : shape + label
  return { width, up: 13, down: 13, draw: (x, y) => `<g transform="translate(${n(x)} ${n(y)})">${content}</g>` }
}

function sequenceBox(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return emptyBox
  const width = boxes.reduce((sum, box) => sum + box.width, gap * (boxes.length - 1))
  const draw = (x: number, y: number): string => {
    let at = x
    return boxes.map((box, index) => {
      const before = index === 0 ? "" : line(at - gap, y, at, y)
      const drawn = before + box.draw(at, y)
      at += box.width + gap
      return drawn
    }).join("")
  }
  return { width, up: Math.max(...boxes.map(({ up }) => up)), down: Math.max(...boxes.map(({ down }) => down)), draw }
}

/** The first on the line, the others below it. */
function choiceBox(boxes: readonly Box[]): Box {
  const inner = Math.max(...boxes.map(({ width }) => width))
  const side = 2 * radius
  const offsets: number[] = [0]
  for (let i = 1; i < boxes.length; i++) offsets.push(offsets[i - 1]! + Math.max(boxes[i - 1]!.down, 4) + Math.max(boxes[i]!.up, 4) + 8)
  const draw = (x: number, y: number): string => boxes.map((box, index) => {
    const at = y + offsets[index]!
    const right = x + side + inner
    return bend(x, y, at) + (at === y ? line(x, y, x + side, y) : "") + box.draw(x + side, at) + line(x + side + box.width, at, right, at) + (at === y ? line(right, y, right + side, y) : bend(right, at, y))
  }).join("")
  return { width: inner + 2 * side, up: boxes[0]!.up, down: offsets.at(-1)! + boxes.at(-1)!.down, draw }
}

/** The way back runs below, through what separates. */
function loopBox(part: Box, back: Box): Box {
  const inner = Math.max(part.width, back.width)
  const side = 2 * radius
  const drop = part.down + Math.max(back.up, 4) + 8
  const draw = (x: number, y: number): string => {
    const [left, right, low] = [x + side, x + side + inner, y + drop]
    const start = left + (inner - back.width) / 2
    return [
      line(x, y, left, y), part.draw(left, y), line(left + part.width, y, right + side, y),
      `<path d="M${n(right)} ${n(y)}q${radius} 0 ${radius} ${radius}V${n(low - radius)}q0 ${radius} ${-radius} ${radius}"/>`, line(start + back.width, low, right, low), back.draw(start, low), line(left, low, start, low),
      `<path d="M${n(left)} ${n(low)}q${-radius} 0 ${-radius} ${-radius}V${n(y + radius)}q0 ${-radius} ${radius} ${-radius}"/>`,
    ].join("")
  }
  return { width: inner + 2 * side, up: part.up, down: drop + Math.max(back.down, 4), draw }
}

const style = "path{fill:none;stroke:#6b7280;stroke-width:1.5}rect{stroke:#6b7280;stroke-width:1.2}.terminal{fill:#e0f2fe}.rule{fill:#fef3c7}text{font:13px ui-monospace,monospace;text-anchor:middle;fill:#111827}a:hover rect{stroke-width:2.4}"

export function railroadSvg(name: string, definition: string): string {
  const box = boxOf(railOf(definition.replace(/\s+/g, " ")))
  const [width, height] = [box.width + 80, box.up + box.down + 24]
  const y = box.up + 12
  const ends = `<circle cx="20" cy="${n(y)}" r="4"/><circle cx="${n(width - 20)}" cy="${n(y)}" r="4"/>${line(20, y, 40, y)}${line(width - 40, y, width - 20, y)}`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" aria-label="${escaped(`Syntax of ${name}`)}"><style>${style}</style><rect width="100%" height="100%" fill="#ffffff" stroke="none"/>${ends}${box.draw(40, y)}</svg>\n`
}

export function railroadFiles(): ReadonlyMap<string, string> {
  const all = productions()
  const sections = all.map(({ name, definition }) => `## ${name}\n\n![${name}: ${definition.replace(/\s+/g, " ").replace(/[[\]]/g, "").replaceAll("|", "\\|")}](${name}.svg)\n`)
  const page = `# The grammar in pictures\n\nMade from the parser's rules by \`npm run generate\`, as [GRAMMAR.md](../../grammar/GRAMMAR.md) is. Round boxes are words of the text, square ones are other rules.\n\n${sections.join("\n")}`
  return new Map([["docs/grammar/README.md", page], ...all.map(({ name, definition }) => [`docs/grammar/${name}.svg`, railroadSvg(name, definition)] as const)])
}
