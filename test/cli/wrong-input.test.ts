// Wrong input for every command: a message with a way out and the exit code that the reference says, never a stack.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Failure } from "../../cli/failure.ts"
import { parse } from "../../cli/program.ts"
import { commands, type Command } from "../../cli/table.ts"
import { openTerminal } from "../../cli/terminal.ts"
import { openWorkspace } from "../harness/cli.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-wrong-"))
const before = process.cwd()
beforeAll(() => process.chdir(folder))
afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true, force: true })
})
mkdirSync(join(folder, "folder.agentflow"))
writeFileSync(join(folder, "empty.agentflow"), "")
writeFileSync(join(folder, "binary.agentflow"), new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0, 1]))

/** What the command refuses with, in this process. */
async function refusal(command: Command, args: readonly string[]): Promise<Failure | undefined> {
  try {
    const parsed = parse(command, args)
    if (parsed === "help") return undefined
    const { main } = await command.load()
    await main({ terminal: { ...openTerminal({}), out() {}, error() {} }, ...parsed })
    return undefined
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
}

describe.each(commands)("agentflow $name", (command) => {
  it("refuses an unknown flag and guesses the one that was meant", () => {
    expect(() => parse(command, ["--nope"])).toThrow(expect.objectContaining({ exitCode: 2, message: "There is no flag '--nope'.", advice: `agentflow ${command.name} --help lists its flags.` }) as Error)
    for (const { name, value } of command.flags) {
      if (name.length < 5) continue
      expect(() => parse(command, [`--${name.slice(0, -1)}`])).toThrow(expect.objectContaining({ exitCode: 2, advice: expect.stringMatching(/^Did you mean '--/) as string }) as Error)
      if (value === undefined) expect(() => parse(command, [`--${name}=x`])).toThrow(`--${name} takes no value.`)
      else expect(() => parse(command, [`--${name}`])).toThrow(`--${name} needs a value: ${value}.`)
    }
  })

  it("refuses too few and too many arguments, with its usage", () => {
    const usage = `Usage: agentflow ${command.name} ${command.usage}`.trimEnd()
    if (command.minimum > 0) expect(() => parse(command, [])).toThrow(expect.objectContaining({ exitCode: 2, message: "An argument is missing.", advice: usage }) as Error)
    if (!Number.isFinite(command.maximum)) return
    const words = Array.from({ length: command.maximum + 1 }, (_, index) => `word${index}`)
    expect(() => parse(command, words)).toThrow(expect.objectContaining({ exitCode: 2, message: `'word${command.maximum}' is one argument too many.`, advice: usage }) as Error)
  })
})

describe.each(commands.filter(({ usage }) => /^\[?FILE/.test(usage)))("a program for agentflow $name", (command) => {
  const more = command.name === "replay" ? ["run"] : []
  it.each([
    ["that is not there", "missing.agentflow", /^There is no file missing\.agentflow\.$/],
    ["that is a folder", "folder.agentflow", /^folder\.agentflow is a folder\.$/],
    ["that is binary", "binary.agentflow", /^binary\.agentflow (can't be read|is not UTF-8 text)\.$/],
  ])("%s", async (_name, file, message) => {
    const failure = await refusal(command, [file, ...more])
    expect(failure).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) as string, advice: expect.stringMatching(/./) as string })
  })
})

it.each([["run", 2, "The program has no workflow."], ["graph", 1, "empty.agentflow has no workflow."], ["test", 2, "There is no test in these programs."]])("an empty program for agentflow %s", async (name, exitCode, message) => {
  expect(await refusal(commands.find((command) => command.name === name)!, ["empty.agentflow"])).toMatchObject({ exitCode, message, advice: expect.stringMatching(/./) as string })
})

describe("as a process", () => {
  it.each([
    ["a port that is taken: model", ["model", "--port"], /Choose another port with --port/],
    ["a port that is taken: playground", ["playground", "--port"], /Port \d+ is taken\.\n {2}Choose another one with --port/],
    ["a port that is taken: sidecar", ["sidecar", "--http-port", "0", "--grpc-port"], /:\d+: the port is in use; choose another port/],
  ])("%s", async (_name, args, text) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const here = openWorkspace()
    const outcome = await here.agentflow(...args, String((server.address() as AddressInfo).port))
    server.close()
    here.close()
    expect(outcome).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(text) as string })
    expect(outcome.stderr).not.toMatch(/^\s+at /m)
  })

  it.each([
    [["inbox", "--sidecar", "127.0.0.1:1", "--http", "127.0.0.1:1"], /^error: No sidecar answers there/],
    [["runs", "--sidecar", "127.0.0.1:1"], /^error: No sidecar answers there: ECONNREFUSED 127\.0\.0\.1:1\./],
    [["graph", "empty.agentflow", "-o", "nowhere/x.svg"], /^error: empty\.agentflow has no workflow/],
    [["init", "file.txt/new"], /^error: file\.txt\/new can't be used: a part of the path is a file\./],
    [["check", "flow.agentflow", "--config", "file.txt"], /^error: file\.txt:1:1: the file holds no settings\.\n {2}Write them/],
    [["model", "--port", "0", "--script", "file.txt"], /file\.txt: not JSON.*\n {2}Check the path and the text of --script/],
    [["nothing"], /^error: There is no command 'nothing'\.\n {2}agentflow --help lists all commands\./],
  ])("%j", async (args, text) => {
    const here = openWorkspace({ "empty.agentflow": "", "flow.agentflow": 'workflow A() { log "x" }\n', "file.txt": "text" })
    const outcome = await here.agentflow(...args)
    here.close()
    expect(outcome.stderr).toMatch(text)
    expect(outcome.stderr).not.toMatch(/^\s+at |internal error/m)
    expect([1, 2]).toContain(outcome.code)
  })

  it("a file that may not be read", async () => {
    const here = openWorkspace({ "secret.agentflow": "type A { b: string }\n" })
    chmodSync(join(here.folder, "secret.agentflow"), 0)
    const outcome = await here.agentflow("check", "secret.agentflow")
    here.close()
    // Nothing is closed to the super-user, who is told nothing wrong either.
    if (process.getuid?.() === 0) expect(outcome).toMatchObject({ code: 0, stderr: "" })
    else expect(outcome).toMatchObject({ code: 2, stderr: "error: secret.agentflow can't be read.\n  Check that you may read it and that it is UTF-8 text.\n" })
  })
})
