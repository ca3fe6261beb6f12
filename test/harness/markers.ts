// Editor tests as files: programs with a ┆ cursor (or ⟦ selection ⟧), then a `---` line and what the feature must say.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { emptyHost, type Host } from "../../services/host.ts"
import { createWorkspace, type Workspace } from "../../services/workspace.ts"

export interface Marked {
  readonly workspace: Workspace
  readonly path: string
  readonly text: string
  readonly offset: number
  /** The selection; empty at a cursor. */
  readonly range: { readonly start: number; readonly end: number }
  readonly files: ReadonlyMap<string, string>
}

const folder = join(import.meta.dirname, "../corpus/editor")

function exportsOf(module: string | undefined): { readonly exports: readonly string[] } | undefined {
  return module === undefined ? undefined : { exports: [...module.matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name]) => name!) }
}

/** `// file: NAME` starts another file; the one with the cursor is asked. */
export function readMarked(source: string, host: Partial<Host> = {}): Marked {
  const files = new Map<string, string>()
  let current = "/w/main.agentflow"
  for (const part of source.split(/^(?=\/\/ file: )/m)) {
    const named = /^\/\/ file: (\S+)\n/.exec(part)
    if (named !== null) current = `/w/${named[1]!}`
    files.set(current, named === null ? part : part.slice(named[0].length))
  }
  let asked = { path: [...files.keys()][0]!, start: 0, end: 0 }
  for (const [path, text] of files) {
    const cursor = text.indexOf("┆")
    const [open, close] = [text.indexOf("⟦"), text.indexOf("⟧")]
    if (cursor >= 0) asked = { path, start: cursor, end: cursor }
    else if (open >= 0) asked = { path, start: open, end: close - 1 }
    files.set(path, text.replace(/[┆⟦⟧]/g, ""))
  }
  const programs = [...files.keys()].filter((path) => path.endsWith(".agentflow"))
  const workspace = createWorkspace({ ...emptyHost, readText: (path) => files.get(path), programFiles: () => programs, toolModule: (path) => exportsOf(files.get(path)), ...host })
  const text = files.get(asked.path)!
  workspace.open(asked.path, text, 1)
  return { workspace, path: asked.path, text, offset: asked.start, range: { start: asked.start, end: asked.end }, files }
}

/** Runs every file of test/corpus/editor/<feature>; UPDATE=1 accepts what comes out. */
export function testMarkers(feature: string, print: (marked: Marked, name: string) => string): void {
  const root = join(folder, feature)
  const names = existsSync(root) ? readdirSync(root).filter((file) => file.endsWith(".agentflow")).sort() : []
  it(`${feature} has tests`, () => expect(names).not.toEqual([]))
  for (const name of names) {
    if (!name.includes(process.env["FILTER"] ?? "")) continue
    it(`${feature}/${name}`, () => {
      const file = join(root, name)
      const [input = "", expected = ""] = readFileSync(file, "utf8").split(/^---\n/m)
      const actual = `${print(readMarked(input), name).trimEnd()}\n`
      if (process.env["UPDATE"] === "1" && actual !== expected) {
        writeFileSync(file, `${input}---\n${actual}`)
        console.log(`updated ${file}`)
        return
      }
      expect(actual, `${file}; UPDATE=1 accepts the new one`).toBe(expected)
    })
  }
}

/** "main:3:5 word": a place for people. */
export function placeText(files: ReadonlyMap<string, string>, path: string, span: { readonly start: number; readonly end: number }): string {
  const text = files.get(path) ?? ""
  const before = text.slice(0, span.start).split("\n")
  const word = text.slice(span.start, span.end)
  return `${path.replace("/w/", "")}:${before.length}:${before.at(-1)!.length + 1}${word === "" ? "" : ` ${JSON.stringify(word.length > 60 ? `${word.slice(0, 59)}…` : word)}`}`
}
