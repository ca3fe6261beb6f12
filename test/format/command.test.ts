// agentflow fmt as a process: in place, --check, --stdin, and its errors.

import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const main = join(import.meta.dirname, "../../cli/main.ts")
const loose = "type  A{ a:int }\n"
const tidy = "type A { a: int }\n"
let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "agentflow-fmt-"))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fmt(args: readonly string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "fmt", ...args], { cwd: folder, encoding: "utf8", input: input ?? "" })
  return { status, stdout, stderr }
}

function write(name: string, text: string | Uint8Array): string {
  writeFileSync(join(folder, name), text)
  return name
}

const read = (name: string): string => readFileSync(join(folder, name), "utf8")

describe("agentflow fmt", () => {
  it("rewrites what is not formatted, names it, and keeps its mode", () => {
    write("a.agentflow", loose)
    write("b.agentflow", tidy)
    chmodSync(join(folder, "a.agentflow"), 0o640)
    expect(fmt(["a.agentflow", "b.agentflow"])).toEqual({ status: 0, stdout: "a.agentflow\n", stderr: "" })
    expect(read("a.agentflow")).toBe(tidy)
    if (process.platform !== "win32") expect(statSync(join(folder, "a.agentflow")).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([])
  })

  it("--check changes nothing and exits with 1", () => {
    write("c.agentflow", loose)
    expect(fmt(["--check", "c.agentflow"])).toEqual({ status: 1, stdout: "c.agentflow\n", stderr: "" })
    expect(read("c.agentflow")).toBe(loose)
    write("c.agentflow", tidy)
    expect(fmt(["--check", "c.agentflow"])).toEqual({ status: 0, stdout: "", stderr: "" })
  })

  it("--stdin writes to stdout, carriage returns and all", () => {
    expect(fmt(["--stdin"], "type  A{\r\n a:int }\r\n").stdout).toBe("type A {\r\n  a: int\r\n}\r\n")
    expect(fmt(["--stdin", "--check"], loose)).toEqual({ status: 1, stdout: "", stderr: "" })
  })

  it("writes through a link", () => {
    if (process.platform === "win32") return
    write("target.agentflow", loose)
    symlinkSync("target.agentflow", join(folder, "link.agentflow"))
    expect(fmt(["link.agentflow"]).status).toBe(0)
    expect(read("target.agentflow")).toBe(tidy)
  })

  it("says what is wrong, and writes nothing then", () => {
    write("d.agentflow", loose)
    expect(fmt(["d.agentflow", "missing.agentflow"])).toMatchObject({ status: 2, stderr: expect.stringContaining("There is no file missing.agentflow.") })
    expect(read("d.agentflow")).toBe(loose)
    expect(fmt(["."])).toMatchObject({ status: 2, stderr: expect.stringContaining(". is a folder.") })
    write("e.agentflow", new Uint8Array([0xff, 0xfe, 0x41]))
    expect(fmt(["e.agentflow"])).toMatchObject({ status: 2, stderr: expect.stringContaining("e.agentflow is not UTF-8 text.") })
    expect(fmt([])).toMatchObject({ status: 2, stderr: expect.stringContaining("There is nothing to format.") })
    expect(fmt(["--stdin", "d.agentflow"])).toMatchObject({ status: 2, stderr: expect.stringContaining("it takes no files") })
  })
})
