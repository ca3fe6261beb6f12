// A folder of programs as tests: each input has its expectations beside it. FILTER= picks cases, UPDATE=1 rewrites them.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"

export interface Corpus {
  /** The folder below test/corpus. */
  readonly folder: string
  /** The expectations of one input by file extension, such as `tree`; an empty one has no file. */
  readonly print: (text: string, name: string) => Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, "../corpus")
const inputExtension = ".agentflow"

export function corpusFiles(folder: string): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(inputExtension))
    .sort()
    .map((file) => ({ name: file.slice(0, -inputExtension.length), text: readFileSync(join(root, folder, file), "utf8") }))
}

export function testCorpus({ folder, print }: Corpus): void {
  const filter = process.env["FILTER"] ?? ""
  const update = process.env["UPDATE"] === "1"
  const cases = corpusFiles(folder)
  const extensions = new Set<string>()
  const used = new Set<string>()
  for (const { name, text } of cases) {
    if (!name.includes(filter)) continue
    const printed = print(text, name)
    for (const [extension, actual] of Object.entries(printed)) {
      extensions.add(extension)
      if (actual !== "") used.add(`${name}.${extension}`)
    }
    it(`${folder}/${name}`, () => {
      for (const [extension, actual] of Object.entries(printed)) compare(join(root, folder, `${name}.${extension}`), actual, update)
    })
  }
  if (filter !== "" || update) return
  it(`${folder} has no expectation without its case`, () => {
    const stale = readdirSync(join(root, folder)).filter((file) => !file.endsWith(inputExtension) && !used.has(file))
    expect(stale).toEqual([])
  })
}

function compare(path: string, actual: string, update: boolean): void {
  const expected = existsSync(path) ? readFileSync(path, "utf8") : ""
  if (update && actual !== expected) {
    writeFileSync(path, actual)
    console.log(`updated ${path}`)
    return
  }
  expect(actual, `${path} differs; UPDATE=1 accepts the new one`).toBe(expected)
}
