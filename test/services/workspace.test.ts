// The workspace: memo, imports, disk; and after any edits the same as a fresh one.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { completionsAt } from "../../services/completion/complete.ts"
import { definitionOf } from "../../services/definition.ts"
import { affectedBy, carriedOver, checkDiagnosticsOf, diagnosticsOf, type FoundDiagnostic } from "../../services/diagnostics.ts"
import { hoverAt } from "../../services/hover.ts"
import { emptyHost, type Host } from "../../services/host.ts"
import { editsForMoves } from "../../services/move.ts"
import { documentSymbols } from "../../services/symbols.ts"
import { semanticTokens } from "../../services/tokens.ts"
import { createWorkspace, type Workspace } from "../../services/workspace.ts"

const brief = readFileSync(join(import.meta.dirname, "../../examples/daily-brief/daily-brief.agentflow"), "utf8")
const library = 'type Page { title: string }\ntool fetchPage(url: string): Page from "./tools.ts" {\n  reads\n  retry 2 times\n}\n'
const importer = 'import { fetchPage } from "./lib.agentflow"\nworkflow Main(topic: string): string {\n  dead letter "failed"\n  return fetchPage(topic).title\n}\n'

function hostOf(files: ReadonlyMap<string, string>, more: Partial<Host> = {}): Host {
  return { ...emptyHost, readText: (path) => files.get(path), programFiles: () => [...files.keys()], ...more }
}

