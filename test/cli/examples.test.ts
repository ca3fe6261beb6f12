// The examples of --help: each is a command line that agentflow takes, and those that need no run under way are run.

import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { parse } from "../../cli/program.ts"
import { commands } from "../../cli/table.ts"

const root = join(import.meta.dirname, "../..")
const folder = mkdtempSync(join(tmpdir(), "agentflow-examples-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const flow = `workflow DailyBrief(topic: string): string {\n  log "about {topic}"\n  return topic\n}\n\ntest "says it" {\n  run DailyBrief("AI")\n  expect completed\n}\n`
for (const path of [".config/fish/completions", ".zsh", "bin"]) mkdirSync(join(folder, path), { recursive: true })
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
for (const name of ["daily-brief", "order-saga"]) cpSync(join(root, "examples", name), join(folder, "examples", name), { recursive: true, filter: (path) => !/generated|\.agentflow$/.test(path) || path.endsWith(`${name}.agentflow`) })
cpSync(join(root, "examples/shared"), join(folder, "examples/shared"), { recursive: true, filter: () => existsSync(join(root, "examples/shared")) })
for (const [path, text] of Object.entries({ "flow.agentflow": flow, "flow-before.agentflow": flow, "input.json": '{"topic":"AI"}', "mended.json": '{"topic":"AI"}', "by-hand.js": "" })) writeFileSync(join(folder, path), text)
writeFileSync(join(folder, "bin/agentflow"), `#!/bin/sh\nexec '${process.execPath}' '${join(root, "dist/cli/main.js")}' "$@"\n`, { mode: 0o755 })

const env = { ...process.env, HOME: folder, PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` }
const examples = commands.flatMap((command) => command.examples.map((example) => ({ command, example })))

/** These begin or steer a run, or serve until they are stopped: other tests run them. */
const needRuns: ReadonlySet<string> = new Set([
  "run", "dev", "pilot", "inbox", "approve", "reject", "answer", "cancel", "terminate", "suspend", "resume", "dead", "redrive", "purge", "logs", "runs", "replay", "mcp", "model", "sidecar", "playground", "lsp",
])

describe("an example of --help", () => {
  it.each(examples)("is taken: $example", ({ command, example }) => {
    // What a shell makes of it.
    const { stdout } = spawnSync("bash", ["-c", `exec 3>&1; agentflow() { printf '%s\\0' "$@" >&3; }; ${example}`], { cwd: folder, encoding: "utf8", env })
    const [name, ...rest] = stdout.split("\0").slice(0, -1)
    expect(name).toBe(command.name)
    const taken = parse(command, rest)
    if (taken === "help") throw new Error("it asks for help")
    for (const { name: flag, choices } of command.flags) if (choices !== undefined && taken.flags[flag] !== undefined) expect(choices).toContain(taken.flags[flag])
    for (const word of taken.positionals) if (word.endsWith(".agentflow")) expect([word, existsSync(join(folder, word))]).toEqual([word, true])
  })

  it.each(examples.filter(({ command }) => !needRuns.has(command.name)))("works: $example", ({ example }) => {
    const { status, stderr } = spawnSync("bash", ["-c", example], { cwd: folder, encoding: "utf8", env })
    expect([stderr, status]).toEqual([expect.not.stringMatching(/error/), 0])
  })
})
