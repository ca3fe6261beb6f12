// Connections to MCP servers, over stdio or streamable HTTP: opened at the first call, checked against agentflow.lock.

import { readFile } from "node:fs/promises"
import type { Client } from "@modelcontextprotocol/sdk/client/index.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { ToolError } from "../errors.ts"
import { createFetch } from "./fetch.ts"
import { failureOfMcp } from "./mcp-failure.ts"
import { differencesOf, parseMcpLock } from "./mcp-pins.ts"
import type { McpLock, McpPins } from "./mcp-pins.ts"

// For whoever pins tools from outside of a worker.
export { differencesOf, parseMcpLock } from "./mcp-pins.ts"
export type { McpPins } from "./mcp-pins.ts"

/** A program that is started, or an address. */
export type McpServerConfig =
  | { readonly command: readonly string[]; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string }
  | { readonly url: string; readonly headers?: Readonly<Record<string, string>> }

export type McpConfig = Readonly<Record<string, McpServerConfig>>

export interface McpCall {
  readonly server: string
  readonly tool: string
  readonly arguments: object
  readonly idempotencyKey: string
  readonly signal: AbortSignal
}

/** What a tool of a server answered. */
export interface McpAnswer {
  readonly isError: boolean
  readonly structured?: unknown
  readonly text: string
}

export interface McpServers {
  call(call: McpCall): Promise<McpAnswer>
  close(): Promise<void>
}

export interface McpServersOptions {
  readonly config: McpConfig
  /** Path of agentflow.lock; without one nothing is pinned. */
  readonly lockFile?: string
  readonly endpoints: Readonly<Record<string, string>>
}

interface Connection {
  readonly client: Client
  /** False when the server has said that its tools are others now. */
  isChecked: boolean
}

const connectTimeoutMs = 30_000
// The attempt's own timeout comes through the signal; this only ends a call that has none.
const callTimeoutMs = 10 * 60_000

export function createMcpServers(options: McpServersOptions): McpServers {
  const connections = new Map<string, Promise<Connection>>()
  const connectionTo = async (name: string): Promise<Connection> => {
    const known = connections.get(name)
    if (known !== undefined) return known
    const opening = openConnection(name, configOf(name, options.config), options, () => connections.delete(name))
    connections.set(name, opening)
    opening.catch(() => connections.delete(name))
    return opening
  }
  return {
    async call({ server, tool, arguments: given, idempotencyKey, signal }) {
      const connection = await connectionTo(server)
      if (!connection.isChecked) {
        await check(server, await listTools(connection.client), options)
        connection.isChecked = true
      }
      try {
        const parameters = { name: tool, arguments: { ...given }, _meta: { "agentflow/idempotencyKey": idempotencyKey } }
        const result = await connection.client.callTool(parameters, undefined, { signal, timeout: callTimeoutMs })
        return answerOf(result)
      } catch (error) {
        if (signal.aborted) throw signal.reason
        throw failureOfMcp(error, server)
      }
    },
    async close() {
      const open = [...connections.values()]
      connections.clear()
      for (const connection of open) await connection.then(({ client }) => client.close()).catch(() => undefined)
    },
  }
}

/** The tools of a server as `agentflow mcp` pins them. */
export async function readMcpTools(name: string, options: Omit<McpServersOptions, "lockFile">): Promise<McpPins> {
  const { client } = await openConnection(name, configOf(name, options.config), options, () => undefined)
  try {
    return await listTools(client)
  } finally {
    await client.close()
  }
}

function configOf(name: string, config: McpConfig): McpServerConfig {
  const server = Object.hasOwn(config, name) ? config[name] : undefined
  if (server !== undefined) return server
  throw new ToolError("invalid_input", `no MCP server is called "${name}"; add it under mcp: in agentflow.config.yaml`)
}

async function openConnection(
  name: string, config: McpServerConfig, { endpoints }: Pick<McpServersOptions, "endpoints">, onClose: () => void,
): Promise<Connection> {
  // The SDK is large and most workers reach no server.
  const [{ Client }, { ToolListChangedNotificationSchema }] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ])
  const client = new Client({ name: "agentflow", version: "0.1.0" })
  const connection: Connection = { client, isChecked: false }
  client.onclose = onClose
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    connection.isChecked = false
  })
  try {
    await client.connect(await transportOf(config, endpoints), { timeout: connectTimeoutMs })
  } catch (error) {
    await client.close().catch(() => undefined)
    // Nothing was asked for yet.
    const { kind, message } = failureOfMcp(error, name)
    throw new ToolError(kind, message, { cause: error })
  }
  return connection
}

async function transportOf(config: McpServerConfig, endpoints: Readonly<Record<string, string>>): Promise<Transport> {
  if ("url" in config) {
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js")
    const forever = new AbortController().signal
    const transport = new StreamableHTTPClientTransport(new URL(config.url), {
      fetch: createFetch({ endpoints, signal: forever }),
      ...(config.headers === undefined ? {} : { requestInit: { headers: { ...config.headers } } }),
    })
    // Its optional members are declared in a way that exactOptionalPropertyTypes does not take.
    return transport as Transport
  }
  const { StdioClientTransport, getDefaultEnvironment } = await import("@modelcontextprotocol/sdk/client/stdio.js")
  const [command = "", ...args] = config.command
  return new StdioClientTransport({
    command, args, stderr: "ignore", env: { ...getDefaultEnvironment(), ...config.env },
    ...(config.cwd === undefined ? {} : { cwd: config.cwd }),
  })
}

async function listTools(client: Client): Promise<McpPins> {
  const found: [string, McpPins[string]][] = []
  for (let cursor: string | undefined; ;) {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: connectTimeoutMs })
    for (const { name, description, inputSchema, outputSchema } of page.tools) {
      found.push([name, {
        ...(description === undefined ? {} : { description }),
        inputSchema,
        ...(outputSchema === undefined ? {} : { outputSchema }),
      }])
    }
    cursor = page.nextCursor
    if (cursor === undefined) return Object.fromEntries(found.toSorted(([left], [right]) => (left < right ? -1 : 1)))
  }
}

async function check(server: string, found: McpPins, { lockFile }: McpServersOptions): Promise<void> {
  const pinned = lockFile === undefined ? undefined : (await readLock(lockFile))[server]
  const advice = `look at it, then pin it with: agentflow mcp ${server} --pin`
  if (pinned === undefined)
    throw new ToolError("denied", `the tools of MCP server ${server} are not pinned in agentflow.lock; ${advice}`)
  const differences = differencesOf(pinned.tools, found)
  if (differences.length === 0) return
  const message = `MCP server ${server} is not what agentflow.lock pinned: ${differences.join("; ")}; ${advice}`
  throw new ToolError("denied", message, { data: { server, differences } })
}

async function readLock(path: string): Promise<McpLock> {
  try {
    return parseMcpLock(await readFile(path, "utf8"))
  } catch (error) {
    throw new ToolError("denied", "agentflow.lock can't be read, so no MCP server is trusted", { cause: error })
  }
}

function answerOf(result: object): McpAnswer {
  const { isError, structuredContent, content } = result as {
    readonly isError?: boolean
    readonly structuredContent?: unknown
    readonly content?: readonly { readonly type: string; readonly text?: string }[]
  }
  const text = (content ?? []).flatMap((part) => (part.type === "text" && part.text !== undefined ? [part.text] : []))
  return {
    isError: isError === true,
    text: text.join("\n"),
    ...(structuredContent === undefined ? {} : { structured: structuredContent }),
  }
}
