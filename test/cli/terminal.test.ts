// What is drawn where: colours and Unicode on a terminal that has them, each stream by itself, plain ASCII everywhere else.

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import picocolors from "picocolors"
import { afterAll, describe, expect, it } from "vitest"
import { openTerminal, plainly } from "../../cli/terminal.ts"
import { usageOf } from "../../cli/help.ts"
import { commands } from "../../cli/table.ts"
import type { RunView, StepView } from "../../cli/view/fold.ts"
import { drawRun } from "../../cli/view/render.ts"
import { alignedTable } from "../../cli/view/table.ts"
import { openWorkspace } from "../harness/cli.ts"

const askedOfPipe = `import { openPipe } from "${pathToFileURL(join(import.meta.dirname, "../../cli/pipe.ts")).href}"; process.stderr.write(openPipe({}) === undefined ? "a terminal" : "none")`

const shown = { isTTY: true, columns: 80 }
const piped = { isTTY: false, columns: 0 }
const utf8 = { LANG: "de_CH.UTF-8", TERM: "xterm-256color" }
const lookOf = (env: Readonly<Record<string, string>>, stdout = shown, stderr = shown) => openTerminal(env, { stdout, stderr })

describe("a terminal", () => {
  it.each([
    ["UTF-8 by LANG", utf8, true],
    ["UTF-8 by LC_ALL over LANG", { ...utf8, LANG: "C", LC_ALL: "C.utf8" }, true],
    ["another locale", { ...utf8, LC_ALL: "POSIX" }, false],
    ["no locale", { TERM: "xterm" }, false],
    ["the console of Linux", { ...utf8, TERM: "linux" }, false],
    ["a dumb one", { ...utf8, TERM: "dumb" }, false],
    ["AGENTFLOW_ASCII", { ...utf8, AGENTFLOW_ASCII: "1" }, false],
  ])("draws by what it is: %s", (_name, env, unicode) => {
    expect(lookOf(env).unicode).toBe(unicode)
    expect(lookOf(env).done).toContain(unicode ? "✓" : "ok")
  })

  it.each([
    ["a terminal", utf8, shown, true],
    ["a pipe", utf8, piped, false],
    ["a dumb one", { ...utf8, TERM: "dumb" }, shown, false],
    ["NO_COLOR", { ...utf8, NO_COLOR: "1" }, shown, false],
    ["an empty NO_COLOR", { ...utf8, NO_COLOR: "" }, shown, true],
    ["FORCE_COLOR into a pipe", { ...utf8, FORCE_COLOR: "1" }, piped, true],
    ["NO_COLOR over FORCE_COLOR", { ...utf8, NO_COLOR: "1", FORCE_COLOR: "1" }, shown, false],
    ["CI", { ...utf8, CI: "true" }, shown, false],
  ])("is coloured where that is wanted: %s", (_name, env, stream, colour) => {
    expect(lookOf(env, stream).colour).toBe(colour)
  })

  it("is judged for each stream by itself", () => {
    const toFile = lookOf(utf8, piped, shown)
    expect([toFile.colour, toFile.unicode, toFile.errors.colour, toFile.errors.unicode]).toEqual([false, false, true, true])
    const errorsToFile = lookOf(utf8, shown, piped)
    expect([errorsToFile.colour, errorsToFile.unicode, errorsToFile.errors.colour, errorsToFile.errors.unicode]).toEqual([true, true, false, false])
  })

  it("has a width; a pipe has none, unless COLUMNS says so", () => {
    expect(lookOf(utf8).columns).toBe(80)
    expect(lookOf(utf8, piped).columns).toBeGreaterThan(10_000)
    expect(lookOf({ ...utf8, COLUMNS: "60" }, piped).columns).toBe(60)
  })
})

