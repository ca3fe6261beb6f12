// Offsets to lines and columns and back; CRLF and LF both end a line.

/** Zero-based line and UTF-16 column. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface LineTable {
  /** Offset of the first character of each line. */
  readonly starts: readonly number[]
  readonly length: number
}

export function lineTable(text: string): LineTable {
  const starts = [0]
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) starts.push(i + 1)
  return { starts, length: text.length }
}

export function positionAt(table: LineTable, offset: number): Position {
  const clamped = Math.max(0, Math.min(offset, table.length))
  let low = 0
  let high = table.starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (table.starts[middle]! <= clamped) low = middle
    else high = middle - 1
  }
  return { line: low, column: clamped - table.starts[low]! }
}

export function offsetAt(table: LineTable, position: Position): number {
  const start = table.starts[Math.min(position.line, table.starts.length - 1)]!
  return Math.min(start + position.column, table.length)
}
