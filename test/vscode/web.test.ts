// The extension for browsers as a web worker would have it: bundled scripts without modules, a `Worker` that is not the page's class, messages that are cloned.

import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker as Thread } from "node:worker_threads"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildExtension, type BuiltExtension } from "../../tasks/vscode/build.ts"
import { createFake, Uri, type Fake } from "./fake.ts"

const program = `workflow Main(topic: string): string {
  dead letter "failed"
  return topic
}
`

/** What a script finds in a worker of a browser; it is run as such a script, not as a module of Node. */
const worker = `const { parentPort, workerData } = require("node:worker_threads")
globalThis.self = globalThis
globalThis.addEventListener = () => {}
globalThis.postMessage = (message) => parentPort.postMessage(message)
parentPort.on("message", (data) => globalThis.onmessage({ data }))
const [vm, script] = [require("node:vm"), require("node:fs").readFileSync(workerData, "utf8")]
delete globalThis.process
vm.runInThisContext(script)`

interface Extension {
  readonly activate: (context: unknown) => Promise<void>
  readonly deactivate: () => Promise<void>
}

describe("the extension in a browser", () => {
  const threads: { readonly thread: Thread; readonly ended: Promise<unknown> }[] = []
  let built: BuiltExtension
  let out = ""
  let fake: Fake
  let extension: Extension
  const uri = Uri.parse("memfs:///main.agentflow")
  const problems = (): readonly string[] | undefined => fake.diagnostics.get(uri.toString())?.map(({ message }) => message)

  /** As extensions have it: a function that gives a worker, which is no instance of it. */
  function createWorker(script: string): object {
    const thread = new Thread(worker, { eval: true, workerData: Uri.parse(script).fsPath })
    threads.push({ thread, ended: new Promise((resolve) => thread.once("exit", resolve)) })
    const port: { onmessage?: (event: { readonly data: unknown }) => void } & Record<string, unknown> = {
      postMessage: (message: unknown) => thread.postMessage(message), terminate: () => void thread.terminate(),
      addEventListener: (_: "error", listen: (problem: Error) => void) => thread.on("error", listen),
    }
    thread.on("message", (data: unknown) => port.onmessage?.({ data }))
    return port
  }

  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), "agentflow-web-"))
    built = await buildExtension(out)
    // A setting that is an object can't be cloned, as in the editor.
    const inlayHints = new Proxy({ types: false }, {})
    fake = createFake({ folder: "/", configuration: { "agentflow.inlayHints": inlayHints } })
    const loaded = { exports: {} }
    const code = readFileSync(join(built.folder, "dist/extension.web.js"), "utf8")
    const only = (name: string): unknown => {
      if (name !== "vscode") throw new Error(`there is no ${name} in a browser`)
      return fake.module
    }
    new Function("require", "module", "exports", "Worker", code)(only, loaded, loaded.exports, createWorker)
    extension = loaded.exports as Extension
    await extension.activate({ subscriptions: [], extensionUri: Uri.file(built.folder) })
    expect(fake.messages).toEqual([])
  })
  afterAll(async () => {
    await extension.deactivate()
    await Promise.all(threads.map(({ ended }) => ended))
    rmSync(out, { recursive: true, force: true })
  })

  it("has the server in a worker: it checks, and shows the generated code and the graph", { timeout: 60_000 }, async () => {
    const editor = await fake.open(uri, program)
    await expect.poll(problems, { timeout: 30_000 }).toEqual([])
    fake.edit(editor, program.replace("return topic", "return topi"))
    await expect.poll(problems, { timeout: 30_000 }).toEqual([expect.stringContaining("did you mean topic?")])
    fake.edit(editor, program)
    await expect.poll(problems, { timeout: 30_000 }).toEqual([])
    fake.select(editor, 2, 3)
    await fake.command("agentflow.showGenerated")
    expect(fake.editors.map(({ document }) => document.uri.path)).toContain("/generated/workflows/main.ts")
    await fake.command("agentflow.showGraph", uri)
    expect(fake.panels.map(({ title }) => title)).toEqual(["Graph: main.agentflow"])
    expect(fake.messages).toEqual([])
  })

  it("starts nothing, and a restart ends the worker before", { timeout: 60_000 }, async () => {
    await expect(fake.command("agentflow.run", uri.toString())).rejects.toThrow()
    await fake.command("agentflow.restart")
    expect(threads).toHaveLength(2)
    await threads[0]!.ended
    const editor = fake.editors.find(({ document }) => document.uri.path === uri.path)!
    fake.edit(editor, program.replace("return topic", "return topi"))
    await expect.poll(problems, { timeout: 30_000 }).toEqual([expect.stringContaining("did you mean topic?")])
    expect(fake.messages).toEqual([])
  })
})
