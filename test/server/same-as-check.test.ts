// What the editor says is what `agentflow check` says: each program of the corpora and the examples, with tools, config and lock.

import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Diagnostic, WorkspaceDiagnosticReport } from "vscode-languageserver-protocol"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { plan } from "../../compiler/index.ts"
import { printLock } from "../../compiler/versions/lock.ts"
import { updatedLock } from "../../cli/lock-update.ts"
import { readLock } from "../../cli/lock-file.ts"
import { corpusFiles } from "../harness/corpus.ts"
import { startProcess } from "./client.ts"

const root = join(import.meta.dirname, "../..")
const severities = ["", "error", "warning", "info"]

interface Said {
  readonly code: string
  readonly severity: string
  readonly message: string
  readonly path: string
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
}

const tool = 'tool shorten(text: string, length: int): string from "./tools.ts" {\n  reads\n  retry never\n}\n'
const caller = 'workflow Main(text: string): string {\n  dead letter "failed"\n  return shorten(text, 80)\n}\n'
const otherTools = "export function shorten(text: string, length: string): string {\n  return text + length\n}\n"
const model = (provider: string): string => `model fast = ${provider}("m") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }\n`

/** What the corpora lack: configs, a lock that the program no longer fits, functions of tools that differ. */
const extra: Readonly<Record<string, string>> = {
  "config-provider/main.agentflow": model("mine"),
  "config-provider/agentflow.config.yaml": "models:\n  providers:\n    mine:\n      baseUrl: http://127.0.0.1:1/v1\n",
  "config-no-provider/main.agentflow": model("mine"),
  "config-levels/main.agentflow": `${caller.replace('  dead letter "failed"\n', "").replace("shorten(text, 80)", "text")}`,
  "config-levels/agentflow.config.yaml": "rules:\n  AF4008: error\n",
  "config-levels/deep/main.agentflow": `${caller.replace('  dead letter "failed"\n', "").replace("shorten(text, 80)", "text")}`,
  "lock/main.agentflow": `tool look(text: string): string = GET "https://a.test/{text}" {\n  reads\n  retry never\n}\n${tool}${caller.replace("return shorten(text", "let first = look(text)\n  return shorten(first")}`,
  "lock/tools.ts": otherTools,
  "tools-lack/main.agentflow": tool + caller,
  "tools-lack/tools.ts": "export const other = 1\n",
  // The last to be compared: when its answer comes, all others have come.
  "zz-last/main.agentflow": tool + caller,
  "zz-last/tools.ts": otherTools,
}

function writeAll(folder: string): void {
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true, filter: (from) => !/[/\\](node_modules|generated|dist|\.agentflow)$/.test(from) })
  const corpora = [
    ...["errors", "syntax"].flatMap((corpus) => corpusFiles(corpus).map(({ name }) => ({ name: `${corpus}/${name}`, file: join(root, "test/corpus", corpus, `${name}.agentflow`) }))),
    ...readdirSync(join(root, "test/corpus/programs")).map((name) => ({ name: `programs/${name}`, file: join(root, "test/corpus/programs", name, "input.agentflow") })),
  ]
  for (const { name, file } of corpora) {
    if (!existsSync(file)) continue
    for (const part of readFileSync(file, "utf8").split(/^(?=\/\/ file: )/m)) {
      const named = /^\/\/ file: (\S+)\n/.exec(part)
      const [path, text] = named === null ? ["main.agentflow", part] : [named[1]!, part.slice(named[0].length)]
      // Locks of the corpus lack hashes, which only a lock from a build has.
      if (path !== "agentflow.lock") write(join(folder, name, path), text)
    }
    for (const [, module, names] of readFileSync(file, "utf8").matchAll(/^\/\/ tool modules: (\S+) (.*)$/gm)) {
      write(join(folder, name, module!), names!.split(/[ ,]+/).map((each) => `export const ${each} = JSON.parse("0")\n`).join(""))
    }
  }
  for (const [path, text] of Object.entries(extra)) write(join(folder, path), text)
  writeLock(join(folder, "lock/agentflow.lock"), tool + caller)
}

