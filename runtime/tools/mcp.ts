// Tools of MCP servers: one call, its answer as a value.

import type { McpTool, ToolContext } from "../contract.ts"
import { ToolError } from "../errors.ts"
import { isRecord } from "../schema/json-schema.ts"
import type { SecretReader } from "../secrets.ts"
import { readSettings } from "../settings.ts"
import type { SettingValues } from "../settings.ts"
import type { McpServers } from "./mcp-servers.ts"
import { quoted } from "./response.ts"

export interface McpToolServices {
  readonly mcp: McpServers
  readonly secrets: SecretReader
  readonly settings: SettingValues
}

export async function callMcpTool<P extends object>(
  { name, spec }: McpTool<P>, parameters: P, context: ToolContext, services: McpToolServices,
): Promise<unknown> {
  const secrets = await services.secrets.read(spec.secrets ?? [])
  const given = spec.arguments?.(parameters, secrets, readSettings(services.settings)) ?? parameters
  const { server, tool } = spec
  const { idempotencyKey, signal } = context
  const answer = await services.mcp.call({ server, tool, arguments: given, idempotencyKey, signal })
  // The protocol means such an answer for the model, which can mend what it has asked for.
  if (answer.isError) throw new ToolError("invalid_input", `${name} (MCP ${server}.${tool}) failed${quoted(answer.text)}`)
  if (answer.structured !== undefined) return answer.structured
  const { json } = spec.result
  const isText = isRecord(json) && json["type"] === "string"
  return isText ? answer.text : parsedOrText(answer.text)
}

function parsedOrText(text: string): unknown {
  if (text === "") return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
