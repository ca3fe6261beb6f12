// Source maps (version 3): from positions of emitted statements to the spans that they came from.

import { lineTable, positionAt } from "../../base/text/line-table.ts"
import type { LineTable, Position } from "../../base/text/line-table.ts"
import type { Mark } from "./typescript/layout.ts"
import type { SourceMap } from "./types.ts"

export interface MappedSource {
  readonly text: string
  readonly lines: LineTable
}

export interface MappedText {
  readonly path: string
  readonly text: string
  /** Offsets in `text`. */
  readonly marks: readonly Mark[]
  /** Sources by path, and how the map names each path. */
  readonly sources: ReadonlyMap<string, MappedSource>
  readonly nameOf: (path: string) => string
}

export function sourceMap({ path, text, marks, sources, nameOf }: MappedText): SourceMap {
  const paths = [...new Set(marks.map((mark) => mark.origin.path))].sort()
  const tables = new Map(paths.map((each) => [each, sources.get(each)?.lines ?? lineTable("")]))
  const points = pointsOf(marks, lineTable(text), tables, paths)
  return {
    version: 3,
    file: path.split("/").at(-1)!,
    sources: paths.map(nameOf),
    sourcesContent: paths.map((each) => sources.get(each)?.text ?? ""),
    names: [],
    mappings: mappings(points),
  }
}

interface Point {
  readonly generated: Position
  readonly source: number
  readonly original: Position
}

/** One point where each mark starts; of marks that start together the innermost counts. */
function pointsOf(
  marks: readonly Mark[], generated: LineTable, tables: ReadonlyMap<string, LineTable>, paths: readonly string[],
): readonly Point[] {
  const byStart = new Map<number, Mark>()
  for (const mark of marks) {
    const before = byStart.get(mark.start)
    if (before === undefined || mark.end <= before.end) byStart.set(mark.start, mark)
  }
  return [...byStart.values()].sort((a, b) => a.start - b.start).map(({ start, origin }) => ({
    generated: positionAt(generated, start),
    source: paths.indexOf(origin.path),
    original: positionAt(tables.get(origin.path)!, origin.span.start),
  }))
}

function mappings(points: readonly Point[]): string {
  const lines: string[][] = []
  let last = { column: 0, source: 0, originalLine: 0, originalColumn: 0 }
  for (const { generated, source, original } of points) {
    while (lines.length <= generated.line) {
      lines.push([])
      last = { ...last, column: 0 }
    }
    const deltas = [generated.column - last.column, source - last.source, original.line - last.originalLine, original.column - last.originalColumn]
    lines[generated.line]!.push(deltas.map(variableLength).join(""))
    last = { column: generated.column, source, originalLine: original.line, originalColumn: original.column }
  }
  return lines.map((segments) => segments.join(",")).join(";")
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** Base-64 variable-length quantity: the sign in the lowest bit, five bits a digit, the sixth says that more follow. */
export function variableLength(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let written = ""
  do {
    const digit = rest & 31
    rest >>>= 5
    written += digits[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return written
}
