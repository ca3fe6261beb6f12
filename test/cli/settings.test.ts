// Every flag that may be set for good: the config file, over it the environment, over both the command line.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import schema from "../../cli/config.schema.json" with { type: "json" }
import { variableOf, withLasting } from "../../cli/lasting.ts"
import { commands } from "../../cli/table.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-settings-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const config = join(folder, "agentflow.config.yaml")
const program = join(folder, "flow.agentflow")

const lasting = commands.flatMap((command) => command.flags.filter((flag) => flag.lasting === true).map((flag) => ({ command, flag, title: `${command.name} --${flag.name}` })))

/** Three values of the flag's kind, and how the first looks when it comes from the config. */
function valuesOf(kind: string): readonly [file: string | number, environment: string, flag: string] {
  if (kind === "PORT") return [7001, "7002", "7003"]
  if (kind === "HOST:PORT") return ["127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003"]
  return ["from-file", "from-environment", "from-flag"]
}

describe("a flag that is set for good", () => {
  it.each(lasting)("$title", ({ command, flag }) => {
    const [inFile, inEnvironment, onLine] = valuesOf(flag.value!)
    writeFileSync(config, `cli: { ${flag.name}: ${inFile} }\n`)
    const value = (flags: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>): unknown => withLasting(command, { positionals: [program], flags }, env)[flag.name]
    const isPath = flag.value === "FILE" || flag.value === "FOLDER"
    expect(value({}, {})).toBe(isPath ? resolve(folder, String(inFile)) : String(inFile))
    expect(value({}, { [variableOf(flag.name)]: inEnvironment })).toBe(inEnvironment)
    expect(value({ [flag.name]: onLine }, { [variableOf(flag.name)]: inEnvironment })).toBe(onLine)
    // What is set to nothing is not set.
    expect(value({}, { [variableOf(flag.name)]: "" })).toBe(isPath ? resolve(folder, String(inFile)) : String(inFile))
    writeFileSync(config, "{}\n")
    expect(value({}, {})).toBeUndefined()
  })

  it("is in the schema of the config file, which has nothing else", () => {
    expect(Object.keys(schema.properties.cli.properties).sort()).toEqual([...new Set(lasting.map(({ flag }) => flag.name))].sort())
  })

  it("is told by the name of its variable when that is wrong", () => {
    const dev = commands.find(({ name }) => name === "dev")!
    const given = (env: Readonly<Record<string, string>>) => () => withLasting(dev, { positionals: [], flags: {} }, env)
    expect(given({ AGENTFLOW_PORT: "many" })).toThrow("AGENTFLOW_PORT is 'many' in the environment, which is no PORT.")
    expect(given({ AGENTFLOW_SIDECAR: "here:99999" })).toThrow("AGENTFLOW_SIDECAR is 'here:99999' in the environment, which is no HOST:PORT.")
  })
})
