// What the server knows beside the open files: functions of tools, the lock, the config; each as it is on disk now.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { CodeAction, PublishDiagnosticsParams } from "vscode-languageserver-protocol"
import { TextDocument } from "vscode-languageserver-textdocument"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { plan } from "../../compiler/index.ts"
import { printLock } from "../../compiler/versions/lock.ts"
import { readLock } from "../../cli/lock-file.ts"
import { updatedLock } from "../../cli/lock-update.ts"
import { startProcess, type Client } from "./client.ts"

const main = `tool shorten(text: string, length: int): string from "./tools.ts" {
  reads
  retry never
}

workflow Main(text: string): string {
  dead letter "failed"
  return shorten(text, 80)
}
`
const good = "export async function shorten(text: string, length: number): Promise<string> {\n  return text.slice(0, length)\n}\n"
const codesOf = ({ diagnostics }: PublishDiagnosticsParams): readonly string[] => diagnostics.map(({ code }) => String(code))

describe("agentflow lsp on a folder", () => {
  let folder = ""
  let client: Client
  const uri = (path: string): string => pathToFileURL(join(folder, path)).href
  const write = async (path: string, text: string): Promise<void> => {
    writeFileSync(join(folder, path), text)
    await client.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri: uri(path), type: 2 }] })
  }

  /** The quick fixes of what was said of main.agentflow, by title: what main.agentflow or a module is after each. */
  const fixesOf = async ({ diagnostics }: PublishDiagnosticsParams, text = main): Promise<ReadonlyMap<string, readonly [name: string, text: string]>> => {
    const asked = { textDocument: { uri: uri("main.agentflow") }, range: diagnostics[0]!.range, context: { diagnostics } }
    const actions: readonly CodeAction[] = await client.connection.sendRequest("textDocument/codeAction", asked)
    return new Map(actions.filter(({ diagnostics: mended }) => mended?.[0]?.code === diagnostics[0]!.code).map(({ title, edit }) => {
      const [[file, edits]] = Object.entries(edit!.changes!) as [[string, Parameters<typeof TextDocument.applyEdits>[1]]]
      return [title, [file.split("/").at(-1)!, TextDocument.applyEdits(TextDocument.create(file, "", 0, file === uri("main.agentflow") ? text : readFileSync(new URL(file), "utf8")), edits)]]
    }))
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agentflow-disk-"))
    writeFileSync(join(folder, "main.agentflow"), main)
    writeFileSync(join(folder, "tools.ts"), good.replace("length: number", "length: string").replace("length)", "Number(length))"))
    client = await startProcess(folder, { workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "w" }] })
    client.open(uri("main.agentflow"), main)
  })

  afterAll(async () => {
    await client.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it("compares a tool with its function, and again when the function changes", async () => {
    const found = await client.until(uri("main.agentflow"), (sent) => codesOf(sent).includes("AF3040"))
    expect(found.diagnostics[0]).toMatchObject({ range: { start: { line: 0, character: 27 } }, message: "`shorten` in tools.ts takes `string` as `length`, which is `number` here." })
    const fixes = await fixesOf(found)
    // The declaration is not offered to be changed: the call, which gives a number, would no longer fit.
    expect([...fixes.keys()]).toEqual(["Change shorten in tools.ts to what is declared"])
    // What is still declared as it was compared stays said while somebody types.
    client.change(uri("main.agentflow"), `// A comment.\n${main}`, 2)
    const moved = await client.diagnostics(uri("main.agentflow"), 2)
    expect(moved.diagnostics).toMatchObject([{ code: "AF3040", range: { start: { line: 1 } } }])
    const [, changed] = fixes.get("Change shorten in tools.ts to what is declared")!
    expect(changed).toBe(good.replace("length)", "Number(length))"))
    await write("tools.ts", changed)
    expect(codesOf(await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length === 0))).toEqual([])
    await write("tools.ts", good.replace("async ", "").replace("Promise<string>", "string"))
    const sync = await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length > 0)
    expect(codesOf(sync)).toEqual(["AF3041"])
    const [, made] = (await fixesOf(sync)).get("Make shorten in tools.ts async")!
    expect(made).toBe(good)
    await write("tools.ts", made)
    await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length === 0)
  })

  it("takes an edit of tools in the editor when it is saved, and not before", async () => {
    const fresh = good.replace("shorten", "shortens")
    client.connection.sendNotification("textDocument/didOpen", { textDocument: { uri: uri("tools.ts"), languageId: "typescript", version: 1, text: good } })
    client.connection.sendNotification("textDocument/didChange", { textDocument: { uri: uri("tools.ts"), version: 2 }, contentChanges: [{ text: fresh }] })
    client.change(uri("main.agentflow"), `// Unsaved.\n${main}`, 20)
    expect(codesOf(await client.diagnostics(uri("main.agentflow"), 20))).toEqual([])
    await write("tools.ts", fresh)
    const absent = await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length > 0)
    expect(codesOf(absent)).toEqual(["AF2015"])
    const fixes = await fixesOf(absent, `// Unsaved.\n${main}`)
    expect([...fixes.keys()]).toEqual(["Use the export shortens", "Write shorten in tools.ts"])
    expect(fixes.get("Use the export shortens")![1]).toContain('from "./tools.ts" export shortens {')
    const [, written] = fixes.get("Write shorten in tools.ts")!
    expect(written).toBe(`${fresh}\nexport async function shorten(text: string, length: number): Promise<string> {\n  throw new Error("shorten is not written yet")\n}\n`)
    await write("tools.ts", written)
    await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length === 0)
    // Nothing is said of the module, which is TypeScript's.
    expect(client.published.filter((sent) => sent.uri === uri("tools.ts") && sent.diagnostics.length > 0)).toEqual([])
    client.connection.sendNotification("textDocument/didClose", { textDocument: { uri: uri("tools.ts") } })
  })

  it("compares with the lock that runs under way were started with", async () => {
    const { value } = plan([{ path: "main.agentflow", text: main, version: 1 }])
    const lock = updatedLock(readLock(join(folder, "main.agentflow")), { plan: value!, kept: {}, accepted: {} })
    await write("agentflow.lock", printLock(lock))
    const before = 'tool look(text: string): string = GET "https://a.test/{text}" {\n  reads\n  retry never\n}\n'
    const changed = before + main.replace("  return shorten(text", "  let first = look(text)\n  return shorten(first")
    client.change(uri("main.agentflow"), changed, 3)
    await client.until(uri("main.agentflow"), (sent) => sent.version === 3 && codesOf(sent).includes("AF7001"))
    // It stays said while somebody types elsewhere in the file.
    client.change(uri("main.agentflow"), `// A comment.\n${changed}`, 4)
    expect(codesOf(await client.diagnostics(uri("main.agentflow"), 4))).toContain("AF7001")
    // It is an error of the versions only: what the program would cost is still known.
    const cost = await client.connection.sendRequest("agentflow/cost", { uri: uri("main.agentflow") })
    expect(cost).not.toBeNull()
    client.change(uri("main.agentflow"), main, 5)
    expect(codesOf(await client.until(uri("main.agentflow"), (sent) => sent.version === 5 && sent.diagnostics.length === 0))).toEqual([])
  })

  it("follows the config, and says what is wrong in it", async () => {
    const careless = main.replace('  dead letter "failed"\n', "")
    client.change(uri("main.agentflow"), careless, 6)
    expect(codesOf(await client.diagnostics(uri("main.agentflow"), 6))).toEqual(["AF4008"])
    await write("agentflow.config.yaml", "rules:\n  AF4008: off\n")
    await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length === 0)
    await write("agentflow.config.yaml", "rules:\n  AF4009: off\n")
    const wrong = await client.until(uri("agentflow.config.yaml"), (sent) => sent.diagnostics.length > 0)
    expect(wrong.diagnostics).toMatchObject([{ severity: 1, range: { start: { line: 1, character: 2 } } }])
    await write("agentflow.config.yaml", "rules:\n  AF4008: error\n")
    await client.until(uri("agentflow.config.yaml"), (sent) => sent.diagnostics.length === 0)
    const strict = await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length > 0)
    expect(strict.diagnostics).toMatchObject([{ code: "AF4008", severity: 1 }])
  })
})
