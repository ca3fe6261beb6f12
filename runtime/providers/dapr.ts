// Models behind a Dapr conversation component (alpha2): whatever model and credentials the component is set up with.

import type { Message, ToolDescription } from "../contract.ts"
import type { SidecarAddress } from "../environment.ts"
import { isRecord } from "../schema/json-schema.ts"
import { codeOf, isUnsent } from "../tools/fetch.ts"
import { kindForStatus } from "../tools/http-status.ts"
import { replyOf } from "./heard.ts"
import type { Provider, ProviderFailure, ProviderRequest, ProviderResponse } from "./provider.ts"
import { strictSchema } from "./strict-schema.ts"

export interface DaprProviderOptions {
  readonly sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">
  /** The component. The API takes no limit of the answer's length: that is the component's. */
  readonly component: string
  /** The request's model is the component itself, which is set up with one of its own. */
  readonly isModelOfComponent?: boolean
}

export function createDaprProvider({ sidecar, component, isModelOfComponent = false }: DaprProviderOptions): Provider {
  const url = `${sidecar.httpUrl}/v1.0-alpha2/conversation/${encodeURIComponent(component)}/converse`
  const headers = {
    "content-type": "application/json",
    ...(sidecar.apiToken === undefined ? {} : { "dapr-api-token": sidecar.apiToken }),
  }
  return {
    name: "dapr",
    async complete(request) {
      try {
        const body = JSON.stringify({ ...bodyOf(request), ...(isModelOfComponent ? {} : { metadata: { model: request.model } }) })
        const response = await fetch(url, { method: "POST", headers, body, signal: request.signal })
        const text = await response.text()
        return response.ok ? replied(text, request) : refused(response.status, text, component)
      } catch (error) {
        return broken(error, request)
      }
    },
  }
}

function bodyOf(request: ProviderRequest): object {
  const { schema } = strictSchema(request.responseSchema)
  // Not every component can be held to a schema; every model can read one.
  const wanted = `Your final answer is one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`
  const messages = [{ role: "system" as const, content: wanted }, ...request.messages]
  return {
    inputs: [{ messages: messages.map(messageOf) }],
    responseFormat: schema,
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toolOf), toolChoice: "auto" }),
  }
}

function messageOf(message: Message): object {
  const content = message.content === undefined ? [] : [{ text: message.content }]
  switch (message.role) {
    case "system":
      return { ofSystem: { content } }
    case "user":
      return { ofUser: { content } }
    case "tool":
      return { ofTool: { toolId: message.toolCallId, name: message.name, content } }
    case "assistant": {
      const toolCalls = (message.toolCalls ?? []).map((call) => (
        { id: call.id, function: { name: call.name, arguments: call.malformed ?? JSON.stringify(call.arguments) } }
      ))
      return { ofAssistant: { content, ...(toolCalls.length === 0 ? {} : { toolCalls }) } }
    }
  }
}

function toolOf({ name, description, parameters }: ToolDescription): object {
  return { function: { name, parameters: strictSchema(parameters).schema, ...(description === undefined ? {} : { description }) } }
}

interface Converse {
  readonly outputs?: readonly {
    readonly choices?: readonly {
      readonly finishReason?: string
      readonly message?: {
        readonly content?: string
        readonly toolCalls?: readonly { readonly id?: string; readonly function?: { readonly name?: string; readonly arguments?: string } }[]
      }
    }[]
    /** 64-bit numbers are text in protobuf's JSON. */
    readonly usage?: { readonly promptTokens?: string | number; readonly completionTokens?: string | number }
  }[]
}

function replied(text: string, request: ProviderRequest): ProviderResponse {
  const answer = parsed(text) as Converse | undefined
  const output = answer?.outputs?.[0]
  const choice = output?.choices?.[0]
  if (choice === undefined)
    return { ok: false, kind: "invalid_output", message: "the conversation component's answer holds no choice", maybeDone: true }
  const { usage } = output ?? {}
  const content = choice.message?.content ?? ""
  if (content !== "") request.onText?.(content)
  const calls = (choice.message?.toolCalls ?? []).map(({ id = "", function: called }, index) => (
    { id: id === "" ? `call-${index + 1}` : id, name: called?.name ?? "", arguments: called?.arguments ?? "" }
  ))
  return replyOf({
    text: content,
    refusal: "",
    calls,
    finishReason: choice.finishReason ?? "stop",
    usage: usage === undefined
      ? undefined
      : { inputTokens: Number(usage.promptTokens ?? 0), outputTokens: Number(usage.completionTokens ?? 0) },
  }, request)
}

function refused(status: number, text: string, component: string): ProviderFailure {
  const problem = parsed(text)
  const said = isRecord(problem) && typeof problem["message"] === "string" ? problem["message"] : text
  // Dapr answers 500 for what the model's service answered; the status of that is in the text, if anywhere.
  const inner = /\b(?:status(?: code)?:?|HTTP|code:?) ?(4\d\d|5\d\d)\b/i.exec(said)?.[1]
  const kind = kindForStatus(inner === undefined ? status : Number(inner)) ?? "unavailable"
  const message = `conversation component "${component}" answered ${status}: ${said.slice(0, 300)}`
  return { ok: false, kind, message, ...(status >= 500 && inner === undefined ? { maybeDone: true } : {}) }
}

function broken(error: unknown, request: ProviderRequest): ProviderFailure {
  if (request.signal.aborted) return { ok: false, kind: "timeout", message: "the model did not answer in time", maybeDone: true }
  const code = codeOf(error)
  const message = `the sidecar could not be reached${code === undefined ? "" : ` (${code})`}`
  return { ok: false, kind: "network", message, ...(code !== undefined && isUnsent(code) ? {} : { maybeDone: true }) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
