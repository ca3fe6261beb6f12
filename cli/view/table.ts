// Aligned columns of plain text; colours are added to a cell after it has its width.

export interface Column {
  readonly title: string
  readonly align: "left" | "right"
}

export interface Row {
  readonly cells: readonly string[]
  readonly paint?: (text: string) => string
}

/** "rule" draws a line across. A column without any content is left out. */
export function alignedTable(columns: readonly Column[], rows: readonly (Row | "rule")[], options: {
  readonly rule: string
  readonly dim: (text: string) => string
}): readonly string[] {
  const written = rows.filter((row): row is Row => row !== "rule")
  const widths = columns.map(({ title }, column) => {
    const cells = written.map(({ cells: each }) => [...(each[column] ?? "")].length)
    return Math.max(...cells, 0) === 0 ? 0 : Math.max(title.length, ...cells)
  })
  const measured = columns.map((column, index) => ({ ...column, index, width: widths[index] ?? 0 }))
  const shown = measured.filter(({ width }) => width > 0)
  const line = (cells: readonly string[]): string => shown.map(({ align, index, width }) => {
    const cell = cells[index] ?? ""
    const space = " ".repeat(width - [...cell].length)
    return align === "left" ? cell + space : space + cell
  }).join("  ").trimEnd()
  const length = shown.reduce((total, { width }) => total + width, 2 * (shown.length - 1))
  return [
    options.dim(line(columns.map(({ title }) => title))),
    ...rows.map((row) => {
      if (row === "rule") return options.dim(options.rule.repeat(length))
      return (row.paint ?? plain)(line(row.cells))
    }),
  ]
}

function plain(text: string): string {
  return text
}
