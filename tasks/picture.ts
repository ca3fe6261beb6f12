// Draws terminal output as an SVG: FORCE_COLOR=1 npm start | node tasks/picture.ts docs/pictures/start.svg

import { readFileSync, writeFileSync } from "node:fs"

const columns = 112
const lineHeight = 19
const charWidth = 8.05
const padding = 18
const barHeight = 34

/** Foreground colours of the terminal's codes, on a dark ground; each has a contrast of at least 4.5:1. */
const colours: Readonly<Record<string, string>> = {
  "31": "#ff7b72", "32": "#6fdd8b", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#76e3ea",
}
const ground = "#0d1117"
const text = "#e6edf3"
const dim = "#9198a1"

interface Style {
  readonly colour?: string
  readonly bold?: boolean
  readonly dim?: boolean
}

/** Spaces become no-break spaces: SVG text would run them together. */
function escape(part: string): string {
  return part.replaceAll(" ", "\u00a0").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}

function next(style: Style, code: string): Style {
  const { colour, ...rest } = style
  switch (code) {
    case "0": return {}
    case "1": return { ...style, bold: true }
    case "2": return { ...style, dim: true }
    case "22": return colour === undefined ? {} : { colour }
    case "39": return rest
    default: return colours[code] === undefined ? style : { ...style, colour: colours[code]! }
  }
}

/** One line as spans; text beyond the width is cut with an ellipsis. */
function drawLine(line: string): string {
  let style: Style = {}
  let used = 0
  let result = ""
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    const codes = /^\u001b\[([0-9;]*)m$/.exec(part)?.[1]
    if (codes !== undefined) {
      for (const code of codes.split(";")) style = next(style, code || "0")
      continue
    }
    const room = columns - used
    const shown = part.length > room ? `${part.slice(0, Math.max(0, room - 1))}…` : part
    if (shown === "" || room <= 0) continue
    used += shown.length
    const fill = style.colour ?? (style.dim ? dim : text)
    result += `<tspan fill="${fill}"${style.bold ? ' font-weight="bold"' : ""}>${escape(shown)}</tspan>`
  }
  return result
}

const [target] = process.argv.slice(2)
if (target === undefined) {
  console.error("usage: COMMAND | node tasks/picture.ts FILE.svg")
  process.exit(2)
}
const lines = readFileSync(0, "utf8").trimEnd().split("\n")
const width = Math.ceil(columns * charWidth + padding * 2)
const height = barHeight + lines.length * lineHeight + padding * 2
const body = lines.map((line, index) => `<text x="${padding}" y="${barHeight + padding + index * lineHeight + 12}">${drawLine(line)}</text>`)
writeFileSync(target, `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Terminal output">
<rect width="100%" height="100%" rx="10" fill="${ground}"/>
<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.4">
${body.join("\n")}
</g>
</svg>
`)
