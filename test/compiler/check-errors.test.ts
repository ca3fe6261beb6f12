// test/corpus/errors: programs with a mistake, and at their end what is said about it, exactly as a user reads it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { applyEdits } from "../../base/text/edit.ts"
import { lineTable, positionAt } from "../../base/text/line-table.ts"
import { checkProgram, filesOf } from "./programs.ts"

const folder = join(import.meta.dirname, "../corpus/errors")
const cases = readdirSync(folder).filter((file) => file.endsWith(".agentflow")).sort()
const update = process.env["UPDATE"] === "1"
const filter = process.env["FILTER"] ?? ""

/** The program, and the comment lines after its last `// ----` line. */
function split(text: string): { readonly program: string; readonly expected: string } {
  const at = text.lastIndexOf("// ----\n")
  return at === -1 ? { program: text.trimEnd() + "\n", expected: "" } : {
    program: text.slice(0, at), expected: text.slice(at),
  }
}

function print(program: string, diagnostics: readonly Diagnostic[]): string {
  const files = new Map(filesOf(program).map(({ path, text }) => [path, lineTable(text)]))
  const place = (path: string, offset: number): string => {
    const { line, column } = positionAt(files.get(path)!, offset)
    return `${files.size === 1 ? "" : `${path}:`}${line + 1}:${column + 1}`
  }
  const lines = diagnostics.flatMap((each) => [
    `${each.code} ${each.severity} ${place(each.path, each.span.start)} ${each.message}`,
    ...each.related.map(({ path, span, message }) => `  see ${place(path, span.start)} ${message}`),
    ...each.fixes.map(({ title, applicability }) => `  fix (${applicability}): ${title}`),
  ])
  return ["----", ...lines].map((line) => `// ${line}\n`).join("")
}

/** They need the TypeScript modules themselves: held by tool-signatures.test.ts. */
const withModules: ReadonlySet<string> = new Set(["AF3040", "AF3041"])

describe("errors", () => {
  for (const file of cases.filter((each) => each.includes(filter))) {
    const { program, expected } = split(readFileSync(join(folder, file), "utf8"))
    const { diagnostics } = checkProgram(program)

    it(file, () => {
      const actual = print(program, diagnostics)
      if (update) writeFileSync(join(folder, file), program + actual)
      else expect(actual).toBe(expected)
    })

    const named = /^AF\d{4}/.exec(file)?.[0]
    if (named !== undefined) {
      it(`${file} raises its code`, () => expect(diagnostics.map(({ code }) => code)).toContain(named))
    }
    for (const each of diagnostics) {
      for (const fix of each.fixes) {
        if (fix.applicability !== "placeholder") it(
          `${file}: "${fix.title}" repairs ${each.code}`, () => repairs(program, each, fix),
        )
      }
    }
  }

  it("every code of the checker has a case", () => {
    const covered = new Set(cases.map((file) => file.slice(0, 6)))
    const missing = Object.keys(catalogue).filter((code) => !code.startsWith("AF1") && !withModules.has(code) && !covered.has(code))
    expect(missing).toEqual([])
  })
})

function repairs(program: string, diagnostic: Diagnostic, fix: Diagnostic["fixes"][number]): void {
  const files = filesOf(program)
  const repaired = files.map(({ path, text }) => {
    const head = files.length === 1 ? "" : `// file: ${path}\n`
    return head + (path === fix.path ? applyEdits(text, fix.edits) : text)
  })
  const after = checkProgram(repaired.join("")).diagnostics
  expect(after.filter(({ code }) => code.startsWith("AF1"))).toEqual([])
  const same = after.filter(({ code, span, path }) =>
    code === diagnostic.code && path === diagnostic.path && span.start === diagnostic.span.start)
  expect(same.map(({ message }) => message)).toEqual([])
}
