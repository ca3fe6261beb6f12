// The completion scripts in the shells that they are for.

import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { completionFor, shells, type Shell } from "../../cli/completions.ts"
import { commands } from "../../cli/table.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-shells-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, "functions"))
mkdirSync(join(folder, "flows"))
writeFileSync(join(folder, "flow.agentflow"), "")
copyFileSync(join(import.meta.dirname, "../harness/capture.zsh"), join(folder, "capture.zsh"))
for (const shell of shells) writeFileSync(join(folder, shell === "zsh" ? "functions/_agentflow" : `completion.${shell}`), completionFor(shell, commands))

const isHere = (shell: Shell): boolean => spawnSync(shell, ["--version"]).status === 0

/** What the shell offers for the line, whose last word is completed. */
const offers: Readonly<Record<Shell, (line: string) => readonly string[]>> = {
  bash(line) {
    const words = line.split(" ").map((word) => `'${word}'`)
    const script = `source ./completion.bash; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _agentflow; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" }).trim().split("\n")
  },
  zsh(line) {
    const said = execFileSync("zsh", ["-f", "capture.zsh", line], { cwd: folder, encoding: "latin1", timeout: 50_000 })
    return [...new Set([...said.matchAll(/<<(.*?)>>/g)].map((match) => match[1]!))]
  },
  fish(line) {
    const said = execFileSync("fish", ["--no-config", "-c", `source completion.fish; complete -C '${line}'`], { cwd: folder, encoding: "utf8", env: { ...process.env, HOME: folder } })
    return said.trim().split("\n").map((each) => each.split("\t")[0]!)
  },
}

describe.each(shells)("%s", (shell) => {
  if (!isHere(shell)) {
    // Told by name, not skipped: what is tried instead is that the script names everything.
    it(`is not on this machine (apt install ${shell}): its script is only read`, () => {
      for (const { name, flags } of commands) for (const word of [name, ...flags.map((flag) => flag.name)]) expect(completionFor(shell, commands)).toContain(word)
    })
    return
  }
  it.each([
    ["agentflow gr", ["graph"]],
    ["agentflow run --appr", ["--approve"]],
    ["agentflow graph --format m", ["mermaid"]],
    ["agentflow test --report ju", ["junit"]],
    ["agentflow init -t s", ["saga"]],
    ["agentflow completion z", ["zsh"]],
    ["agentflow help che", ["check"]],
    ["agentflow check fl", ["flow.agentflow"]],
  ])("completes %s", (line, wanted) => {
    expect(offers[shell](line).filter((each) => !/^flows\/?$/.test(each))).toEqual(wanted)
  })

  it("offers every command", () => {
    expect(offers[shell]("agentflow ")).toEqual(expect.arrayContaining(commands.map(({ name }) => name)))
  })
})
