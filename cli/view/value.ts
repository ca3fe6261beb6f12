// Draws a result for people: JSON with long lists and long texts shortened; `--json` gives it whole.

const itemsShown = 5

/** Lines of at most `columns` characters. */
export function drawValue(value: unknown, columns: number): readonly string[] {
  const lines = JSON.stringify(shorten(value), null, 2).split("\n")
  // An ellipsis stands for what is left out, so it is not a string of the result.
  return lines.map((line) => clip(line.replace(/"… (\d+) more"/, "… $1 more"), columns))
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

function clip(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line
}
