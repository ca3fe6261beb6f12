// agentflow mcp: the tools of MCP servers as they are now, compared with agentflow.lock; --pin takes them over.

import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { differencesOf, parseMcpLock, readMcpTools, type McpPins } from "@agentflow/runtime/mcp"
import { readConfig } from "../config.ts"
import { Failure, messageOf, type ExitCode } from "../failure.ts"
import type { Invocation } from "../table.ts"

export const lockName = "agentflow.lock"

export async function main({ terminal, positionals, flags }: Invocation): Promise<ExitCode> {
  const config = readConfig(process.cwd(), flags["config"] as string | undefined, process.env)
  const names = positionals.length > 0 ? positionals : Object.keys(config.mcp)
  if (names.length === 0) throw new Failure(2, "The config names no MCP server.", "Add one under mcp: in agentflow.config.yaml, such as `tracker: { command: [npx, tracker-mcp] }`.")
  const file = join(config.folder, lockName)
  const pinned = existsSync(file) ? parseMcpLock(readFileSync(file, "utf8")) : {}
  const found: Record<string, McpPins> = {}
  let isChanged = false
  for (const name of names) {
    terminal.progress(`asking ${name}`)
    const tools = await readMcpTools(name, { config: config.mcp, endpoints: config.endpoints }).catch((thrown: unknown) => {
      throw new Failure(2, messageOf(thrown))
    })
    found[name] = tools
    const before = pinned[name]
    const differences = before === undefined ? ["it is not pinned yet"] : differencesOf(before.tools, tools)
    if (differences.length > 0) isChanged = true
    if (flags["json"]) continue
    terminal.out(`${terminal.style.cyan(name)}  ${Object.keys(tools).length} tools: ${Object.keys(tools).join(", ")}`)
    for (const difference of differences) terminal.out(`  ${terminal.paint("warning", "!")} ${difference}`)
  }
  if (flags["json"]) terminal.out(JSON.stringify({ servers: found, changed: isChanged }, null, 2))
  if (!flags["pin"]) return isChanged ? 1 : 0
  writeLock(file, found)
  if (!flags["json"]) terminal.out(`Pinned in ${lockName}; commit it.`)
  return 0
}

/** Everything else in the lock stays as it is. */
function writeLock(file: string, found: Readonly<Record<string, McpPins>>): void {
  const lock = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>) : { lockVersion: 1, programs: {} }
  const before = typeof lock["mcp"] === "object" && lock["mcp"] !== null ? lock["mcp"] : {}
  const mcp = { ...before, ...Object.fromEntries(Object.entries(found).map(([name, tools]) => [name, { tools }])) }
  writeFileSync(file, `${JSON.stringify({ ...lock, mcp }, null, 2)}\n`)
}
