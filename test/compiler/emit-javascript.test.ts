// The JavaScript that a simulator runs is the TypeScript that is deployed, without its types: token for token.

import { stripTypeScriptTypes } from "node:module"
import { ts } from "ts-morph"
import { describe, expect, it } from "vitest"
import { emitJavaScript, javaScriptFiles } from "../../compiler/4-emit/javascript.ts"
import { emitOf, planOf, programNames, sourcesOf } from "./emit-programs.ts"

/** Tokens without comments, and without the commas and semicolons that only layout or types bring. */
function tokens(code: string): readonly string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2023, true, ts.LanguageVariant.Standard, code)
  const found: string[] = []
  const open: string[] = []
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.SlashToken || kind === ts.SyntaxKind.SlashEqualsToken) kind = scanner.reScanSlashToken()
    if (kind === ts.SyntaxKind.TemplateHead || kind === ts.SyntaxKind.OpenBraceToken) open.push(scanner.getTokenText())
    if (kind === ts.SyntaxKind.CloseBraceToken && open.pop() !== "{") {
      kind = scanner.reScanTemplateToken(false)
      if (kind === ts.SyntaxKind.TemplateMiddle) open.push("`")
    }
    const text = scanner.getTokenText()
    if (text === ";") continue
    if (/^[)\]}]/.test(text) && found.at(-1) === ",") found.pop()
    found.push(text)
  }
  return found
}

/** Which files are imported is the linker's concern, and order within an import is nobody's. */
function withoutImports(code: string): string {
  return code.replaceAll(/^import [^;]*? from "[^"]+"$/gm, "")
}

const runtime = new Proxy({}, { get: () => (spec: object) => spec })

describe("JavaScript", () => {
  it.each(programNames)("of %s is its TypeScript without types", async (name) => {
    const sources = sourcesOf(name)
    const plan = planOf(sources)
    const { files } = await emitOf(plan, sources)
    const twins = javaScriptFiles(plan)
    for (const { path, text } of twins) {
      const twin = files.find((file) => file.path === path)!
      expect(tokens(withoutImports(text)), path).toEqual(tokens(withoutImports(stripTypeScriptTypes(twin.text))))
    }
    const values = files.filter(({ path, text }) => /\.ts$/.test(path) && !/\.d\.ts$/.test(path) && /^export const /m.test(text))
    expect(twins.filter(({ text }) => /^export const /m.test(text)).map(({ path }) => path).sort()).toEqual(values.map(({ path }) => path).sort())
  })

  it.each(programNames)("of %s loads as one module", async (name) => {
    const plan = planOf(sourcesOf(name))
    const module = (await import(/* @vite-ignore */ `data:text/javascript;charset=utf-8,${encodeURIComponent(emitJavaScript(plan))}`)) as { default: (runtime: object, modules: () => object) => Record<string, Record<string, unknown>> }
    const files = module.default(runtime, () => ({}))
    const names = Object.values(files).flatMap((file) => Object.keys(file))
    for (const { name: declared } of [...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows]) {
      expect(names.some((each) => each === declared || each.replace(/_+$/, "") === declared), declared).toBe(true)
    }
    expect(Object.values(files).flatMap((file) => Object.values(file)).filter((value) => value === undefined)).toEqual([])
  })
})
