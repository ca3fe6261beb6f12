// Aligned columns of plain text, or each row as a block where they find no room; colours are added to a cell after it has its width.

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
  /** Of the terminal. */
  readonly columns: number
  /** Of the first column. */
  readonly first?: (text: string) => string
}): readonly string[] {
  const written = rows.filter((row): row is Row => row !== "rule")
  const widths = columns.map(({ title }, column) => {
    const cells = written.map(({ cells: each }) => [...(each[column] ?? "")].length)
    return Math.max(...cells, 0) === 0 ? 0 : Math.max(title.length, ...cells)
  })
  const measured = columns.map((column, index) => ({ ...column, index, width: widths[index] ?? 0 }))
  const shown = measured.filter(({ width }) => width > 0)
  const length = shown.reduce((total, { width }) => total + width, 2 * (shown.length - 1))
  if (length > options.columns) return blocks(shown, written, options)
  const paintFirst = (text: string): string => {
    const width = shown[0]?.index === 0 ? shown[0].width : 0
    return options.first === undefined || width === 0 ? text : `${options.first(text.slice(0, width))}${text.slice(width)}`
  }
  const line = (cells: readonly string[]): string => shown.map(({ align, index, width }) => {
    const cell = cells[index] ?? ""
    const space = " ".repeat(width - [...cell].length)
    return align === "left" ? cell + space : space + cell
  }).join("  ").trimEnd()
  return [
    options.dim(line(columns.map(({ title }) => title))),
    ...rows.map((row) => {
      if (row === "rule") return options.dim(options.rule.repeat(length))
      return (row.paint ?? paintFirst)(line(row.cells))
    }),
  ]
}

/** The first cell as a heading, the others below it with their titles. */
function blocks(shown: readonly (Column & { readonly index: number })[], rows: readonly Row[], { columns, dim, first = (text) => text }: { readonly columns: number; readonly dim: (text: string) => string; readonly first?: (text: string) => string }): readonly string[] {
  const [head, ...others] = shown
  if (head === undefined) return []
  return rows.flatMap(({ cells, paint = first }) => {
    const facts = others.flatMap(({ title, index }) => (/^[·.]?$/.test(cells[index] ?? "") ? [] : [`${title} ${cells[index]}`]))
    return [...((cells[head.index] ?? "") === "" ? [] : [paint(cells[head.index]!)]), ...packed(facts, columns - 2).map((line) => `  ${dim(line)}`)]
  })
}

/** As many in a line as fit. */
function packed(facts: readonly string[], width: number): readonly string[] {
  const lines: string[] = []
  for (const fact of facts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 2 + fact.length <= width) lines[lines.length - 1] = `${last}, ${fact}`
    else lines.push(fact)
  }
  return lines
}
