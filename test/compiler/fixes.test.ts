// What the documents say under "Fix" mends their examples: each way, done by hand, leaves nothing to report.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import { elsewhere, ways } from "./fix-ways.ts"
import { checkOnDisk } from "./on-disk.ts"
import { checkProgram } from "./programs.ts"

const folder = join(import.meta.dirname, "../../base/diagnostics/codes")

/** A new tool without a user, or a name that only the mended text has, is not what the document is about. */
const meanwhile: ReadonlySet<string> = new Set(["AF2010", "AF2011"])

describe("the ways to mend", () => {
  it("are tried for every code", () => expect(Object.keys(catalogue).filter((code) => ways[code] === undefined && elsewhere[code] === undefined)).toEqual([]))

  for (const [code, each] of Object.entries(ways)) {
    const document = readFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith(code))!), "utf8")
    const fix = /## Fix\n([^]*?)\n## /.exec(document)![1]!
    const example = /## Example\n[^]*?```agentflow\n([^]*?)```/.exec(document)![1]!
    const found = async (text: string): Promise<readonly string[]> => {
      const diagnostics = /^\/\/ file: \S+\.ts$/m.test(text) ? await checkOnDisk(text) : checkProgram(text).diagnostics
      return diagnostics.filter((one) => one.code === code || !meanwhile.has(one.code)).map((one) => `${one.code} ${one.message}`)
    }
    for (const [index, [says, ...replaced]] of each.entries()) {
      it(`${code}, ${index + 1}: ${says}`, async () => {
        expect(fix).toContain(says)
        expect((await found(example)).some((one) => one.startsWith(code))).toBe(true)
        const mended = replaced.reduce((text, [from, to]) => {
          expect(text).toContain(from)
          return text.replace(from, () => to)
        }, example)
        expect(await found(mended)).toEqual([])
      })
    }
  }
})
