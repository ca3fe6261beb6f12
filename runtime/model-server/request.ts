// Reads a chat-completions request into what the offline model takes.

import type { IncomingHttpHeaders } from "node:http"
import type { Message, ToolCall, ToolDescription } from "../contract.ts"
import type { OfflineRequest } from "../providers/offline-model.ts"
import { readAnswer } from "../providers/read-answer.ts"
import { isRecord } from "../schema/json-schema.ts"

export type ReadRequest =
  | {
      readonly ok: true
      readonly request: Omit<OfflineRequest, "attempt"> & { readonly attempt?: number }
      readonly stream: boolean
      readonly withUsage: boolean
    }
  | { readonly ok: false; readonly problem: string }

export function readRequest(body: unknown, headers: IncomingHttpHeaders): ReadRequest {
  if (!isRecord(body)) return { ok: false, problem: "the body must be a JSON object" }
  const { model, messages } = body
  if (typeof model !== "string" || model === "") return { ok: false, problem: "`model` is missing" }
  if (!Array.isArray(messages) || messages.length === 0)
    return { ok: false, problem: "`messages` must be a list with at least one message" }
  const read = messages.map(messageOf)
  if (read.some((message) => message === undefined))
    return { ok: false, problem: "a message has an unknown role or no content" }
  const step = stepOf(body, headers)
  const attempt = Number(headers["x-agentflow-attempt"])
  const limit = body["max_completion_tokens"] ?? body["max_tokens"]
  const schema = schemaOf(body["response_format"])
  const options = body["stream_options"]
  return {
    ok: true,
    stream: body["stream"] === true,
    withUsage: isRecord(options) && options["include_usage"] === true,
    request: {
      model,
      step,
      agent: decoded(headers["x-agentflow-agent"]) ?? agentIn(step),
      messages: withToolNames(read.filter((message) => message !== undefined)),
      tools: toolsOf(body["tools"]),
      ...(Number.isInteger(attempt) && attempt > 0 ? { attempt } : {}),
      ...(schema === undefined ? {} : { responseSchema: schema }),
      ...(typeof limit === "number" ? { maxOutputTokens: limit } : {}),
    },
  }
}

/** `Flow/Writer#2/turn[1]` is a turn of Writer. */
function agentIn(step: string): string {
  return (
    step
      .replace(/\/turn\[\d+\]$/, "")
      .split("/")
      .at(-1) ?? ""
  ).replace(/#\d+$/, "")
}

/** The step as our own provider sends it, else where each client can put it: in `user` or in `metadata.step`. */
function stepOf(body: Record<string, unknown>, headers: IncomingHttpHeaders): string {
  const header = decoded(headers["x-agentflow-step"])
  if (header !== undefined) return header
  const metadata = body["metadata"]
  if (isRecord(metadata) && typeof metadata["step"] === "string") return metadata["step"]
  return typeof body["user"] === "string" ? body["user"] : ""
}

function decoded(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== "string") return undefined
  try {
    return decodeURIComponent(header)
  } catch {
    return header
  }
}

function messageOf(value: unknown): Message | undefined {
  if (!isRecord(value)) return undefined
  const content = contentOf(value["content"])
  switch (value["role"]) {
    case "system":
    case "developer":
      return { role: "system", content }
    case "user":
      return { role: "user", content }
    case "tool":
      return { role: "tool", toolCallId: String(value["tool_call_id"]), name: "", content }
    case "assistant": {
      const calls = Array.isArray(value["tool_calls"]) ? value["tool_calls"].flatMap(callOf) : []
      return {
        role: "assistant",
        ...(content === "" ? {} : { content }),
        ...(calls.length === 0 ? {} : { toolCalls: calls }),
      }
    }
    default:
      return undefined
  }
}

/** Text as such or in parts; pictures and sound are nothing that this model could hear of. */
function contentOf(content: unknown): string {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return ""
  return content.map((part) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : "")).join("")
}

function callOf(value: unknown): readonly ToolCall[] {
  if (!isRecord(value) || !isRecord(value["function"])) return []
  const { name, arguments: written } = value["function"]
  const read = typeof written === "string" ? readAnswer(written) : undefined
  return [{ id: String(value["id"]), name: String(name), arguments: read?.value ?? {} }]
}

/** The protocol names a tool's answer by the id of its call only. */
function withToolNames(messages: readonly Message[]): readonly Message[] {
  const names = new Map(
    messages
      .flatMap((message) => (message.role === "assistant" ? (message.toolCalls ?? []) : []))
      .map((call) => [call.id, call.name]),
  )
  return messages.map((message) =>
    message.role === "tool" ? { ...message, name: names.get(message.toolCallId) ?? "" } : message,
  )
}

function toolsOf(value: unknown): readonly ToolDescription[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((tool): ToolDescription[] => {
    const spec: unknown = isRecord(tool) ? tool["function"] : undefined
    if (!isRecord(spec) || typeof spec["name"] !== "string") return []
    const parameters = isRecord(spec["parameters"]) ? spec["parameters"] : { type: "object", properties: {} }
    return [
      {
        name: spec["name"],
        parameters,
        ...(typeof spec["description"] === "string" ? { description: spec["description"] } : {}),
      },
    ]
  })
}

function schemaOf(format: unknown): Record<string, unknown> | undefined {
  if (!isRecord(format)) return undefined
  if (format["type"] === "json_object") return { type: "object" }
  const wanted = format["json_schema"]
  return isRecord(wanted) && isRecord(wanted["schema"]) ? wanted["schema"] : undefined
}
