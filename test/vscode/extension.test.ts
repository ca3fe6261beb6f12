// The built extension with the real language client inside, against the real server; only the `vscode` module is a stand-in.

import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { setTimeout as delay } from "node:timers/promises"
import { unzipSync } from "fflate"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { InboxItem } from "../../editors/vscode/src/inbox.ts"
import { buildExtension, type BuiltExtension } from "../../tasks/vscode/build.ts"
import { createFake, Uri, type Fake, type FakeEditor } from "./fake.ts"

const root = join(import.meta.dirname, "../..")
const main = `tool fetchPage(url: string): string = GET "https://pages.test/{url}" {
  reads
  retry 2 times
}

workflow Main(topic: string): string {
  dead letter "failed"
  let page = fetchPage(topic)
  return page
}

test "completes" {
  given fetchPage returns "text"
  run Main("x")
  expect completed
}

test "is wrong" {
  given fetchPage returns "text"
  run Main("x")
  expect fetchPage called 2 times
}
`

/** "decline" means no, though it is not the last choice. */
const asking = `enum Verdict { approve, decline, later }

human decide(what: string): Verdict { ask "Is {what} right?"  timeout 1h }
human howMany(what: string): int { ask "How many of {what}?"  timeout 1h }

workflow Ask(what: string): string {
  dead letter "failed"
  return "{what}: {decide(what)}"
}

workflow Count(what: string): int {
  dead letter "failed"
  return howMany(what)
}
`

/** What the run ends with. */
function startRun(folder: string, workflow: string, id: string): Promise<unknown> {
  const args = [join(root, "dist/cli/main.js"), "run", "ask.agentflow", workflow, "--input", JSON.stringify({ what: id }), "--id", id, "--json"]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
  return text(child.stdout).then(JSON.parse)
}

interface Extension {
  readonly activate: (context: unknown) => Promise<void>
  readonly deactivate: () => Promise<void>
}

async function until<T>(what: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const deadline = performance.now() + 60_000; ;) {
    if (performance.now() > deadline) throw new Error(`it never came: ${String(what)}`)
    const found = await what()
    if (found !== undefined && found !== false) return found
    await delay(10)
  }
}