describe("text", () => {
  const style = picocolors.createColors(false)

  it.each(commands)("of $name --help is ASCII where nothing else can be shown, at any width", (command) => {
    for (const columns of [40, 60, 80]) expect(usageOf(command, { style, columns, unicode: false })).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it("of this program has a way to be written in ASCII", () => {
    expect(plainly("a … × → – ≤ “b”", { unicode: false })).toBe('a ... x -> - <= "b"')
    expect(plainly("a …", { unicode: true })).toBe("a …")
  })

  it.each([40, 60])("of a table becomes a block for each row in %d columns", (columns) => {
    const titles = ["step", "tokens", "dollars", "held by the budget of"].map((title, index) => ({ title, align: index === 0 ? "left" as const : "right" as const }))
    const rows = [{ cells: ["findings[]/Researcher", "200,000", "$0.50", "Researcher"] }, "rule" as const, { cells: ["worst case", "240,000", "$0.70", ""] }]
    const options = { rule: "-", dim: (text: string) => text }
    const wide = alignedTable(titles, rows, { ...options, columns: 200 })
    expect(wide[0]).toMatch(/^step +tokens +dollars +held by the budget of$/)
    const narrow = alignedTable(titles, rows, { ...options, columns })
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(columns)
    expect(narrow.join(" ")).toMatch(/^findings\[\]\/Researcher +tokens 200,000, dollars \$0\.50,? +held by the budget of Researcher worst case +tokens 240,000, dollars \$0\.70$/)
  })
})

describe("piped output", () => {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-terminal-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const main = join(import.meta.dirname, "../../dist/cli/main.js")
  const plain = /^[\x20-\x7e\n]*$/

  it("is ASCII without colours, whatever the locale says", async () => {
    const here = openWorkspace()
    await here.agentflow("init", ".", "--template", "saga")
    for (const args of [["check", "main.agentflow"], ["cost", "main.agentflow"], ["graph", "main.agentflow"], ["test", "main.agentflow"], ["doctor"], ["--help"], ["explain", "AF4011"], ["build", "main.agentflow"], ["run", "main.agentflow", "-i", "@input.json"], ["runs"], ["check", "none.agentflow"]]) {
      const { stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: here.folder, encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } })
      expect([args, stdout + stderr]).toEqual([args, expect.stringMatching(plain)])
    }
    here.close()
  })

  it("on a terminal has both, and says how far it is", () => {
    // util-linux's `script` gives a command a terminal; where there is none, nothing can be shown on one.
    const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true
    if (!hasScript) return expect(openTerminal({}).live, "no `script` of util-linux on this machine: looked at without a terminal").toBe(false)
    const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: "C.UTF-8", TERM: "xterm" }
    for (const name of ["CI", "NO_COLOR", "FORCE_COLOR", "AGENTFLOW_ASCII"]) delete env[name]
    const onTerminal = (command: string, more: Readonly<Record<string, string>> = {}): string => spawnSync("script", ["-qec", command, "/dev/null"], { cwd: folder, encoding: "utf8", env: { ...env, ...more } }).stdout
    const agentflow = `'${process.execPath}' '${main}'`
    expect(onTerminal(`${agentflow} init . --template saga`)).toMatch(/\u001b\[32m✓/)
    expect(onTerminal(`${agentflow} check main.agentflow`, { NO_COLOR: "1" })).toMatch(/^✓ main/)
    expect(onTerminal(`${agentflow} check main.agentflow`, { LC_ALL: "C" })).toMatch(/^\u001b\[32mok/)
    expect(onTerminal(`${agentflow} run main.agentflow -i @input.json`)).toMatch(/starting the worker …/)
    expect(onTerminal(`${agentflow} run main.agentflow -i @input.json > out.txt 2>&1; cat out.txt`)).not.toMatch(/starting|\u001b/)
    const asked = `'${process.execPath}' --input-type=module -e '${askedOfPipe}'`
    expect(onTerminal(asked)).toBe("a terminal")
    expect(onTerminal(`${asked} > /dev/null`)).toBe("a terminal")
    expect(onTerminal(`${asked} > /dev/null 2> asked.txt; cat asked.txt`)).toBe("none")
  })

  it("is not the null device", () => {
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", askedOfPipe], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" })
    expect(stderr).toBe("none")
  })
})

describe("a run", () => {
  const ended = { activity: "a", attempt: 1, startedAtMs: 0, endedAtMs: 1_400, outcome: "ok" as const, tokens: 135, nanoDollars: 40_000 }
  const met = { ...ended, outcome: "failed" as const, error: { kind: "rate_limited", message: "wait" } }
  const step = (path: string, attempts: readonly (typeof ended | typeof met)[], children: readonly StepView[] = []): StepView => ({ path, name: path.split("/").at(-1)!, attempts, children })
  const view: RunView = {
    summary: { id: "r2", name: "Research", status: "completed", createdAtMs: 0, updatedAtMs: 1_600 },
    steps: [step("Research/findings[0]", [met, ended]), step("Research/findings[1]", [ended]), step("Research/Writer", [ended])],
  }
  const draw = (columns: number, unicode = false): readonly string[] => drawRun(view, { terminal: { style: picocolors.createColors(false), unicode, columns }, nowMs: 0, fold: false })

  it("is a line for each step where there is room, and goes on below where there is none", () => {
    expect(draw(200)).toEqual([
      "Research r2  completed  1.6s",
      "|- + findings       2 of 2 done  met rate_limited  405 tokens $0.0001  1.4s",
      "|  |- + findings[0]  met rate_limited  270 tokens <$0.0001  1.4s",
      "|  `- + findings[1]  135 tokens <$0.0001  1.4s",
      "`- + Writer         135 tokens <$0.0001  1.4s",
    ])
    for (const columns of [40, 60]) for (const unicode of [true, false]) expect(Math.max(...draw(columns, unicode).map((line) => line.length))).toBeLessThanOrEqual(columns)
    expect(draw(40).slice(1, 4)).toEqual(["|- + findings       2 of 2 done", "|    met rate_limited", "|    405 tokens $0.0001  1.4s"])
  })
})

describe("a table with little room", () => {
  const titles = [{ title: "step", align: "left" as const }, { title: "tokens", align: "right" as const }, { title: "people", align: "right" as const }, { title: "held by", align: "left" as const, below: true as const }]
  const rows = [{ cells: ["Researcher", "200,000", ".", "Researcher"] }, { cells: ["Writer", "40,000", ".", ""] }]
  const at = (columns: number): readonly string[] => alignedTable(titles, rows, { rule: "-", dim: (text) => text, columns })

  it("first leaves out what says nothing, then puts the last column below, then makes blocks", () => {
    expect(at(80)[0]).toBe("step         tokens  people  held by")
    expect(at(32)[0]).toBe("step         tokens  held by")
    expect(at(24)).toEqual(["step         tokens", "Researcher  200,000", "  held by Researcher", "Writer       40,000"])
    expect(at(16)).toEqual(["Researcher", "  tokens 200,000", "  held by Researcher", "Writer", "  tokens 40,000"])
  })
})
