// --json: every command has it but lsp, and standard output is then JSON alone.

import { describe, expect, it } from "vitest"
import { commands } from "../../cli/table.ts"
import { openWorkspace } from "../harness/cli.ts"
import { startAgentflow } from "../harness/long-lived.ts"

const wrong = 'workflow Greet(name: string): string {\n  return nam\n}\n'

it("is a flag of every command; the language server speaks a protocol of its own", () => {
  expect(commands.filter(({ flags }) => !flags.some(({ name }) => name === "json")).map(({ name }) => name)).toEqual(["lsp"])
})

describe("a server", () => {
  it.each([
    ["model", ["--port", "0"], { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/) as string }],
    ["playground", ["--port", "0"], { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) as string, port: expect.any(Number) as number }],
    ["sidecar", ["--grpc-port", "0", "--http-port", "0"], { host: "127.0.0.1", grpcPort: expect.any(Number) as number, httpPort: expect.any(Number) as number, db: expect.stringMatching(/runs\.db$/) as string }],
    ["dev", ["--port", "0"], { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/) as string, sidecar: { grpcPort: expect.any(Number) as number } }],
  ])("%s prints one line when it is ready, and ends with 0 when it is told to", async (name, args, line) => {
    const here = openWorkspace()
    const server = startAgentflow(here.folder, [name, ...args, "--json"])
    await server.until("}\n")
    expect(await server.end("SIGTERM")).toBe(0)
    expect(server.stdout().trimEnd().split("\n")).toHaveLength(1)
    expect(JSON.parse(server.stdout())).toMatchObject(line)
    here.close()
  })
})

describe("JSON", () => {
  it("of a program with errors holds them", async () => {
    const here = openWorkspace({ "wrong.agentflow": wrong })
    const diagnostics = expect.arrayContaining([expect.objectContaining({ severity: "error", start: expect.objectContaining({ line: 2 }) as object })]) as object
    for (const args of [["build"], ["run", "-i", '{"name":"Ada"}']]) {
      const [name = "", ...rest] = args
      const outcome = await here.agentflow(name, "wrong.agentflow", ...rest, "--json")
      expect([outcome.code, JSON.parse(outcome.stdout)]).toEqual([1, { error: { message: "wrong.agentflow was not compiled.", advice: null, diagnostics } }])
    }
    for (const name of ["check", "cost", "explain-policy"]) {
      const outcome = await here.agentflow(name, "wrong.agentflow", "--json")
      expect([name, outcome.code, JSON.parse(outcome.stdout)]).toEqual([name, 1, { diagnostics }])
    }
    here.close()
  })

  it("of the program itself", async () => {
    const here = openWorkspace({ "flow.agentflow": 'workflow A() { log "x" }\ntest "a" { run A() expect completed }\n' })
    const json = async (...args: readonly string[]): Promise<unknown> => JSON.parse((await here.agentflow(...args)).stdout)
    expect(await json("--version", "--json")).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string, node: process.versions.node })
    expect(await json("--help", "--json")).toMatchObject({ commands: commands.map(({ name, examples }) => ({ name, examples })), exitCodes: { 130: "stopped by Ctrl-C" } })
    expect(await json("help", "graph", "--json")).toMatchObject({ commands: [{ name: "graph" }] })
    expect(await json("completion", "fish", "--json")).toMatchObject({ shell: "fish", script: expect.stringContaining("complete -c agentflow") as string })
    expect(await json("test", "flow.agentflow", "--json")).toMatchObject({ ok: true, tests: [{ name: "a" }] })
    expect(await json("lsp", "--json")).toMatchObject({ error: { message: "There is no flag '--json'." } })
    here.close()
  })
})
