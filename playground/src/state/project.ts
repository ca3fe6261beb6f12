// The files that are open, which one is shown, and where the cursor is: what a shared link keeps.

import { batch, computed, signal } from "@preact/signals"
import { build, type FileText } from "virtual:build"

export interface Point {
  /** Both from 0, in UTF-16 units. */
  readonly line: number
  readonly character: number
}

export interface TextRange {
  readonly start: Point
  readonly end: Point
}

export interface Place {
  readonly path: string
  readonly range: TextRange
}

export const files = signal<ReadonlyMap<string, string>>(new Map())
export const active = signal("")
export const cursor = signal<Point>({ line: 0, character: 0 })
/** Id of the example that the files came from, until they are another project. */
export const example = signal("")
/** Counts projects, so that what belongs to the last one can be thrown away. */
export const generation = signal(0)
/** Who changes a text: an editor that made the change must not take it back in. */
export const lastWriter = signal<string>("")
/** A place that the editor shows and puts the cursor at. */
export const revealed = signal<{ readonly place: Place; readonly focus: boolean; readonly serial: number } | undefined>(undefined)

export const activeText = computed(() => files.value.get(active.value) ?? "")
export const programs = computed(() => [...files.value.keys()].filter((path) => path.endsWith(".agentflow")))
/** The program that the graph, the code and a run are of. */
export const program = computed(() => (active.value.endsWith(".agentflow") ? active.value : (programs.value[0] ?? "")))

export function openProject(given: readonly FileText[], options: { readonly example?: string; readonly active?: string; readonly cursor?: Point } = {}): void {
  batch(() => {
    files.value = new Map(given.map(({ path, text }) => [path, text]))
    active.value = options.active !== undefined && files.value.has(options.active) ? options.active : (given.find(({ path }) => path.endsWith(".agentflow")) ?? given[0])?.path ?? ""
    cursor.value = options.cursor ?? { line: 0, character: 0 }
    example.value = options.example ?? ""
    generation.value++
    lastWriter.value = ""
  })
}

/** The files of an example, or the ones that examples share. */
export async function filesAt(id: string): Promise<readonly FileText[]> {
  const response = await fetch(`examples/${encodeURIComponent(id)}.json`)
  if (!response.ok) throw new Error(`The example could not be loaded: ${response.status}`)
  return (await response.json()) as readonly FileText[]
}

export async function openExample(id: string): Promise<void> {
  openProject(await filesAt(id), { example: id })
}

export function openFirst(): void {
  openProject(build.first.files, { example: build.first.id })
}

export function setText(path: string, text: string, writer: string): void {
  if (files.value.get(path) === text) return
  batch(() => {
    lastWriter.value = writer
    files.value = new Map(files.value).set(path, text)
  })
}

export function addFile(path: string): void {
  batch(() => {
    files.value = new Map(files.value).set(path, files.value.get(path) ?? "")
    active.value = path
    cursor.value = { line: 0, character: 0 }
  })
}

export function removeFile(path: string): void {
  batch(() => {
    const kept = new Map(files.value)
    kept.delete(path)
    files.value = kept
    if (active.value === path) active.value = programs.value[0] ?? [...kept.keys()][0] ?? ""
  })
}

export function renameFile(from: string, to: string): void {
  batch(() => {
    files.value = new Map([...files.value].map(([path, text]) => [path === from ? to : path, text]))
    if (active.value === from) active.value = to
  })
}

let serial = 0
export function reveal(place: Place, { focus = true }: { readonly focus?: boolean } = {}): void {
  batch(() => {
    if (active.value !== place.path && files.value.has(place.path)) active.value = place.path
    revealed.value = { place, focus, serial: ++serial }
  })
}

/** Undoes line and character against a text. */
export function offsetOf(text: string, { line, character }: Point): number {
  let at = 0
  for (let passed = 0; passed < line; passed++) {
    const next = text.indexOf("\n", at)
    if (next === -1) return text.length
    at = next + 1
  }
  const end = text.indexOf("\n", at)
  return Math.min(at + character, end === -1 ? text.length : end)
}

export function pointOf(text: string, offset: number): Point {
  const before = text.slice(0, offset)
  const line = before.split("\n").length - 1
  return { line, character: offset - (before.lastIndexOf("\n") + 1) }
}

export function applyEdits(text: string, edits: readonly { readonly range: TextRange; readonly newText: string }[]): string {
  return edits.map(({ range, newText }) => ({ start: offsetOf(text, range.start), end: offsetOf(text, range.end), newText }))
    .sort((a, b) => b.start - a.start).reduce((result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end), text)
}