describe("extension", () => {
  let built: BuiltExtension
  let out = ""
  let folder = ""
  let fake: Fake
  let extension: Extension
  let editor: FakeEditor
  const program = (): Uri => Uri.file(join(folder, "main.agentflow"))

  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), "agentflow-vsix-"))
    folder = mkdtempSync(join(tmpdir(), "agentflow-vscode-"))
    built = await buildExtension(out)
    writeFileSync(join(folder, "main.agentflow"), main)
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
    fake = createFake({ folder, configuration: { "agentflow.command": [process.execPath, "--disable-warning=ExperimentalWarning", join(root, "cli/main.ts")] } })
    const load = createRequire(join(built.folder, "dist/extension.js"))
    const loaded = { exports: {} }
    const code = readFileSync(join(built.folder, "dist/extension.js"), "utf8")
    new Function("require", "module", "exports", code)((name: string) => (name === "vscode" ? fake.module : load(name)), loaded, loaded.exports)
    extension = loaded.exports as Extension
    await extension.activate({ subscriptions: [], extensionPath: built.folder, extensionUri: Uri.file(built.folder) })
    expect(fake.messages).toEqual([])
    editor = await fake.open(program())
  })

  afterAll(async () => {
    await extension?.deactivate()
    rmSync(out, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  })

  it("is packed as a .vsix that names what is in it", () => {
    const files = unzipSync(readFileSync(built.vsix))
    const manifest = JSON.parse(new TextDecoder().decode(files["extension/package.json"])) as { readonly main: string; readonly browser: string; readonly contributes: Record<string, readonly Record<string, string>[]> }
    const named = [manifest.main, manifest.browser, ...manifest.contributes["grammars"]!.map(({ path }) => path!), ...manifest.contributes["languages"]!.map(({ configuration }) => configuration!)]
    for (const path of named) expect(files[`extension/${path.replace("./", "")}`], path).toBeDefined()
    expect(new TextDecoder().decode(files["extension.vsixmanifest"])).toContain('Id="agentflow" Version="0.1.0" Publisher="agentflow"')
  })

  it("needs nothing of Node in a browser", () => {
    for (const name of ["extension.web.js", "server.js"]) expect(readFileSync(join(built.folder, "dist", name), "utf8"), name).not.toMatch(/require\(["'](?:node:|fs|path|child_process)/)
  })

  it("has each of its commands, and those that the lenses call", async () => {
    const { contributes } = JSON.parse(readFileSync(join(built.folder, "package.json"), "utf8")) as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } }
    await until(() => fake.providers["registerCodeLensProvider"])
    for (const { command } of contributes.commands) expect(await fake.command(command, "file:///none").then(() => true, (problem: unknown) => String(problem)), command).toBe(true)
    fake.tasks.length = 0
    fake.messages.length = 0
  })

  it("shows what is wrong while somebody types", async () => {
    const pull = await until(() => fake.diagnostics.get(program().toString()))
    expect(pull).toEqual([])
    fake.edit(editor, main.replace("return page", "return pag"))
    await until(() => fake.diagnostics.get(program().toString())?.some(({ message }) => message.includes("did you mean page?")))
    fake.edit(editor, main)
    await until(() => fake.diagnostics.get(program().toString())?.length === 0)
  })

  it("gives what providers are asked for", async () => {
    const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) }
    const [hover] = fake.providers["registerHoverProvider"] as readonly { provideHover(document: unknown, position: unknown, token: unknown): Promise<{ readonly contents: readonly { readonly value: string }[] }> }[]
    const said = await hover!.provideHover(editor.document, editor.document.positionAt(main.indexOf("fetchPage(topic)")), token)
    expect(JSON.stringify(said.contents)).toContain("tool fetchPage(url: string): string")
    const [lenses] = fake.providers["registerCodeLensProvider"] as readonly { provideCodeLenses(document: unknown, token: unknown): Promise<readonly { readonly command: { readonly command: string; readonly arguments: readonly unknown[] } }[]> }[]
    const all = await lenses!.provideCodeLenses(editor.document, token)
    expect([...new Set(all.map(({ command }) => command.command))].sort()).toEqual(["agentflow.cost", "agentflow.run", "agentflow.simulate", "agentflow.test"])
    const run = all.find(({ command }) => command.command === "agentflow.run")!.command
    fake.answers.push("x")
    await fake.command(run.command, ...run.arguments)
    expect(fake.tasks.at(-1)).toMatchObject({ file: process.execPath, cwd: folder, args: ["--disable-warning=ExperimentalWarning", join(root, "cli/main.ts"), "run", "main.agentflow", "Main", "--input", '{"topic":"x"}'] })
  })

  it("lists the tests and runs them on the simulator", async () => {
    const file = await until(() => fake.tests().get(program().toString()))
    await until(() => file.children.size === 2)
    await fake.command("agentflow.test", program().toString(), "")
    expect(fake.messages).toEqual([])
    expect(fake.results.map(({ kind, test }) => `${test}: ${kind}`)).toEqual(["completes: passed", "is wrong: failed"])
    const [message] = fake.results[1]!.messages
    expect(message!.message).toMatch(/expected .*2/)
    expect(editor.document.getText(message!.location!.range)).toContain("called 2 times")
    fake.results.length = 0
    await fake.command("agentflow.test", program().toString(), "completes")
    expect(fake.results.map(({ kind, test }) => `${test}: ${kind}`)).toEqual(["completes: passed"])
  })

  it("shows the generated code beside the source, at the cursor and as it changes", async () => {
    const at = editor.document.positionAt(main.indexOf("fetchPage(topic)"))
    fake.select(editor, at.line, at.character)
    await fake.command("agentflow.showGenerated")
    const shown = await until(() => fake.editors.find(({ document }) => document.uri.scheme === "agentflow-generated"))
    expect(shown.document.uri.path).toBe(join(folder, "generated/workflows/main.ts"))
    expect(shown.document.getText()).toContain("export const Main")
    const lineOf = (): string => shown.document.getText().split("\n")[shown.marked[0]!.start.line]!
    expect(lineOf()).toContain("fetchPage")
    const end = editor.document.positionAt(main.indexOf("return page"))
    fake.select(editor, end.line, end.character)
    await until(() => shown.marked[0] !== undefined && lineOf().includes("return"))
  })

  it("draws the graph in a page that loads nothing, marks the cursor's step and goes to a clicked one", async () => {
    await fake.command("agentflow.showGraph", program())
    const panel = await until(() => fake.panels.find(({ title }) => title === "Graph: main.agentflow"))
    const nonce = /nonce-(\w+)/.exec(panel.html)![1]!
    expect(panel.html).toContain(`content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'"`)
    panel.said.fire({ kind: "ready" })
    const drawn = await until(() => panel.posted.find((each) => (each as { readonly kind: string }).kind === "graphs") as { readonly graphs: readonly { readonly name: string; readonly svg: string }[] } | undefined)
    expect(drawn.graphs.map(({ name }) => name)).toEqual(["Main"])
    expect(drawn.graphs[0]!.svg).toMatch(/^<svg/)
    const at = editor.document.positionAt(main.indexOf("fetchPage(topic)"))
    fake.select(editor, at.line, at.character)
    const marked = await until(() => panel.posted.findLast((each) => (each as { readonly id?: string }).id?.includes("fetchPage")) as { readonly id: string } | undefined)
    fake.select(editor, 0, 0)
    panel.said.fire({ kind: "go", graph: "Main", id: marked.id })
    await until(() => editor.selection.active.line === at.line)
  })

  it("asks for the input of a run in the shape of its parameters, field by field", async () => {
    const shapes = `enum Kind { big, small }
type Inner { count: int @min(1)  note: string? }
workflow Shaped(title: string, inner: Inner, kind: Kind, sure: bool, tags: string[], top: int?): string {
  dead letter "failed"
  return "{title} {inner.count} {kind} {sure} {tags.length} {top ?? 0}"
}
`
    const uri = Uri.file(join(folder, "shapes.agentflow"))
    await fake.open(uri, shapes)
    fake.answers.push("T", "3", "leave out", "small", "yes", '["a"]', "give a value", "7")
    await fake.command("agentflow.run", uri.toString(), "Shaped")
    expect(fake.messages).toEqual([])
    const { args } = fake.tasks.at(-1)!
    expect(args.slice(-3, -1)).toEqual(["Shaped", "--input"])
    expect(JSON.parse(args.at(-1)!)).toEqual({ title: "T", inner: { count: 3 }, kind: "small", sure: true, tags: ["a"], top: 7 })
    // Who gives up at a question starts nothing.
    const before = fake.tasks.length
    fake.answers.push("T", undefined)
    await fake.command("agentflow.run", uri.toString(), "Shaped")
    expect(fake.tasks.length).toBe(before)
    // What is typed is checked while it is typed.
    const count = fake.asked.findLast(({ prompt }) => prompt === "Input › inner › count")!
    expect(["", "x", "1.5", "0", "2"].map((text) => count.validateInput!(text))).toEqual(["A number is needed.", "A number is needed.", "A whole number is needed.", "At least 1.", undefined])
    await fake.open(program())
  })

  it("lists nothing in the inbox of a folder where nothing runs", async () => {
    expect(await fake.treeProvider().getChildren()).toEqual([])
  })

  it("approves and rejects what runs ask, and the runs end with that", { timeout: 120_000 }, async () => {
    writeFileSync(join(folder, "ask.agentflow"), asking)
    expect(spawnSync(process.execPath, [join(root, "dist/cli/main.js"), "build", "ask.agentflow"], { cwd: folder }).status).toBe(0)
    const runs = [startRun(folder, "Ask", "yes"), startRun(folder, "Ask", "no"), startRun(folder, "Count", "count")]
    const items = await until(async () => {
      const found = await fake.treeProvider().getChildren() as readonly InboxItem[]
      return found.length === 3 ? new Map(found.map((item) => [item.question.run, item])) : undefined
    })
    // The buttons of a line follow from this: a question with no answer that means no has no button for it.
    const kinds = [...items].map(([run, item]) => [run, fake.treeProvider().getTreeItem(item)["contextValue"]])
    expect(Object.fromEntries(kinds)).toEqual({ yes: "question with a no", no: "question with a no", count: "question" })
    expect(fake.treeProvider().getTreeItem(items.get("yes"))).toMatchObject({ label: "Is yes right?", description: "yes · Ask" })
    fake.messages.length = 0
    await fake.command("agentflow.inbox.approve", items.get("yes"))
    await fake.command("agentflow.inbox.reject", items.get("no"))
    expect(fake.messages).toEqual(["status: AgentFlow: yes is answered", "status: AgentFlow: no is answered"])
    await fake.command("agentflow.inbox.reject", items.get("no"))
    expect(fake.messages.at(-1)).toMatch(/^error: .*(answered already, by|waits for nobody|has ended)/)
    fake.answers.push("12")
    await fake.command("agentflow.inbox.answer", items.get("count"))
    expect(await Promise.all(runs)).toMatchObject([{ status: "completed", output: "yes: approve" }, { status: "completed", output: "no: decline" }, { status: "completed", output: 12 }])
    expect(await fake.treeProvider().getChildren()).toEqual([])
  })
})
