// Tools of MCP servers over both transports: calls, pins, and what a server does wrong.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import type { Callable, Envelope, JsonSchema } from "../../runtime/contract.ts"
import { mcpTool } from "../../runtime/define.ts"
import { createMcpServers, readMcpTools } from "../../runtime/tools/mcp-servers.ts"
import type { McpConfig, McpServers } from "../../runtime/tools/mcp-servers.ts"
import { execute, record, schemaOf, servicesWith } from "./helpers.ts"
import { answers } from "./mcp-answers.ts"

const folder = mkdtempSync(join(tmpdir(), "agentflow-mcp-"))
const lockFile = join(folder, "agentflow.lock")
const program = join(import.meta.dirname, "mcp-program.ts")
const open: McpServers[] = []
afterEach(async () => {
  for (const servers of open.splice(0)) await servers.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

function stdio(env: Record<string, string> = {}): McpConfig {
  return { tracker: { command: [process.execPath, "--disable-warning=ExperimentalWarning", program], env } }
}

function tool(name: string, result: JsonSchema = true): Callable {
  return mcpTool<{ query: string }, unknown>({
    name, parameters: schemaOf(record({ query: { type: "string" } })), result: schemaOf(result), effect: "writes", idempotent: true,
    server: "tracker", tool: name,
  })
}

async function pin(config: McpConfig): Promise<void> {
  const tools = await readMcpTools("tracker", { config, endpoints: {} })
  writeFileSync(lockFile, JSON.stringify({ lockVersion: 1, programs: {}, mcp: { tracker: { tools } } }))
}

function serversOf(config: McpConfig): McpServers {
  const servers = createMcpServers({ config, lockFile, endpoints: {} })
  open.push(servers)
  return servers
}

function call(servers: McpServers, callable: Callable, query: string, timeoutMs?: number): Promise<Envelope> {
  const limits = timeoutMs === undefined ? {} : { timeoutMs }
  return execute(callable, servicesWith({ mcp: servers }), { parameters: { query }, ...limits })
}

describe("an MCP tool over stdio", () => {
  it("gives the structured answer, the parsed text, or the text where a text is wanted", async () => {
    await pin(stdio())
    const servers = serversOf(stdio())
    expect(await call(servers, tool("search"), "x")).toEqual({ ok: true, value: { found: "x", key: "key-1" } })
    expect(await call(servers, tool("echo", { type: "string" }), "x")).toEqual({ ok: true, value: "plain text" })
  })

  it("tells the tool's own failure, an unknown server, a time that ran out, a server that died", async () => {
    await pin(stdio())
    const servers = serversOf(stdio())
    expect(await call(servers, tool("search"), "bad")).toMatchObject({
      ok: false, kind: "invalid_input", message: "search (MCP tracker.search) failed: no such project",
    })
    expect(await call(servers, tool("search"), "hang", 200)).toMatchObject({ ok: false, kind: "timeout", maybeDone: true })
    expect(await call(servers, tool("search"), "exit")).toMatchObject({ ok: false, kind: "network", maybeDone: true })
    // The next call starts the server again.
    expect(await call(servers, tool("search"), "x")).toMatchObject({ ok: true })
    expect(await call(serversOf({}), tool("search"), "x")).toMatchObject({
      ok: false, kind: "invalid_input", message: 'no MCP server is called "tracker"; add it under mcp: in agentflow.config.yaml',
    })
    const missing = await call(serversOf({ tracker: { command: [join(folder, "nothing")] } }), tool("search"), "x")
    expect(missing).toMatchObject({ ok: false, kind: "network" })
  })

  it("trusts no server that is not pinned, and none that has changed", async () => {
    await pin(stdio())
    const changed = await call(serversOf(stdio({ TRACKER_CHANGED: "1" })), tool("search"), "x")
    expect(changed).toEqual({
      ok: false,
      kind: "denied",
      message: "MCP server tracker is not what agentflow.lock pinned: tool drop is new; " +
        "look at it, then pin it with: agentflow mcp tracker --pin",
      data: { server: "tracker", differences: ["tool drop is new"] },
      maybeDone: undefined,
    })
    writeFileSync(lockFile, JSON.stringify({ lockVersion: 1, programs: {}, mcp: { tracker: { tools: {
      search: { description: "Searches issues.", inputSchema: { type: "object", properties: {} } }, gone: { inputSchema: {} },
    } } } }))
    expect(await call(serversOf(stdio()), tool("search"), "x")).toMatchObject({ data: { differences: [
      "tool echo is new", "tool gone is gone",
      "tool search: inputSchema.properties.query was added ({\"type\":\"string\"})",
      "tool search: inputSchema.required was added ([\"query\"])",
    ] } })
    writeFileSync(lockFile, JSON.stringify({ lockVersion: 1, programs: {} }))
    expect(await call(serversOf(stdio()), tool("search"), "x")).toMatchObject({ message: expect.stringContaining("are not pinned") })
  })
})

describe("an MCP tool over streamable HTTP", () => {
  it("calls, sends the configured headers, and maps statuses", async () => {
    const seen: (string | undefined)[] = []
    let status = 200
    const http = createServer((request, response) => {
      seen.push(request.headers.authorization)
      if (status !== 200) return void response.writeHead(status).end()
      const server = new Server({ name: "tracker", version: "1.0.0" }, { capabilities: { tools: {} } })
      answers(server, { isChanged: false })
      // Stateless: one transport per request, as the SDK's own examples do.
      const transport = new StreamableHTTPServerTransport({})
      void server.connect(transport as Parameters<Server["connect"]>[0]).then(() => transport.handleRequest(request, response))
    })
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
    const config = { tracker: { url, headers: { authorization: "Bearer t0ken-value" } } }
    try {
      await pin(config)
      const servers = serversOf(config)
      expect(await call(servers, tool("search"), "x")).toEqual({ ok: true, value: { found: "x", key: "key-1" } })
      expect(new Set(seen)).toEqual(new Set(["Bearer t0ken-value"]))
      status = 429
      expect(await call(servers, tool("search"), "x")).toMatchObject({ ok: false, kind: "rate_limited" })
      status = 401
      expect(await call(servers, tool("search"), "x")).toMatchObject({ ok: false, kind: "denied" })
    } finally {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    }
  })
})