describe("workspace", () => {
  it("checks a program once until a file of it changes", () => {
    const files = new Map([["/w/lib.agentflow", library], ["/w/main.agentflow", importer], ["/w/other.agentflow", "type A { b: string }\n"]])
    const workspace = createWorkspace(hostOf(files))
    const before = workspace.program("/w/main.agentflow")
    expect(workspace.program("/w/main.agentflow")).toBe(before)
    workspace.open("/w/other.agentflow", "type A { c: string }\n", 1)
    expect(workspace.program("/w/main.agentflow")).toBe(before)
    workspace.open("/w/lib.agentflow", library.replace("title", "name"), 1)
    expect(workspace.program("/w/main.agentflow")).not.toBe(before)
    expect(diagnosticsOf(workspace, "/w/main.agentflow").map(({ code }) => code)).toEqual(["AF3004"])
    workspace.close("/w/lib.agentflow")
    expect(diagnosticsOf(workspace, "/w/main.agentflow")).toEqual([])
  })

  it("sees files that appear, change and go on disk", () => {
    const files = new Map([["/w/main.agentflow", importer]])
    const workspace = createWorkspace(hostOf(files))
    const codes = (): readonly string[] => diagnosticsOf(workspace, "/w/main.agentflow").map(({ code }) => code)
    expect(codes()).toContain("AF2004")
    files.set("/w/lib.agentflow", library)
    workspace.changedOnDisk(["/w/lib.agentflow"])
    expect(codes()).toEqual([])
    files.delete("/w/lib.agentflow")
    workspace.changedOnDisk(["/w/lib.agentflow"])
    expect(codes()).toContain("AF2004")
  })

  it("applies the levels of the config and what is known of tool modules", () => {
    const files = new Map([["/w/main.agentflow", library + importer.replace(/^import.*\n/, "").replace('  dead letter "failed"\n', "")]])
    const codes = (more: Partial<Host>): readonly string[] => diagnosticsOf(createWorkspace(hostOf(files, more)), "/w/main.agentflow").map(({ code, severity }) => `${severity} ${code}`)
    expect(codes({})).toEqual(["warning AF4008"])
    expect(codes({ rulesOf: () => ({ AF4008: "off" }) })).toEqual([])
    expect(codes({ rulesOf: () => ({ AF4008: "error" }), toolModule: () => ({ exports: [] }) })).toEqual(["error AF2015", "error AF4008"])
  })

  it("knows whose diagnostics a change may change", () => {
    const workspace = createWorkspace(hostOf(new Map([["/w/lib.agentflow", library], ["/w/main.agentflow", importer]])))
    workspace.open("/w/main.agentflow", importer, 1)
    workspace.open("/w/lib.agentflow", library, 1)
    expect(affectedBy(workspace, "/w/lib.agentflow")).toEqual(["/w/lib.agentflow", "/w/main.agentflow"])
    expect(affectedBy(workspace, "/w/main.agentflow")).toEqual(["/w/main.agentflow"])
  })

  it("keeps imports right when a file moves", () => {
    const workspace = createWorkspace(hostOf(new Map([["/w/lib.agentflow", library], ["/w/main.agentflow", importer]])))
    const edits = editsForMoves(workspace, new Map([["/w/lib.agentflow", "/w/shared/pages.agentflow"]]))
    expect([...edits].map(([path, each]) => [path, each.map(({ text }) => text)])).toEqual([["/w/lib.agentflow", ["../tools.ts"]], ["/w/main.agentflow", ["./shared/pages.agentflow"]]])
  })

  it("is after 500 random edits what a fresh one is", () => {
    const pieces = ["", "\n", " ", "{", "}", "(", ")", '"', "retry 3 times", "let x = ", "page.", "import { fetchPage } from \"./lib.agentflow\"\n", "workflow W() { }\n", "@", "é😀", "topic", "match "]
    const edit = fc.record({ file: fc.boolean(), at: fc.nat(10_000), length: fc.nat(40), text: fc.constantFrom(...pieces) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 500, maxLength: 500 }), (edits) => {
        const texts = new Map([["/w/lib.agentflow", library], ["/w/main.agentflow", importer + brief.slice(0, 1500)]])
        const workspace = createWorkspace(emptyHost)
        for (const [path, text] of texts) workspace.open(path, text, 0)
        for (const [index, { file, at, length, text }] of edits.entries()) {
          const path = file ? "/w/lib.agentflow" : "/w/main.agentflow"
          const before = texts.get(path)!
          const start = at % (before.length + 1)
          const after = (before.slice(0, start) + text + before.slice(start + (index % 3 === 0 ? length : 0))).slice(0, 6000)
          texts.set(path, after)
          workspace.open(path, after, index + 1)
          if (index % 10 !== 9) {
            // Something is asked between edits, so that there is something to remember wrongly.
            if (index % 3 === 0) diagnosticsOf(workspace, "/w/main.agentflow")
            continue
          }
          const fresh = createWorkspace(emptyHost)
          for (const [each, current] of texts) fresh.open(each, current, 0)
          expect(view(workspace, start)).toEqual(view(fresh, start))
        }
      }),
      { seed: 20, numRuns: 2 },
    )
  })

  it.each([1, 2, 3])("says both waves of diagnostics of every dependent as a fresh one does, through 500 edits of seed %i", (seed) => {
    const edit = fc.record({ file: fc.nat(chain.size - 1), at: fc.nat(10_000), turn: fc.integer({ min: 0, max: 2 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 500, maxLength: 500 }), (edits) => {
        const texts = new Map(chain)
        const workspace = createWorkspace(emptyHost)
        for (const [path, text] of texts) workspace.open(path, text, 0)
        let planned = 0
        for (const [index, { file, at, turn }] of edits.entries()) {
          const path = [...chain.keys()][file]!
          // Broken and mended again: most programs have a plan at some time, which random text alone never has.
          const whole = chain.get(path)!
          const start = at % whole.length
          const after = turn === 0 ? whole : turn === 1 ? whole.replaceAll(...swaps[at % swaps.length]!) : whole.slice(0, start) + whole.slice(start + (at % 9))
          texts.set(path, after)
          workspace.open(path, after, index + 1)
          // The first wave alone, so that a plan is missing where the next edit comes.
          if (index % 3 === 0) for (const each of chain.keys()) checkDiagnosticsOf(workspace, each)
          if (index % 10 !== 9) continue
          const fresh = createWorkspace(emptyHost)
          for (const [each, current] of texts) fresh.open(each, current, 0)
          for (const each of chain.keys()) {
            expect(checkDiagnosticsOf(workspace, each)).toEqual(checkDiagnosticsOf(fresh, each))
            expect(diagnosticsOf(workspace, each)).toEqual(diagnosticsOf(fresh, each))
            expect(affectedBy(workspace, each)).toEqual(affectedBy(fresh, each))
            if (workspace.program(each)!.plan() !== undefined) planned++
          }
        }
        expect(planned).toBeGreaterThan(10)
      }),
      { seed, numRuns: 1 },
    )
  })
})

