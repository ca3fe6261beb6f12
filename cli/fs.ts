// Reads a program and the files that it imports; a file that can't be read is a Failure that says why.

import { readFileSync, statSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import type { ParsedSource } from "../compiler/index.ts"
import type { Source } from "../base/text/source.ts"
import { parse } from "../grammar/parse.ts"
import { Failure } from "./failure.ts"

export interface Program {
  /** Absolute path of the folder of the first file; source paths are relative to `root`. */
  readonly folder: string
  readonly root: string
  /** Path of the first file, relative to `root`. */
  readonly entry: string
  readonly sources: readonly Source[]
  /** The same, parsed: their imports had to be read anyway. */
  readonly parsed: readonly ParsedSource[]
}

const limitBytes = 4 * 1024 * 1024

/** Reads `file` and, through its imports, every other file of the program. */
export function readProgram(file: string, root: string = process.cwd()): Program {
  const entry = relativePath(root, resolve(file))
  const parsed = new Map<string, ParsedSource>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (parsed.has(path)) continue
    const text = path === entry ? readEntry(resolve(root, path), file) : readImported(resolve(root, path))
    // The binder reports an import of a file that is not there, on the import itself.
    if (text === undefined) continue
    const source: Source = { path, text, version: 0 }
    const syntax = parse(source)
    parsed.set(path, { source, ...syntax })
    for (const item of syntax.value.file.items) {
      if (item.kind !== "import") continue
      const target = item.from.parts.map((part) => (part.kind === "templateText" ? part.value : "")).join("")
      if (/^\.\.?\//.test(target)) waiting.push(relativePath(root, resolve(root, dirname(path), target)))
    }
  }
  return { folder: resolve(root, dirname(entry)), root, entry, sources: [...parsed.values()].map(({ source }) => source), parsed: [...parsed.values()] }
}

/** The text of a file that the user named; a Failure says why there is none. */
export function readEntry(absolute: string, shown: string): string {
  let kind
  try {
    kind = statSync(absolute)
  } catch {
    throw new Failure(2, `There is no file ${shown}.`, "Check the path; programs end in .agentflow.")
  }
  if (kind.isDirectory()) throw new Failure(2, `${shown} is a folder.`, `Name a file in it, such as ${join(shown, "main.agentflow")}.`)
  if (kind.size > limitBytes) throw new Failure(2, `${shown} has ${kind.size} bytes; a program file may have at most ${limitBytes}.`)
  const text = readText(absolute)
  if (text === undefined) throw new Failure(2, `${shown} can't be read.`, "Check that you may read it and that it is UTF-8 text.")
  return text
}

function readImported(absolute: string): string | undefined {
  return readText(absolute)
}

function readText(absolute: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(absolute))
  } catch {
    return undefined
  }
}

export function relativePath(root: string, absolute: string): string {
  const path = relative(root, absolute)
  return sep === "/" ? path : path.replaceAll(sep, "/")
}
