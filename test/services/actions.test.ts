// Code actions: each by marker files, and on every program of the corpora: what an action gives compiles.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import type { Facts } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import { applyEdits } from "../../base/text/edit.ts"
import type { Action } from "../../services/actions/action.ts"
import { actionsAt, actionTable } from "../../services/actions/table.ts"
import { emptyHost } from "../../services/host.ts"
import { createWorkspace, type Workspace } from "../../services/workspace.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { corpusFiles } from "../harness/corpus.ts"
import { readMarked, testMarkers } from "../harness/markers.ts"

const root = join(import.meta.dirname, "../..")

function errorsOf(workspace: Workspace, path: string): readonly string[] {
  return workspace.program(path)!.diagnostics.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code} ${message}`)
}

/** The workspace with the action done. */
function done(files: ReadonlyMap<string, string>, { edits }: Action): { readonly workspace: Workspace; readonly files: ReadonlyMap<string, string> } {
  const changed = new Map(files)
  for (const [path, each] of edits) changed.set(path, applyEdits(files.get(path) ?? "", each))
  return { files: changed, workspace: createWorkspace({ ...emptyHost, readText: (path) => changed.get(path), programFiles: () => [...changed.keys()] }) }
}

/** `accept`, fills and stubs are written to be finished by a person; all else must not add an error. */
function newErrors(before: Workspace, after: Workspace, path: string): readonly string[] {
  const known = errorsOf(before, path).map((text) => text.slice(0, 6))
  return errorsOf(after, path).filter((text) => {
    const index = known.indexOf(text.slice(0, 6))
    if (index >= 0) known.splice(index, 1)
    return index < 0
  })
}

describe("actions", () => {
  testMarkers("actions", ({ workspace, path, range, files }, name) => {
    const maker = name.replace(".agentflow", "").split("_")[0]!
    const offered = actionsAt(workspace, path, range)
    const { node, ancestors } = nodeAt(workspace.document(path)!.file, range.start)
    const program = workspace.program(path)!
    const document = program.documents.get(path)!
    const diagnostics = program.diagnostics.filter((each) => each.path === path && each.span.start <= range.end && range.start <= each.span.end)
    const own = actionTable[maker]!({ workspace, program, document, path, text: document.text, range, around: [...ancestors, node], diagnostics })
    const isOffered = (action: Action): boolean => offered.some(({ edits }) => JSON.stringify([...edits]) === JSON.stringify([...action.edits]))
    return own.filter(isOffered).map((action) => {
      const after = done(files, action)
      expect(newErrors(workspace, after.workspace, path), `${action.title} adds no error`).toEqual([])
      const changed = [...after.files].filter(([file, text]) => files.get(file) !== text)
      return `## ${action.title} (${action.kind}${action.repairs === undefined ? "" : ` for ${action.repairs.code}`}${action.preferred === true ? ", preferred" : ""})\n${changed.map(([file, text]) => `// ${file.replace("/w/", "")}\n${text.trimEnd()}`).join("\n")}`
    }).join("\n\n") || "nothing"
  })

  it("mend a function that differs from its tool, on either side", () => {
    const tool = (parameters: string, result = "string"): string => `tool shorten(${parameters}): ${result} from "./tools.ts" { reads  retry never }\n`
    const fixed = (declared: string, module: string, problem: "sync" | Facts): readonly string[] => {
      const { workspace, path, files } = readMarked(`// file: main.agentflow\n${declared}// file: tools.ts\n${module}`)
      const [at, known] = [{ path, span: { start: 5, end: 12 } }, { name: "shorten", path: "tools.ts" }]
      const found = problem === "sync" ? diagnostic("AF3041", at, known) : diagnostic("AF3040", at, { ...known, problem: "differs" }, { more: problem })
      return actionsAt(workspace, path, found.span, [found]).filter(({ repairs, title }) => repairs === found && !title.startsWith("Accept")).map((action) => [...done(files, action).files].filter(([file, text]) => files.get(file) !== text).map(([, text]) => text).join())
    }
    const head = (parameters: string, result: string, isAsync = true): string => `export ${isAsync ? "async " : ""}function shorten(${parameters}): ${result} {\n}\n`
    expect(fixed(tool("text: string, length: int"), head("t: string, n: string, context: Context", "Promise<string>"), { parameter: "length", type: "string" }))
      .toEqual([tool("text: string, length: string"), head("t: string, n: number, context: Context", "Promise<string>")])
    expect(fixed(tool("text: string, length: int"), head("length: number, text: string", "Promise<number>"), { type: "number" }))
      .toEqual([tool("text: string, length: int", "number"), head("text: string, length: number", "Promise<string>")])
    expect(fixed(tool("text: string"), head("text: string", "{ a: string }"), { type: "{ a: string }" })).toEqual([tool("text: string", "{ a: string }")])
    // No type of the language, or nothing that one type would mend.
    expect(fixed(tool("text: string"), head("text: Page", "Promise<string>"), { parameter: "text", type: "Page" })).toEqual([head("text: string", "Promise<string>")])
    expect(fixed(tool("text: string, length: int"), head("length: number, text: string", "Promise<string>"), { parameter: "length" }))
      .toEqual([head("text: string, length: number", "Promise<string>")])
    expect(fixed(tool("text: string"), head("{ text }: Input", "Promise<string>"), {})).toEqual([])
    expect(fixed(tool("text: string"), head("text: string", "string", false), "sync")).toEqual([head("text: string", "Promise<string>")])
    expect(fixed(tool("text: string"), "export const shorten = (text: string) => text\n", "sync")).toEqual([])
  })

  it("create a module that is missing, with a function for each tool that comes from it", () => {
    const source = 'type Page { title: string }\ntool fetch(url: string): Page from "./lib/web.ts" { reads  retry never }\ntool other(): string from "./other.ts" { reads  retry never }\ntool save(page: Page) from "./lib/web.ts" export keep { writes  irreversible "sent" }\n'
    const { workspace, path, range, files } = readMarked(source.replace('"./lib', '"┆./lib'), { toolModule: () => "missing" })
    const [action, ...others] = actionsAt(workspace, path, range).filter(({ repairs }) => repairs?.code === "AF2014")
    expect(others.map(({ title }) => title).filter((title) => !title.startsWith("Accept"))).toEqual([])
    expect(action).toMatchObject({ title: "Create /w/lib/web.ts", kind: "quickfix", creates: "/w/lib/web.ts" })
    expect(done(files, action!).files.get("/w/lib/web.ts")).toBe(`import type { Page } from "../generated/types.ts"

export async function fetch(url: string): Promise<Page> {
  throw new Error("fetch is not written yet")
}

export async function keep(page: Page): Promise<void> {
  throw new Error("keep is not written yet")
}
`)
  })

  it("has a marker file for every maker", () => {
    const tested = new Set(readdirSync(join(root, "test/corpus/editor/actions")).map((file) => file.replace(".agentflow", "").split("_")[0]!))
    expect(Object.keys(actionTable).filter((name) => !tested.has(name))).toEqual([])
  })

  const codes = readdirSync(join(root, "base/diagnostics/codes")).filter((name) => name.endsWith(".md")).sort()
  const exampleOf = (name: string): string => /## Example\n[\s\S]*?```agentflow\n([\s\S]*?)```/.exec(readFileSync(join(root, "base/diagnostics/codes", name), "utf8"))![1]!
  const fixed: string[] = []
  for (const name of codes) {
    const code = name.slice(0, 6)
    const { workspace, path, files } = readMarked(exampleOf(name))
    const found = workspace.program(path)?.diagnostics.find((each) => each.code === code && each.path === path && each.fixes.some(({ applicability }) => applicability === "machine"))
    if (found === undefined) continue
    fixed.push(code)
    it(`offer the fix of ${code}, which mends it`, () => {
      const action = actionsAt(workspace, path, found.span).find(({ repairs, preferred }) => repairs?.code === code && preferred === true)
      expect(action, "offered at the place of the diagnostic").toBeDefined()
      const after = done(files, action!).workspace
      expect(newErrors(workspace, after, path)).toEqual([])
      const count = (program: Workspace): number => program.program(path)!.diagnostics.filter((each) => each.code === code).length
      expect(count(after)).toBeLessThan(count(workspace))
    })
  }

  it("offer the fixes that diagnostics bring along", () => expect(fixed.length).toBeGreaterThanOrEqual(5))

  it("offer, as the preferred one, each machine-applicable fix of every mistake of the corpora and the documented examples", () => {
    const codesFixed = new Set<string>()
    const absent: string[] = []
    const documented = codes.map((name) => ({ name, text: exampleOf(name) }))
    for (const { name, text: source } of [...documented, ...["errors", "syntax"].flatMap((corpus) => corpusFiles(corpus))]) {
      const { workspace, path } = readMarked(source)
      for (const each of workspace.program(path)!.diagnostics) {
        for (const fix of each.path === path ? each.fixes.filter(({ applicability }) => applicability === "machine") : []) {
          codesFixed.add(each.code)
          const edits = JSON.stringify([...new Map([[fix.path, fix.edits]])])
          const isOffered = actionsAt(workspace, path, each.span).some((action) => action.preferred === true && action.kind === "quickfix" && JSON.stringify([...action.edits]) === edits)
          if (!isOffered) absent.push(`${name} ${each.code} ${fix.title}`)
        }
      }
    }
    expect(absent).toEqual([])
    // Every place of the compiler that gives such a fix is among them.
    expect([...codesFixed].sort()).toEqual(["AF1009", "AF1010", "AF1014", "AF1015", "AF1016", "AF1017", "AF2011", "AF3001", "AF9003"])
  })

  const programs = [
    join(root, "examples/daily-brief/daily-brief.agentflow"),
    ...readdirSync(join(root, "test/corpus/programs")).map((name) => join(root, "test/corpus/programs", name, "input.agentflow")).filter(existsSync),
  ]

  it("give programs that compile, wherever they are offered", () => {
    const broken: string[] = []
    let count = 0
    for (const [turn, file] of programs.entries()) {
      const source = readFileSync(file, "utf8")
      const { workspace, path, text, files } = readMarked(source.includes("// file: ") ? "" : source)
      if (text.trim() === "" || errorsOf(workspace, path).length > 0) continue
      const seen = new Set<string>()
      const places = new Map<string, { readonly start: number; readonly end: number }>()
      walk(workspace.document(path)!.file, ({ span, kind }) => {
        if (kind === "name" || kind === "callStatement" || kind === "let" || kind === "record" || kind === "match" || kind === "parallel" || kind === "use") places.set(`${span.start}`, { start: span.start, end: span.start })
        if (kind === "let" || kind === "callStatement" || kind === "member" || kind === "call" || kind === "for") places.set(`${span.start}-${span.end}`, span)
      })
      // A fifth of the places of each program, another fifth for the next one: all kinds are seen, and it takes seconds.
      for (const [index, range] of [...places.values()].entries()) {
        if (index % 5 !== turn % 5) continue
        for (const action of actionsAt(workspace, path, range)) {
          const key = JSON.stringify([...action.edits])
          if (seen.has(key)) continue
          seen.add(key)
          count++
          const added = newErrors(workspace, done(files, action).workspace, path)
          if (added.length > 0) broken.push(`${file.replace(root, "")} @${range.start}-${range.end} ${JSON.stringify(text.slice(range.start, range.end).slice(0, 30))} ${action.title}: ${added.join("; ")}`)
        }
      }
    }
    expect(broken).toEqual([])
    expect(count).toBeGreaterThan(100)
  })
})
