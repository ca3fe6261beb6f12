// Generated code of a program, and positions between it and its source.

import type { Location } from "../base/text/span.ts"
import { lineTable, offsetAt, positionAt, type Position } from "../base/text/line-table.ts"
import { resolvePath } from "../compiler/1-bind/imports.ts"
import { emitPlan } from "../compiler/index.ts"
import type { SimulationProgram } from "../compiler/4-emit/simulation.ts"
import type { EmittedFile, SourceMap } from "../compiler/index.ts"
import type { Workspace } from "./workspace.ts"

export interface Generated {
  /** Folder of the generated project. */
  readonly folder: string
  readonly files: readonly EmittedFile[]
}

/** Undefined for a program with errors. ts-morph is loaded on the first call. */
export async function generate(workspace: Workspace, path: string): Promise<Generated | undefined> {
  const program = workspace.program(path)
  const plan = program?.plan()
  if (program === undefined || plan === undefined) return undefined
  const folder = `${path.split("/").slice(0, -1).join("/")}/generated`
  const { files } = await emitPlan(plan, [...program.documents.values()].map(({ source }) => source), { outDir: folder })
  return { folder, files }
}

/** What the simulator runs: code that is loaded when it is first asked for. */
export async function simulationProgram(workspace: Workspace, path: string): Promise<SimulationProgram | undefined> {
  const plan = workspace.program(path)?.plan()
  if (plan === undefined) return undefined
  const { simulationOf } = await import("../compiler/4-emit/simulation.ts")
  return simulationOf(plan)
}

export interface Mapped {
  readonly generated: Position
  readonly source: number
  readonly original: Position
}

/** The points of a source map, in order of the generated text. */
export function pointsOf({ mappings }: SourceMap): readonly Mapped[] {
  const points: Mapped[] = []
  let [source, line, column] = [0, 0, 0]
  for (const [generatedLine, segments] of mappings.split(";").entries()) {
    let generatedColumn = 0
    for (const segment of segments.split(",")) {
      if (segment === "") continue
      const [a = 0, b = 0, c = 0, d = 0] = decode(segment)
      generatedColumn += a
      source += b
      line += c
      column += d
      points.push({ generated: { line: generatedLine, column: generatedColumn }, source, original: { line, column } })
    }
  }
  return points
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

function decode(segment: string): readonly number[] {
  const values: number[] = []
  let value = 0
  let shift = 0
  for (const letter of segment) {
    const digit = digits.indexOf(letter)
    value |= (digit & 31) << shift
    if ((digit & 32) !== 0) {
      shift += 5
      continue
    }
    values.push((value & 1) === 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return values
}

/** The generated place of a position in the source: of the nearest point at or before it; before a line's first word, of that word. */
export function toGenerated({ folder, files }: Generated, workspace: Workspace, path: string, offset: number): Location | undefined {
  const document = workspace.document(path)
  if (document === undefined) return undefined
  const { text } = document.source
  const indent = /^[ \t]*/.exec(text.slice(offset))![0].length
  const isBeforeText = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim() === ""
  const wanted = positionAt(document.lines, isBeforeText ? offset + indent : offset)
  let best: { readonly file: EmittedFile; readonly point: Mapped } | undefined
  for (const file of files) {
    if (file.map === undefined) continue
    const source = file.map.sources.findIndex((_, index) => sourcePath(folder, file, index) === path)
    if (source === -1) continue
    for (const point of pointsOf(file.map)) {
      if (point.source !== source || isAfter(point.original, wanted)) continue
      if (best === undefined || isAfter(point.original, best.point.original)) best = { file, point }
    }
  }
  if (best === undefined) return undefined
  const start = offsetAt(lineTable(best.file.text), best.point.generated)
  return { path: `${folder}/${best.file.path}`, span: { start, end: start } }
}

/** The source of a position in generated code. */
export function toSource({ folder, files }: Generated, workspace: Workspace, generatedPath: string, offset: number): Location | undefined {
  const file = files.find(({ path }) => `${folder}/${path}` === generatedPath)
  if (file?.map === undefined) return undefined
  const wanted = positionAt(lineTable(file.text), offset)
  const point = pointsOf(file.map).filter(({ generated }) => !isAfter(generated, wanted)).at(-1)
  const path = point === undefined ? undefined : sourcePath(folder, file, point.source)
  const document = path === undefined ? undefined : workspace.document(path)
  if (point === undefined || path === undefined || document === undefined) return undefined
  const start = offsetAt(document.lines, point.original)
  return { path, span: { start, end: start } }
}

function sourcePath(folder: string, { path, map }: EmittedFile, source: number): string {
  const written = map?.sources[source] ?? ""
  return resolvePath(`${folder}/${path}`, written.startsWith(".") ? written : `./${written}`)
}

function isAfter(a: Position, b: Position): boolean {
  return a.line > b.line || (a.line === b.line && a.column > b.column)
}
