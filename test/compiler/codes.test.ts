// Every diagnostic code has a document whose example raises exactly that code.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { checkOnDisk } from "./on-disk.ts"
import { checkProgram } from "./programs.ts"

const folder = join(import.meta.dirname, "../../base/diagnostics/codes")
const documents = readdirSync(folder).filter((file) => file.endsWith(".md")).sort()

function exampleOf(text: string): string {
  const found = /## Example\n[\s\S]*?```agentflow\n([\s\S]*?)```/.exec(text)
  expect(found, "an example in a fence").not.toBeNull()
  return found![1]!
}

describe("diagnostic documents", () => {
  it("are all in the catalogue", () => {
    expect(documents.map((file) => file.slice(0, 6))).toEqual(Object.keys(catalogue))
  })

  for (const file of documents) {
    const code = file.slice(0, 6)
    it(`${code} is what its example raises`, async () => {
      const example = exampleOf(readFileSync(join(folder, file), "utf8"))
      const diagnostics = /^\/\/ file: \S+\.ts$/m.test(example) ? await checkOnDisk(example) : checkProgram(example).diagnostics
      // What follows a syntax error is a guess; only the syntax codes are compared then.
      const relevant = code.startsWith("AF1") ? diagnostics.filter((each) => each.code.startsWith("AF1")) : diagnostics
      expect(relevant.filter((each) => each.code !== code).map((each) => `${each.code} ${each.message}`)).toEqual([])
      expect(relevant.map((each) => each.code)).toContain(code)
      expect(relevant.every((each) => !/\{\w+\}/.test(each.message)), "no hole is left unfilled").toBe(true)
    })
  }
})
