// What agentflow.lock says about an MCP server's tools, and how a list that differs is told.

import { isRecord } from "../schema/json-schema.ts"

/** One tool as its server describes it. The description counts: a model follows what it says. */
export interface McpToolPin {
  readonly description?: string
  readonly inputSchema: unknown
  readonly outputSchema?: unknown
}

export type McpPins = Readonly<Record<string, McpToolPin>>

/** The part of agentflow.lock: server name -> its tools. */
export type McpLock = Readonly<Record<string, { readonly tools: McpPins }>>

export function parseMcpLock(text: string): McpLock {
  const lock: unknown = JSON.parse(text)
  const servers: unknown = isRecord(lock) ? lock["mcp"] : undefined
  if (!isRecord(servers)) return {}
  const wellFormed = Object.entries(servers).filter(([, server]) => isRecord(server) && isRecord(server["tools"]))
  return Object.fromEntries(wellFormed) as unknown as McpLock
}

/** One sentence per difference; none when the server is the one that was pinned. */
export function differencesOf(pinned: McpPins, found: McpPins): readonly string[] {
  const names = [...new Set([...Object.keys(pinned), ...Object.keys(found)])].toSorted()
  return names.flatMap((name) => {
    const [before, now] = [pinned[name], found[name]]
    if (before === undefined) return [`tool ${name} is new`]
    if (now === undefined) return [`tool ${name} is gone`]
    return changes(before, now, "").map((change) => `tool ${name}: ${change}`)
  })
}

const quotedCharactersMax = 80

/** The places at which two JSON values differ, each with both values. */
function changes(before: unknown, now: unknown, path: string): readonly string[] {
  if (isRecord(before) && isRecord(now)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted()
    return names.flatMap((name) => changes(before[name], now[name], path === "" ? name : `${path}.${name}`))
  }
  if (JSON.stringify(before) === JSON.stringify(now)) return []
  if (before === undefined) return [`${path} was added (${shown(now)})`]
  if (now === undefined) return [`${path} was removed (${shown(before)})`]
  return [`${path} was ${shown(before)} and is ${shown(now)}`]
}

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= quotedCharactersMax ? text : `${text.slice(0, quotedCharactersMax)}…`
}
