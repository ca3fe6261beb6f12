// Draws a result for people: JSON with long lists and long texts shortened; `--json` gives it whole.

import { clipped, type Look } from "../terminal.ts"

const itemsShown = 5

/** Lines of at most `columns` characters. */
export function drawValue(value: unknown, { columns, unicode }: Pick<Look, "columns" | "unicode">): readonly string[] {
  const lines = JSON.stringify(shorten(value), null, 2).split("\n")
  // An ellipsis stands for what is left out, so it is not a string of the result.
  return lines.map((line) => clipped(line.replace(/"… (\d+) more"/, unicode ? "… $1 more" : "... $1 more"), columns, { unicode }))
}

function shorten(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shown = value.slice(0, value.length > itemsShown + 1 ? itemsShown : value.length).map(shorten)
    return shown.length === value.length ? shown : [...shown, `… ${value.length - shown.length} more`]
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shorten(field)]))
  }
  return value
}
