// A check gives its answer whatever has become of the code that is kept for it.

import { spawn } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { Script } from "node:vm"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const program = join(root, "cli/templates/research/main.agentflow")
const isRoot = process.getuid?.() === 0

let home: string
let cli: string
let kept: string

/** An installation of its own. */
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "agentflow-code-cache-"))
  cli = join(home, "dist/cli")
  kept = join(cli, "code-cache")
  mkdirSync(cli, { recursive: true })
  for (const entry of readdirSync(join(root, "dist/cli"))) cpSync(join(root, "dist/cli", entry), join(cli, entry), { recursive: true })
  cpSync(program, join(home, "main.agentflow"))
  cpSync(join(root, "package.json"), join(home, "package.json"))
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"))
  chmodSync(home, 0o755)
})

afterEach(() => {
  chmodSync(cli, 0o755)
  rmSync(home, { recursive: true, force: true })
})

interface Options {
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** As a user who may write nowhere, even where the tests run as one who may write everywhere. */
  readonly asNobody?: boolean
}

async function check({ flags = [], env = {}, asNobody = false }: Options = {}): Promise<string> {
  const user = asNobody && isRoot ? { uid: 65_534, gid: 65_534 } : {}
  const child = spawn(process.execPath, [...flags, join(cli, "main.js"), "check", "main.agentflow"], { cwd: home, env: { ...process.env, NODE_OPTIONS: "", ...env }, ...user })
  let output = ""
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()))
  const [code, signal] = await new Promise<readonly unknown[]>((resolve) => child.once("close", (...ended) => resolve(ended)))
  return `${String(code)} ${String(signal)} ${output.trim()}`
}

const answer = expect.stringMatching(/^0 null \S+ main\.agentflow: no errors, no warnings$/)
const filesKept = (): readonly string[] => readdirSync(kept).sort()
/** The largest: what every check runs. */
const mainFile = (): string => join(kept, filesKept().reduce((a, b) => (statSync(join(kept, a)).size > statSync(join(kept, b)).size ? a : b)))
const when = (): readonly number[] => filesKept().map((file) => statSync(join(kept, file)).mtimeMs)

/** Checks, and says whether the code that was kept has been of use: what is refused is made again. */
async function checkWithKept(): Promise<boolean> {
  const before = when()
  expect(await check()).toEqual(answer)
  return JSON.stringify(when()) === JSON.stringify(before)
}

const twice = (data: Buffer): Buffer => Buffer.concat([data, data])

describe("the code that is kept for a check", () => {
  it("is used when the build made it, and left as it is", async () => {
    expect(filesKept().length).toBeGreaterThan(0)
    expect(await checkWithKept()).toBe(true)
  })

  it("is made by the first check of another Node, beside what is there", async () => {
    const largest = mainFile()
    const others = filesKept().map((file) => file.replace(process.versions.v8, "1.2.3"))
    for (const [index, file] of filesKept().entries()) cpSync(join(kept, file), join(kept, others[index]!))
    for (const file of filesKept()) if (!others.includes(file)) rmSync(join(kept, file))
    expect(await check()).toEqual(answer)
    expect(filesKept()).toEqual(expect.arrayContaining([...others, basename(largest)]))
    expect(await checkWithKept()).toBe(true)
  })

  it.each([
    ["empty", () => Buffer.alloc(0)],
    ["text", () => Buffer.from("no code\n")],
    ["zeros", (good: Buffer) => Buffer.alloc(good.length)],
    ["cut off", (good: Buffer) => good.subarray(0, good.length / 2)],
    ["cut off at an odd byte", (good: Buffer) => good.subarray(0, good.length - 1)],
    ["wrong in a few bytes", (good: Buffer) => Buffer.from(good).fill("xxxx", good.length >> 2, (good.length >> 2) + 16)],
    ["of another script", () => twice(new Script("(function () {})").createCachedData())],
  ] as const)("does not matter when it is %s, and is made again", async (_what, spoil) => {
    const file = mainFile()
    writeFileSync(file, spoil(readFileSync(file)))
    expect(await check()).toEqual(answer)
    expect(await checkWithKept()).toBe(true)
  })

  it("is of use for what is loaded later, after V8 was told not to optimise", async () => {
    for (const folder of ["base", "services"]) symlinkSync(join(root, "dist", folder), join(home, "dist", folder))
    writeFileSync(join(home, "tools.ts"), "export function greet(name: number): string { return String(name) }\n")
    writeFileSync(join(home, "main.agentflow"), 'tool greet(name: string): string from "./tools.ts" {\n  reads\n}\n\nworkflow Hello(name: string): string {\n  dead letter "failed"\n  let text = greet(name) retry never timeout 5s\n  return text\n}\n')
    const mistake = expect.stringMatching(/^1 null error AF3040 `greet` in tools.ts takes `number` as `name`/)
    expect(await check()).toEqual(mistake)
    const made = when()
    expect(made.length).toBeGreaterThan(1)
    expect(await check()).toEqual(mistake)
    expect(when()).toEqual(made)
  })

  it("is used for a long program, and for what can't be looked at", async () => {
    const unit = readFileSync(program, "utf8")
    writeFileSync(join(home, "main.agentflow"), `${unit}\n${"// a line of a comment\n".repeat(20_000)}`)
    expect(await checkWithKept()).toBe(true)
    rmSync(join(home, "main.agentflow"))
    symlinkSync("main.agentflow", join(home, "main.agentflow"))
    expect(await check()).toMatch(/^2 null error: /)
  })

  it("is neither used nor changed under flags of V8", async () => {
    const before = when()
    expect(await check({ flags: ["--no-opt", "--stack-size=900"] })).toEqual(answer)
    expect(await check({ env: { NODE_OPTIONS: "--interpreted-frames-native-stack" } })).toEqual(answer)
    expect(when()).toEqual(before)
    expect(await checkWithKept()).toBe(true)
  })

  it.each([["with", true], ["without", false]])("need not be written in a folder that is read only, %s code in it", async (_what, has) => {
    if (!has) rmSync(kept, { recursive: true })
    chmodSync(cli, 0o555)
    expect(await check({ asNobody: true })).toEqual(answer)
    chmodSync(cli, 0o755)
    expect(readdirSync(cli).includes("code-cache")).toBe(has)
  })

  it("need not be kept where something else lies", async () => {
    rmSync(kept, { recursive: true })
    writeFileSync(kept, "")
    expect(await check()).toEqual(answer)
    expect(readFileSync(kept, "utf8")).toBe("")
  })

  it("is whole after several have made it at once", async () => {
    const largest = mainFile()
    rmSync(kept, { recursive: true })
    const answers = await Promise.all(Array.from({ length: 4 }, () => check()))
    for (const each of answers) expect(each).toEqual(answer)
    expect(filesKept()).toContain(basename(largest))
    expect(filesKept().filter((file) => file.includes(basename(largest)))).toHaveLength(1)
    expect(await checkWithKept()).toBe(true)
  })
})
