// A run over time as SVG: a row for each step, a bar for each attempt, a line where a fault struck.

import type { Bar, Observation } from "./observe.ts"

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
}

const [width, labelWidth, rowHeight, bottom] = [960, 250, 18, 26]
const rowsMax = 24
const labelLength = 36

/** Colours are the page's: the picture carries classes and follows light and dark. */
export function picture(run: Observation): string {
  const fromMs = Math.min(...run.bars.map((bar) => bar.fromMs), ...run.marks.map(({ atMs }) => atMs))
  const toMs = Math.max(fromMs + 1, ...run.bars.map((bar) => bar.toMs), ...run.marks.map(({ atMs }) => atMs))
  const rows = [...new Set(run.bars.map(({ row }) => row))]
  const shown = rows.slice(0, rowsMax)
  const top = run.marks.length === 0 ? 8 : 42
  const x = (ms: number): number => labelWidth + ((ms - fromMs) / (toMs - fromMs)) * (width - labelWidth - 12)
  const y = (row: string): number => top + shown.indexOf(row) * rowHeight
  const height = top + shown.length * rowHeight + bottom
  const labels = shown.map((row) => `<text class="label" x="${labelWidth - 8}" y="${y(row) + 13}" text-anchor="end">${escaped(shortened(row))}<title>${escaped(row)}</title></text>`)
  const bars = run.bars.filter(({ row }) => shown.includes(row)).map((bar) => barOf(bar, { x: x(bar.fromMs), y: y(bar.row) + 3, width: Math.max(3, x(bar.toMs) - x(bar.fromMs)), sinceMs: bar.fromMs - fromMs }))
  const more = rows.length > shown.length ? [`<text class="label" x="${labelWidth - 8}" y="${height - 8}" text-anchor="end">and ${rows.length - shown.length} more</text>`] : []
  const title = `${run.status} after ${seconds(run.durationMs)}${run.marks.map(({ text, atMs }) => `; ${text} at ${seconds(atMs - fromMs)}`).join("")}`
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}"><title>${escaped(title)}</title>
${[...axis(x, { fromMs, toMs, top, height }), ...labels, ...bars, ...marksOf(run, x, height), ...more].join("\n")}
</svg>`
}

function barOf({ row, outcome, fromMs, toMs }: Bar, at: { readonly x: number; readonly y: number; readonly width: number; readonly sinceMs: number }): string {
  const title = `${row}: ${outcome}, ${seconds(toMs - fromMs)} from ${seconds(at.sinceMs)}`
  return `<rect class="bar ${outcome}" x="${at.x.toFixed(1)}" y="${at.y}" width="${at.width.toFixed(1)}" height="${rowHeight - 6}" rx="2"><title>${escaped(title)}</title></rect>`
}

function axis(x: (ms: number) => number, { fromMs, toMs, top, height }: { readonly fromMs: number; readonly toMs: number; readonly top: number; readonly height: number }): readonly string[] {
  const step = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000].find((each) => (toMs - fromMs) / each <= 10) ?? 600_000
  const ticks = Array.from({ length: Math.floor((toMs - fromMs) / step) + 1 }, (_, index) => index * step)
  return ticks.flatMap((tick) => {
    const at = x(fromMs + tick).toFixed(1)
    return [`<line class="grid" x1="${at}" x2="${at}" y1="${top - 4}" y2="${height - bottom + 4}"/>`, `<text class="tick" x="${at}" y="${height - 8}" text-anchor="middle">${seconds(tick)}</text>`]
  })
}

/** Words of marks that are near to each other stand on two lines. */
function marksOf({ marks }: Observation, x: (ms: number) => number, height: number): readonly string[] {
  let before = -Infinity
  let line = 0
  return marks.flatMap(({ atMs, text }) => {
    const at = x(atMs)
    line = at - before < 120 ? 1 - line : 0
    before = at
    const anchor = at > width - 130 ? "end" : "start"
    return [`<line class="mark" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${line * 14 + 6}" y2="${height - bottom + 4}"/>`,
      `<text class="marked" x="${(anchor === "end" ? at - 4 : at + 4).toFixed(1)}" y="${line * 14 + 16}" text-anchor="${anchor}">${escaped(text)}</text>`]
  })
}

function shortened(row: string): string {
  return row.length <= labelLength ? row : `…${row.slice(1 - labelLength)}`
}

export function seconds(ms: number): string {
  return ms < 1_000 && ms > -1_000 && ms !== 0 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(Math.abs(ms) < 10_000 && ms % 1_000 !== 0 ? 1 : 0)} s`
}
