// Programs to plans to projects: what is expected stands beside each program; UPDATE=1 rewrites it, FILTER= picks cases.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { describe, expect, it } from "vitest"
import * as runtime from "@agentflow/runtime"
import { nodesIn } from "../../compiler/2-check/flow/walk.ts"
import { compile, plan, printPlan } from "../../compiler/index.ts"
import { parse } from "../../grammar/parse.ts"
import { emitOf, planOf, programNames, programsFolder, sourcesOf, typeErrors } from "./emit-programs.ts"

const filter = process.env["FILTER"] ?? ""
const update = process.env["UPDATE"] === "1"
const names = programNames.filter((name) => name.includes(filter))

const projects = new Map(await Promise.all(names.map(async (name) => {
  const sources = sourcesOf(name)
  const planned = planOf(sources)
  return [name, { sources, plan: planned, emitted: await emitOf(planned, sources) }] as const
})))

describe.each(names)("%s", (name) => {
  const { sources, plan: planned, emitted } = projects.get(name)!

  it("has the plan and the code that stand beside it", () => {
    const expected = new Map([["plan.txt", printPlan(planned)]])
    for (const { path, text } of emitted.files) if (/(?<!\.d)\.ts$/.test(path)) expected.set(`emitted/${path}`, text)
    for (const [path, text] of expected) compare(join(programsFolder, name, path), text)
    const stale = listed(join(programsFolder, name, "emitted")).filter((path) => !expected.has(`emitted/${path}`))
    if (update) for (const path of stale) rmSync(join(programsFolder, name, "emitted", path))
    else expect(stale).toEqual([])
  })

  it("gives the same bytes again", async () => {
    expect(await emitOf(planOf(sources), sources)).toEqual(emitted)
  })

  it("has a plan that is JSON and says where everything comes from", () => {
    expect(JSON.parse(JSON.stringify(planned))).toEqual(planned)
    const origins = [...originsIn(planned)]
    expect(origins.length).toBeGreaterThan(0)
    for (const { path, span } of origins) {
      const text = sources.find((source) => source.path === path)?.text
      expect(text, path).toBeDefined()
      expect(span.start).toBeLessThanOrEqual(span.end)
      expect(span.end).toBeLessThanOrEqual(text!.length)
    }
  })

  it("stays within 120 columns where it can, with no blanks at line ends and no semicolons", () => {
    for (const { path, text } of emitted.files) {
      if (!path.endsWith(".ts") || path.endsWith(".d.ts")) continue
      for (const line of text.split("\n")) {
        expect(line, path).not.toMatch(/[ \t;]$/)
        // Longer is only what holds one string or template that can't be broken.
        if (line.length > 120) expect(line, path).toMatch(/["`].{60,}["`]/)
      }
    }
  })

  it("imports from the runtime what the runtime exports", () => {
    for (const { text } of emitted.files) for (const imported of valueImports(text)) expect(runtime).toHaveProperty(imported)
  })
})

it("emits projects that compile under strict TypeScript, with nothing imported in vain", async () => {
  expect(await typeErrors(projects)).toEqual([])
})

it("would notice a project that does not compile", async () => {
  const [name, project] = [...projects][0]!
  const files = project.emitted.files.map((file) => file.path === "worker.ts" ? { ...file, text: file.text.replace("app:", "ap:") } : file)
  expect(await typeErrors(new Map([[name, { ...project, emitted: { files } }]]))).toHaveLength(1)
})

describe("a tool's function", () => {
  it.each([
    ["takes the parameters and the context", "(id: string, limit: number | null | undefined, context: ToolContext): Promise<Found>", true],
    ["does without the context", "(id: string, limit?: number | null): Promise<Found>", true],
    ["does without the last parameter", "(id: string): Promise<Found>", true],
    ["takes nothing", "(): Promise<Found>", true],
    ["takes all there is", "(...given: unknown[]): Promise<Found>", true],
    ["takes another type", "(id: number): Promise<Found>", false],
    ["takes more than is given", "(id: string, limit: unknown, context: ToolContext, more: string): Promise<Found>", false],
    ["gives another type", "(id: string): Promise<string>", false],
  ])("that %s is held to its declaration by TypeScript", async (_what, signature, fits) => {
    const planned = planOf([{ path: "a.agentflow", version: 1, text: `
type Found = { id: string }
tool find(id: string, limit: int?): Found from "./tools.ts" { reads  retry never }
workflow Search(id: string): Found { return find(id, 3) }
` }])
    const module = `import type { ToolContext } from "@agentflow/runtime"
import type { Found } from "./generated/types.ts"
export type Taken = [ToolContext, Found]
export declare function find${signature}
`
    const modules = new Map([["tools.ts", module]])
    const errors = await typeErrors(new Map([["held", { plan: planned, emitted: await emitOf(planned), modules }]]))
    expect([...new Set(errors.map((line) => line.replace(/\(.*/, "")))]).toEqual(fits ? [] : ["held/generated/tools.ts"])
  })
})

it("gives no plan and no project while an error stands", async () => {
  const sources = [{ path: "a.agentflow", text: "workflow A(): string {\n  return missing\n}\n", version: 1 }]
  expect(plan(sources).value).toBeNull()
  const { value, diagnostics } = await compile(sources)
  expect(value).toBeNull()
  expect(diagnostics.map(({ code }) => code)).toContain("AF2001")
})

it("every kind of node that the grammar knows is in a program that compiles", () => {
  const used = new Set([...projects.values()].flatMap(({ sources }) => sources.flatMap(({ path, text }) =>
    path.endsWith(".agentflow") ? [...nodesIn(parse({ path, text, version: 1 }).value.file)].map(({ kind }) => kind as string) : [])))
  const nodes = readFileSync(join(import.meta.dirname, "../../grammar/syntax/nodes.ts"), "utf8")
  const kinds = [...nodes.matchAll(/^  readonly kind: (".*)$/gm)].flatMap(([, line]) => [...line!.matchAll(/"(\w+)"/g)].map(([, kind]) => kind!))
  expect(kinds.length).toBeGreaterThan(100)
  // What a repair puts in compiles nowhere; these steps of a test are used in examples/.
  const elsewhere = ["missing", "send", "advance", "fault"]
  if (filter === "") expect(kinds.filter((kind) => !used.has(kind) && !elsewhere.includes(kind))).toEqual([])
})

function compare(path: string, actual: string): void {
  if (update) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, actual)
    return
  }
  expect(actual, `${relative(programsFolder, path)} differs; UPDATE=1 accepts the new one`).toBe(existsSync(path) ? readFileSync(path, "utf8") : "")
}

function listed(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

interface Origin {
  readonly path: string
  readonly span: { readonly start: number; readonly end: number }
}

function* originsIn(node: unknown): Generator<Origin> {
  if (typeof node !== "object" || node === null) return
  if ("origin" in node) yield node.origin as Origin
  for (const child of Object.values(node)) yield* originsIn(child)
}

function valueImports(text: string): readonly string[] {
  return [...text.matchAll(/^import \{([^}]*)\} from "@agentflow\/runtime"/gm)]
    .flatMap(([, list]) => list!.split(",")).map((name) => name.trim().split(" ")[0]!).filter((name) => name !== "")
}
