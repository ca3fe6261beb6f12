// A small MCP server for tests, on stdio: its list changes when the environment says so.

import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import { answers } from "./mcp-answers.ts"

const server = new Server({ name: "tracker", version: "1.0.0" }, { capabilities: { tools: {} } })
answers(server, { isChanged: process.env["TRACKER_CHANGED"] === "1" })
await server.connect(new StdioServerTransport())
