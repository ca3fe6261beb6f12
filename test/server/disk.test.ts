// What the server knows beside the open files: functions of tools, the lock, the config; each as it is on disk now.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { PublishDiagnosticsParams } from "vscode-languageserver-protocol"
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
    // What is still declared as it was compared stays said while somebody types.
    client.change(uri("main.agentflow"), `// A comment.\n${main}`, 2)
    const moved = await client.diagnostics(uri("main.agentflow"), 2)
    expect(moved.diagnostics).toMatchObject([{ code: "AF3040", range: { start: { line: 1 } } }])
    await write("tools.ts", good)
    expect(codesOf(await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length === 0))).toEqual([])
    await write("tools.ts", good.replace("async ", "").replace("Promise<string>", "string"))
    expect(codesOf(await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length > 0))).toEqual(["AF3041"])
    await write("tools.ts", good)
    await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length === 0)
  })

  it("takes an edit of tools in the editor when it is saved, and not before", async () => {
    const fresh = good.replace("shorten", "shortenMore")
    client.connection.sendNotification("textDocument/didOpen", { textDocument: { uri: uri("tools.ts"), languageId: "typescript", version: 1, text: good } })
    client.connection.sendNotification("textDocument/didChange", { textDocument: { uri: uri("tools.ts"), version: 2 }, contentChanges: [{ text: fresh }] })
    client.change(uri("main.agentflow"), `// Unsaved.\n${main}`, 20)
    expect(codesOf(await client.diagnostics(uri("main.agentflow"), 20))).toEqual([])
    await write("tools.ts", fresh)
    expect(codesOf(await client.until(uri("main.agentflow"), (sent) => sent.diagnostics.length > 0))).toEqual(["AF2015"])
    await write("tools.ts", good)
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
