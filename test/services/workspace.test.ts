// The workspace: memo, imports, disk; and after any edits the same as a fresh one.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { completionsAt } from "../../services/completion/complete.ts"
import { definitionOf } from "../../services/definition.ts"
import { affectedBy, diagnosticsOf } from "../../services/diagnostics.ts"
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
})

function view(workspace: Workspace, offset: number): unknown {
  return ["/w/lib.agentflow", "/w/main.agentflow"].map((path) => {
    const at = Math.min(offset, workspace.document(path)!.text.length)
    return [
      diagnosticsOf(workspace, path), documentSymbols(workspace, path), semanticTokens(workspace, path), hoverAt(workspace, path, at), definitionOf(workspace, path, at),
      completionsAt(workspace, path, at),
    ]
  })
}
