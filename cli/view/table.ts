// Aligned columns of plain text, or each row as a block where they find no room; colours are added to a cell after it has its width.

export interface Column {
  readonly title: string
  readonly align: "left" | "right"
  /** Goes below its row where there is no room for it beside. */
  readonly below?: true
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
  const full = measured.filter(({ width }) => width > 0)
  const lengthOf = (some: typeof full): number => some.reduce((total, { width }) => total + width, 2 * (some.length - 1))
  const isNarrow = lengthOf(full) > options.columns
  // First goes what says nothing in any row, then what may stand below.
  const telling = isNarrow ? full.filter(({ index }) => written.some(({ cells }) => !isNothing(cells[index]))) : full
  const below = lengthOf(telling) > options.columns ? telling.filter((column) => column.below) : []
  const shown = telling.filter((column) => !below.includes(column))
  const length = lengthOf(shown)
  if (length > options.columns) return blocks(telling, written, options)
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
    ...rows.flatMap((row) => {
      if (row === "rule") return [options.dim(options.rule.repeat(length))]
      const more = below.flatMap(({ title, index }) => (isNothing(row.cells[index]) ? [] : [options.dim(`  ${title} ${row.cells[index]}`)]))
      return [(row.paint ?? paintFirst)(line(row.cells)), ...more]
    }),
  ]
}

function isNothing(cell: string | undefined): boolean {
  return /^[·.]?$/.test(cell ?? "")
}

/** The first cell as a heading, the others below it with their titles. */
function blocks(shown: readonly (Column & { readonly index: number })[], rows: readonly Row[], { columns, dim, first = (text) => text }: { readonly columns: number; readonly dim: (text: string) => string; readonly first?: (text: string) => string }): readonly string[] {
  const [head, ...others] = shown
  if (head === undefined) return []
  return rows.flatMap(({ cells, paint = first }) => {
    const facts = others.flatMap(({ title, index }) => (isNothing(cells[index]) ? [] : [`${title} ${cells[index]}`]))
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
