// What is said, by name, when the Dapr binaries can't be had: never a silent skip.
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { runCommand } from "../../tasks/dapr/command.ts"
import { isAtLeast } from "../../tasks/dapr/pinned.ts"

const buildScript = join(import.meta.dirname, "../../tasks/dapr/build.ts")

let folder = ""

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agentflow-binaries-"))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Runs the build with only these programs to be found, each a JavaScript text. */
async function buildWith(programs: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv = {}) {
  const path = join(folder, "bin")
  await mkdir(path, { recursive: true })
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(path, name), `#!${process.execPath}\n${text}\n`)
    await chmod(join(path, name), 0o755)
  }
  const env = { ...process.env, PATH: path, AGENTFLOW_CACHE: join(folder, "cache"), DAPR_BIN_DIR: "", ...environment }
  const { exitCode, output, errorOutput } = await runCommand(process.execPath, [buildScript], { environment: env })
  return { exitCode, output, said: errorOutput, binFolder: path }
}

const goThat = (onList: string, onBuild = ""): string => `
  const command = process.argv[2]
  if (command === "env") console.log("go1.99.0")
  if (command === "list") { ${onList} }
  if (command === "build") { ${onBuild} }`

const writesBinaries = (version: string): string => `
  const fs = require("node:fs"), path = require("node:path")
  const folder = process.argv[process.argv.indexOf("-o") + 1]
  for (const name of ["daprd", "placement", "scheduler"]) {
    fs.writeFileSync(path.join(folder, name), "#!" + process.execPath + "\\nconsole.log('${version}')", { mode: 0o755 })
  }`

describe("building the Dapr binaries", () => {
  it("names Go when it is missing", async () => {
    const { exitCode, output, said } = await buildWith({})
    expect({ exitCode, output }).toEqual({ exitCode: 3, output: "" })
    expect(said).toMatch(/can't be had\. Go toolchain: there is no `go` command\. .*Go 1\.\d+\.\d+ or newer/)
  })

  it("names the version when Go is too old", async () => {
    const { exitCode, said } = await buildWith({ go: `console.log("go1.19.8")` })
    expect(exitCode).toBe(3)
    expect(said).toMatch(/Go toolchain: it is version 1\.19\.8\. .*Go 1\.\d+\.\d+ or newer/)
  })

  it("passes on what Go itself says against the version", async () => {
    const { exitCode, said } = await buildWith({ go: `console.error("go.mod requires more"); process.exit(1)` })
    expect(exitCode).toBe(3)
    expect(said).toContain("Go toolchain: go.mod requires more")
  })

  it("names the modules when they can't be had", async () => {
    const { exitCode, said } = await buildWith({ go: goThat(`console.error("no such host"); process.exit(1)`) })
    expect(exitCode).toBe(3)
    expect(said).toMatch(/Go modules: .*can't be had:\nno such host\nNeeded: a Go module proxy/)
  })

  it("leaves nothing behind when the compiler fails", async () => {
    const { exitCode, said } = await buildWith({ go: goThat("", `console.error("disk full"); process.exit(1)`) })
    expect(exitCode).toBe(3)
    expect(said).toMatch(/did not compile \(exit code 1\):\ndisk full/)
    expect(await readdir(join(folder, "cache/dapr"))).toEqual(["build.lock"])
  })

  it("builds once for two at the same time, and not again", async () => {
    const countFile = join(folder, "count")
    const counted = `${writesBinaries("9.0.0")}; fs.appendFileSync(${JSON.stringify(countFile)}, "x")`
    const programs = { go: goThat("", counted) }
    const both = await Promise.all([buildWith(programs), buildWith(programs)])
    const results = [...both, await buildWith(programs)]
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
    expect(new Set(results.map(({ output }) => dirname(output)))).toEqual(new Set([join(folder, "cache/dapr")]))
    expect(await readFile(countFile, "utf8")).toBe("x")
  })

  it("takes installed binaries that are complete and new enough", async () => {
    const programs = { daprd: `console.log("9.0.0")`, placement: "", scheduler: "" }
    const { exitCode, output, binFolder } = await buildWith(programs)
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: binFolder })
  })

  it("passes over installed binaries that are too old", async () => {
    const go = goThat("", writesBinaries("9.0.0"))
    const programs = { daprd: `console.log("1.0.0")`, placement: "", scheduler: "", go }
    const { exitCode, output, binFolder } = await buildWith(programs)
    expect(exitCode).toBe(0)
    expect(output).not.toBe(binFolder)
  })

  it.each([
    ["an incomplete set", `console.log("9.0.0")`, {}, "there is no scheduler"],
    ["an old version", `console.log("1.0.0")`, { scheduler: "" }, "daprd is version 1.0.0; needed is"],
    ["an unnamed version", `console.log("edge")`, { scheduler: "" }, "daprd is version edge; needed is"],
    ["a daprd that fails", "process.exit(1)", { scheduler: "" }, "daprd does not run"],
  ])("does not take %s from DAPR_BIN_DIR, and builds nothing instead", async (_what, daprd, others, reason) => {
    const programs = { daprd, placement: "", ...others }
    const { exitCode, said } = await buildWith(programs, { DAPR_BIN_DIR: join(folder, "bin") })
    expect(exitCode).toBe(3)
    expect(said).toContain(`DAPR_BIN_DIR=${join(folder, "bin")}: ${reason}`)
  })
})

describe("comparing versions", () => {
  it.each([
    ["1.18.0", true], ["1.18.1", true], ["1.19.0-rc.1", true], ["2.0.0", true], ["1.26", true],
    ["1.17.9", false], ["1.18.0-rc.1", false], ["1.9.0", false], ["edge", false], ["", false],
  ])("takes %j for at least 1.18.0: %j", (version, expected) => {
    expect(isAtLeast(version, "1.18.0")).toBe(expected)
  })
})
