// A project as the playground's download has it, unpacked elsewhere: the commands of its README work, but for the run of an example whose services stay in the repository.

import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { strFromU8, unzipSync } from "fflate"
import { expect, it } from "vitest"
import { zipProject } from "../../playground/src/share/zip.ts"
import { openWorkspace } from "../harness/cli.ts"

const folder = join(import.meta.dirname, "../../examples/order-saga")
const example = new Map(readdirSync(folder).filter((path) => /\.(agentflow|json|yaml|md)$/.test(path)).map((path) => [path, readFileSync(join(folder, path), "utf8")]))
const small = new Map([["hello.agentflow", "/// Says hello.\nworkflow Hello(): string {\n  return \"hello\"\n}\n"]])

it.each([["an example", "order-saga", example, ["check"]], ["a project of one's own", "mine", small, ["check", "run"]]] as const)("%s does what its README says", async (_, name, files, verbs) => {
  const unpacked = Object.entries(unzipSync(zipProject(name, files))).map(([path, bytes]) => [path.slice(name.length + 1), strFromU8(bytes)] as const)
  const here = openWorkspace(Object.fromEntries(unpacked))
  try {
    const commands = [...new Map(unpacked).get("README.md")!.matchAll(/^npx agentflow (.+)$/gm)].map(([, command]) => command!.split(" "))
    expect(commands.map(([verb]) => verb)).toEqual(["check", "run"])
    for (const command of commands.filter(([verb]) => verbs.some((each) => each === verb))) {
      const { code, stdout, stderr } = await here.agentflow(...command)
      expect([command, code, code === 0 ? "" : stdout + stderr]).toEqual([command, 0, ""])
    }
  } finally {
    here.close()
  }
})
