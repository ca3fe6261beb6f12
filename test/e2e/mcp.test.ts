// agentflow mcp: a server's tools are compared with the lock, and pinned on demand.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { openWorkspace } from "../harness/cli.ts"

const server = join(import.meta.dirname, "../runtime-activity/mcp-program.ts")

it("tells what is not pinned or has changed, and pins it beside what else the lock holds", { timeout: 60_000 }, async () => {
  const config = (changed: string): string =>
    `mcp:\n  tracker:\n    command: [${JSON.stringify(process.execPath)}, --disable-warning=ExperimentalWarning, ${JSON.stringify(server)}]\n    env: { TRACKER_CHANGED: "${changed}" }\n`
  const here = openWorkspace({ "agentflow.config.yaml": config("0"), "agentflow.lock": '{ "lockVersion": 1, "programs": { "a.agentflow": { "workflows": {} } } }' })
  try {
    const first = await here.agentflow("mcp")
    expect([first.code, first.stdout]).toEqual([1, expect.stringMatching(/tracker +2 tools: echo, search\n +! it is not pinned yet/)])
    expect((await here.agentflow("mcp", "--pin")).stdout).toContain("Pinned in agentflow.lock")
    expect((await here.agentflow("mcp")).code).toBe(0)
    expect(JSON.parse(readFileSync(join(here.folder, "agentflow.lock"), "utf8"))).toMatchObject({
      lockVersion: 1, programs: { "a.agentflow": { workflows: {} } }, mcp: { tracker: { tools: { search: { description: "Searches issues." } } } },
    })
    here.write("agentflow.config.yaml", config("1"))
    const changed = await here.agentflow("mcp", "tracker", "--json")
    expect([changed.code, JSON.parse(changed.stdout)]).toEqual([1, expect.objectContaining({ changed: true })])
    const unknown = await here.agentflow("mcp", "trackr")
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no MCP server is called "trackr"')])
  } finally {
    here.close()
  }
})