describe("diagnostics of an older plan", () => {
  const text = 'let a = 1\nlet b = 2\nlet c = 3\n'
  const found = (start: number, end: number, related: FoundDiagnostic["related"] = []): FoundDiagnostic => ({
    code: "AF5001", severity: "warning", path: "/w/a.agentflow", span: { start, end }, facts: {}, message: "m", related, unnecessary: false,
    fixes: [{ title: "Fix", path: "/w/a.agentflow", edits: [], applicability: "machine" }],
  })
  const spans = (after: string, ...each: readonly FoundDiagnostic[]): readonly string[] => carriedOver(each, text, after).map(({ span }) => after.slice(span.start, span.end))

  it("stay before a change, move behind it, and go where it touches them", () => {
    const [a, b, c] = [found(4, 5), found(14, 15), found(24, 25)]
    expect(spans(text, a, b, c)).toEqual(["a", "b", "c"])
    expect(spans(text.replace("b", "other"), a, b, c)).toEqual(["a", "c"])
    expect(spans(text.replace("let b = 2\n", ""), a, b, c)).toEqual(["a", "c"])
    expect(spans(`// é😀\n${text}`, a, b, c)).toEqual(["a", "b", "c"])
    expect(spans("", a, b, c)).toEqual([])
  })

  it("lose their fixes, whose places are of the older text", () => expect(carriedOver([found(4, 5)], text, `\n${text}`)[0]!.fixes).toEqual([]))

  it("move related places of the file with them, keep those of others, and go with one that is gone", () => {
    const here = { path: "/w/a.agentflow", span: { start: 14, end: 15 }, message: "here" }
    const there = { path: "/w/b.agentflow", span: { start: 1, end: 2 }, message: "there" }
    const moved = carriedOver([found(24, 25, [here, there])], text, `\n${text}`)[0]!
    expect(moved.related.map(({ span }) => span)).toEqual([{ start: 15, end: 16 }, { start: 1, end: 2 }])
    expect(carriedOver([found(24, 25, [here])], text, text.replace("b", "x"))).toEqual([])
  })

  it("never lie outside the text, nor on other words", () => {
    fc.assert(fc.property(fc.nat(text.length), fc.nat(8), fc.constantFrom("", "x", "let", "\n", "😀"), fc.nat(text.length), fc.nat(6), (at, length, piece, start, width) => {
      const after = text.slice(0, at) + piece + text.slice(at + length)
      const end = Math.min(start + width, text.length)
      for (const { span } of carriedOver([found(start, end)], text, after)) expect(after.slice(span.start, span.end)).toBe(text.slice(start, end))
    }), { seed: 5, numRuns: 500 })
  })
})

/** Types at the bottom, tools on them, a workflow on those, one that calls it, and one apart. */
const chain: ReadonlyMap<string, string> = new Map([
  ["/w/types.agentflow", "type Page { title: string   size: int }\n"],
  ["/w/tools.agentflow", 'import { Page } from "./types.agentflow"\ntool fetchPage(url: string): Page = GET "https://a.test/{url}" {\n  reads\n  retry 5 times\n}\n'],
  ["/w/inner.agentflow", 'import { fetchPage } from "./tools.agentflow"\nworkflow Inner(topic: string): string {\n  dead letter "failed"\n  let page = fetchPage(topic)\n  return page.title\n}\n'],
  ["/w/main.agentflow", 'import { Inner } from "./inner.agentflow"\nimport { Page } from "./types.agentflow"\nworkflow Main(page: Page): string {\n  dead letter "failed"\n  return Inner(page.title) retry 4 times\n}\n'],
  ["/w/apart.agentflow", 'workflow Apart(a: string): string {\n  dead letter "failed"\n  return a\n}\n'],
])
const swaps: readonly (readonly [string, string])[] = [["title", "name"], ["string", "int"], ["5 times", "1 times"], ["retry 4 times", ""], ["Inner", "Other"], ['  dead letter "failed"\n', ""], ["fetchPage", "loadPage"], ["\n", "\n\n"]]

function view(workspace: Workspace, offset: number): unknown {
  return ["/w/lib.agentflow", "/w/main.agentflow"].map((path) => {
    const at = Math.min(offset, workspace.document(path)!.text.length)
    return [
      diagnosticsOf(workspace, path), documentSymbols(workspace, path), semanticTokens(workspace, path), hoverAt(workspace, path, at), definitionOf(workspace, path, at),
      completionsAt(workspace, path, at),
    ]
  })
}
