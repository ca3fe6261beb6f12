// Projects as the playground's download has them, unpacked elsewhere: every example checks, and the commands of the README work, its services included.

import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { strFromU8, unzipSync } from "fflate"
import { afterEach, describe, expect, it } from "vitest"
import { zipProject, type DownloadOptions } from "../../playground/src/share/zip.ts"
import { gallery, sharedFiles } from "../../tasks/playground/gallery.ts"
import { openWorkspace, type Workspace } from "../harness/cli.ts"

const root = join(import.meta.dirname, "../..")
const examples = gallery(root)
const shared = new Map(sharedFiles(root).map(({ path, text }) => [path, text]))

const closing: (() => unknown)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

interface Unpacked {
  readonly here: Workspace
  readonly files: ReadonlyMap<string, string>
  /** Of the README, in order. */
  readonly commands: readonly string[]
}

function unpack(name: string, files: ReadonlyMap<string, string>, options: DownloadOptions = {}): Unpacked {
  const unpacked = new Map(Object.entries(unzipSync(zipProject(name, files, { shared, ...options }))).map(([path, bytes]) => [path.slice(name.length + 1), strFromU8(bytes)]))
  const here = openWorkspace(Object.fromEntries(unpacked))
  closing.push(() => here.close())
  const blocks = [...unpacked.get("README.md")!.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block]) => block!.trim().split("\n"))
  return { here, files: unpacked, commands: blocks.flat() }
}

function unpackExample(id: string, options?: DownloadOptions): Unpacked {
  const found = examples.find((each) => each.id === id)!
  return unpack(id, new Map(found.files.map(({ path, text }) => [path, text])), options)
}

/** What comes after `npx agentflow`, which is not on the path of a test. */
async function agentflow({ here }: Unpacked, command: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await here.agentflow(...command.replace("npx agentflow ", "").split(" "), ...more)
  expect([command, code, code === 0 ? "" : stdout + stderr]).toEqual([command, 0, ""])
  return stdout
}

/** As the README starts them, but at a free port. */
async function startServices({ here }: Unpacked, command: string): Promise<string> {
  const [, ...args] = command.split(" ")
  const child: ChildProcess = spawn(process.execPath, [...args, "--port", "0"], { cwd: here.folder, stdio: ["ignore", "pipe", "inherit"] })
  closing.unshift(() => child.kill())
  const [line] = (await once(child.stdout!, "data")) as [Buffer]
  return (JSON.parse(line.toString()) as { readonly origin: string }).origin
}

describe("a downloaded project", () => {
  it.each(examples.map(({ id }) => id))("%s stands alone: it checks, and nothing leads out of its folder", async (id) => {
    const project = unpackExample(id)
    await agentflow(project, project.commands.find((command) => command.startsWith("npx agentflow check"))!)
    for (const [path, text] of project.files) {
      for (const [, to] of text.matchAll(/from "(\.(?!\/generated\/)[^"]+)"/g)) expect(existsSync(join(project.here.folder, path, "..", to!)), `${path}: ${to}`).toBe(true)
      expect(text, path).not.toMatch(/\$schema=\.\.|node \.\.\/\.\.|At the root of the repository|at the root has built/)
    }
  }, 60_000)

  it("runs by its README, with its services", async () => {
    const project = unpackExample("order-saga")
    const [install, services, check, run, ...rest] = project.commands
    expect([install, services, rest]).toEqual(["npm install agentflow @agentflow/runtime", "node services.ts", []])
    process.env["EXAMPLE_SERVICES"] = await startServices(project, services!)
    closing.push(() => { delete process.env["EXAMPLE_SERVICES"] })
    await agentflow(project, check!)
    expect(JSON.parse(await agentflow(project, run!, "--json"))).toMatchObject({ status: "completed" })
    expect(existsSync(join(project.here.folder, ".agentflow/received.jsonl"))).toBe(true)
    expect(project.files.get("EXAMPLE.md")).toContain('npm install agentflow @agentflow/runtime\nalias agentflow="npx agentflow"')
    expect(unpackExample("daily-brief").commands).toContain("node services.ts --journal .agentflow/received.jsonl --secrets .secrets.json")
  }, 120_000)

  it("of one's own runs by its README, with the input that the page had", async () => {
    const project = unpack("mine", new Map([["hello.agentflow", "/// Says hello.\nworkflow Hello(name: string): string {\n  return \"hello {name}\"\n}\nworkflow Other(): string {\n  return \"other\"\n}\n"]]), { input: '{ "name": "Ada" }', workflow: "Hello" })
    expect(project.commands).toEqual(["npm install agentflow @agentflow/runtime", "npx agentflow check hello.agentflow", "npx agentflow run hello.agentflow Hello --input @input.json"])
    await agentflow(project, project.commands[1]!)
    expect(JSON.parse(await agentflow(project, project.commands[2]!, "--json"))).toMatchObject({ output: "hello Ada" })
  }, 60_000)
})
