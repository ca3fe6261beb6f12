// The shared types of tools: code, HTTP, and what is reached through Dapr or an MCP server.

import type { Settings } from "./contract-run.ts"
import type { Approval, CallableSpec, Schema } from "./contract.ts"

export type Effect = "reads" | "writes"

/** What every tool declares, wherever its work is done. */
export interface AnyToolSpec<P extends object, R> extends CallableSpec<P, R> {
  readonly effect: Effect
  readonly irreversible?: string
  readonly idempotent?: boolean
  /** The secrets that the tool may read; only the activity side reads them. */
  readonly secrets?: readonly Secret[]
  /** By kind, the data of the declared errors with fields that it may fail with; other data is `invalid_output`. */
  readonly fails?: Readonly<Record<string, Schema<unknown>>>
  /** `approve by`: holds however the tool is reached; a no is `denied`. */
  readonly approve?: Approval<NoInfer<P>>
}

export interface SecretSpec {
  readonly name: string
  readonly store: string
  readonly key: string
}

export interface Secret extends SecretSpec {
  readonly kind: "secret"
}

/** Reads one of the declared secrets; only the activity side has one. */
export type Secrets = (secret: Secret) => string

// ---------------------------------------------------------------------------------------------------------------- code

export interface ToolContext {
  readonly signal: AbortSignal
  /** Equal for every attempt and every replay of one step. */
  readonly idempotencyKey: string
  readonly step: string
  readonly attempt: number
  readonly runId: string
  /** With the signal and the endpoint mapping; a network failure becomes `ToolError("network")`. */
  readonly fetch: typeof fetch
  /** The value of a secret that the program declares, by its name there. Masked wherever it would be shown. */
  secret(name: string): Promise<string>
}

export interface ToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  run(parameters: NoInfer<P>, context: ToolContext): Promise<NoInfer<R>> | NoInfer<R>
}

// ---------------------------------------------------------------------------------------------------------------- HTTP

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface HttpToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  request(parameters: NoInfer<P>, secrets: Secrets, settings: Settings): HttpRequest
}

// ---------------------------------------------------------------------------------------------------------------- Dapr

/** `path` starts with a slash; parts that come from values are percent-encoded. */
export interface InvokeRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Service invocation: statuses mean what they mean for an HTTP tool. */
export interface InvokeToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  /** The app's id. */
  readonly app: string
  request(parameters: NoInfer<P>, secrets: Secrets, settings: Settings): InvokeRequest
}

export interface BindingRequest {
  readonly data?: unknown
  readonly metadata?: Readonly<Record<string, string>>
}

/** An output binding; the result is what the component answers. */
export interface BindingToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  /** The component's name. */
  readonly binding: string
  readonly operation: string
  request(parameters: NoInfer<P>, secrets: Secrets, settings: Settings): BindingRequest
}

/** The runtime's own keys are refused. A `get` of a key that is not there is null, or `not_found` where null does not fit. */
export type StateRequest =
  | { readonly operation: "get" | "delete"; readonly key: string }
  | { readonly operation: "set"; readonly key: string; readonly value: unknown }

export interface StateToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  /** The component's name. */
  readonly store: string
  request(parameters: NoInfer<P>, secrets: Secrets, settings: Settings): StateRequest
}

/** One CloudEvent whose id is the step's idempotency key and whose type is the tool's name. */
export interface PublishToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  readonly pubsub: string
  readonly topic: string
  data(parameters: NoInfer<P>, secrets: Secrets, settings: Settings): unknown
}

// ----------------------------------------------------------------------------------------------------------------- MCP

/** A tool of an MCP server of the config (AGENTFLOW_MCP), as it was pinned in agentflow.lock (AGENTFLOW_LOCK). */
export interface McpToolSpec<P extends object, R> extends AnyToolSpec<P, R> {
  readonly server: string
  /** Its name at the server. */
  readonly tool: string
  /** Default: the parameters as they are. */
  arguments?(parameters: NoInfer<P>, secrets: Secrets, settings: Settings): object
}

// --------------------------------------------------------------------------------------------------------------- tools

interface ToolOf<Via extends string, Spec> {
  readonly kind: "tool"
  readonly via: Via
  readonly name: string
  readonly spec: Spec
}

export type FunctionTool<P extends object = object, R = unknown> = ToolOf<"function", ToolSpec<P, R>>
export type HttpTool<P extends object = object, R = unknown> = ToolOf<"http", HttpToolSpec<P, R>>
export type InvokeTool<P extends object = object, R = unknown> = ToolOf<"invoke", InvokeToolSpec<P, R>>
export type BindingTool<P extends object = object, R = unknown> = ToolOf<"binding", BindingToolSpec<P, R>>
export type StateTool<P extends object = object, R = unknown> = ToolOf<"state", StateToolSpec<P, R>>
export type PublishTool<P extends object = object, R = unknown> = ToolOf<"publish", PublishToolSpec<P, R>>
export type McpTool<P extends object = object, R = unknown> = ToolOf<"mcp", McpToolSpec<P, R>>

export type Tool<P extends object = object, R = unknown> =
  | FunctionTool<P, R> | HttpTool<P, R> | InvokeTool<P, R> | BindingTool<P, R> | StateTool<P, R> | PublishTool<P, R>
  | McpTool<P, R>