/** As a build of the program's earlier text leaves it. */
function writeLock(file: string, before: string): void {
  const { value } = plan([{ path: "main.agentflow", text: before, version: 1 }])
  write(file, printLock(updatedLock(readLock(join(dirname(file), "main.agentflow")), { plan: value!, kept: {}, accepted: {} })))
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function linesOf(said: readonly Said[]): readonly string[] {
  // A file that several programs import is told of with each of them.
  return [...new Set(said.map(({ code, severity, message, path, start, end }) => `${path}:${start.line}:${start.column}-${end.line}:${end.column} ${severity} ${code} ${message}`))].sort()
}

function saidOf(path: string, diagnostics: readonly Diagnostic[]): readonly Said[] {
  const place = ({ line, character }: { readonly line: number; readonly character: number }): Said["start"] => ({ line: line + 1, column: character + 1 })
  return diagnostics.map(({ code, severity, message, range }) => ({ code: String(code), severity: severities[severity!]!, message: String(message), path, start: place(range.start), end: place(range.end) }))
}

describe("the server and `agentflow check`", () => {
  let folder = ""
  const expected = new Map<string, readonly string[]>()
  const pushed = new Map<string, readonly string[]>()
  const pulled = new Map<string, readonly string[]>()
  let logged: readonly string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentflow-same-"))
    writeAll(folder)
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".agentflow")).sort()
    const client = await startProcess(folder, { workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "w" }] })
    for (const path of files) client.open(pathToFileURL(join(folder, path)).href, readFileSync(join(folder, path), "utf8"))
    const last = pathToFileURL(join(folder, "zz-last/main.agentflow")).href
    await client.until(last, ({ diagnostics }) => diagnostics.some(({ code }) => code === "AF3040"))
    for (const { uri, diagnostics } of client.published) pushed.set(relative(folder, fileURLToPath(uri)), linesOf(saidOf(relative(folder, fileURLToPath(uri)), diagnostics)))
    const report = await client.connection.sendRequest<WorkspaceDiagnosticReport>("workspace/diagnostic", { previousResultIds: [] })
    for (const item of report.items) {
      const path = relative(folder, fileURLToPath(item.uri))
      pulled.set(path, item.kind === "full" ? linesOf(saidOf(path, item.items)) : ["unchanged"])
    }
    logged = client.logged
    await client.close()
    // After the server, so that neither sees what the other has kept.
    for (const [path, said] of await checked(folder, files)) expected.set(path, linesOf(said.filter((each) => each.path === path)))
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("are asked about every program, with all kinds of diagnostics", () => {
    expect(expected.size).toBeGreaterThan(300)
    const codes = new Set([...expected.values()].flat().map((line) => /AF\d{4}/.exec(line)![0]))
    expect(codes.size).toBeGreaterThan(60)
    expect(expected.get("config-provider/main.agentflow")!.join()).not.toContain("AF2018")
  })

  it("say the same when everything is said", () => expect(Object.fromEntries(pushed)).toEqual(Object.fromEntries(expected)))

  it("say the same of the whole workspace when asked", () => expect(Object.fromEntries(pulled)).toEqual(Object.fromEntries(expected)))

  it("have no defect to log", () => expect(logged).toEqual([]))
})

/** By file, as `agentflow check --json` tells of it alone. */
async function checked(folder: string, files: readonly string[]): Promise<ReadonlyMap<string, readonly Said[]>> {
  const all = await new Promise<string>((resolve, reject) => {
    const args = ["--disable-warning=ExperimentalWarning", join(root, "cli/main.ts"), "check", "--json", ...files]
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 28 }, (problem, stdout, stderr) => (stdout === "" ? reject(problem ?? new Error(stderr)) : resolve(stdout)))
  })
  expect(all).toContain('"diagnostics"')
  const { diagnostics } = JSON.parse(all) as { readonly diagnostics: readonly Said[] }
  return new Map(files.map((path) => [path, diagnostics.filter((each) => each.path === path)]))
}
