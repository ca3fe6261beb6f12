// The environment variables of a worker, read and checked in this one place.

import { readFileSync } from "node:fs"
import { readProviders } from "./providers/setup.ts"
import type { NamedProvider } from "./providers/setup.ts"
import { isRecord } from "./schema/json-schema.ts"
import type { McpConfig, McpServerConfig } from "./tools/mcp-servers.ts"

export interface Environment {
  readonly sidecar: SidecarAddress
  readonly stateStore: string
  /** The pub/sub component where a topic names none. */
  readonly pubsub: string
  /** Setting name -> value. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Secret store name -> path of a local JSON file. */
  readonly secretFiles: Readonly<Record<string, string>>
  /** Declared origin -> origin to talk to instead. */
  readonly endpoints: Readonly<Record<string, string>>
  /** Who answers for models of `openai`. */
  readonly provider: ProviderName
  /** AGENTFLOW_PROVIDER is `offline`: no model is called at all. */
  readonly isOffline: boolean
  /** Providers by the names that the project's config gives them. */
  readonly providers: Readonly<Record<string, NamedProvider>>
  /** The conversation component of the provider `dapr`. */
  readonly conversation: string
  /** A file that model traffic is added to, or taken from instead of a provider. */
  readonly traffic: { readonly record?: string; readonly replay?: string }
  /** Text of model.json, for the offline model. */
  readonly modelScript?: string
  readonly openai: { readonly apiKey?: string; readonly baseUrl?: string; readonly api: "chat" | "responses" }
  /** Where the worker itself listens, for HTTP triggers and for the sidecar's calls. */
  readonly app: { readonly host: string; readonly port: number; readonly appToken?: string }
  /** MCP servers by name, and the agentflow.lock that says what their tools are. */
  readonly mcp: { readonly config: McpConfig; readonly lockFile?: string }
  readonly log: LogStyle
  /** Somebody watches: the text of answers goes out as it comes. */
  readonly isStreaming: boolean
}

export type ProviderName = "offline" | "openai" | "dapr"
export type LogStyle = "json" | "pretty" | "silent"

export interface SidecarAddress {
  /** `host:port` or a URL, as the SDK takes it. */
  readonly grpc: string
  readonly httpUrl: string
  readonly apiToken?: string
}

export type Variables = Readonly<Record<string, string | undefined>>
export type ReadEnvironment =
  | { readonly ok: true; readonly environment: Environment }
  | { readonly ok: false; readonly problems: readonly string[] }

export function readEnvironment(variables: Variables = process.env): ReadEnvironment {
  const problems: string[] = []
  const provider = providerOf(variables, problems)
  const modelScript = modelScriptOf(variables, problems)
  const environment: Environment = {
    sidecar: readSidecarAddress(variables, problems),
    stateStore: present(variables, "AGENTFLOW_STATE_STORE") ?? "statestore",
    pubsub: present(variables, "AGENTFLOW_PUBSUB") ?? "pubsub",
    settings: settingsOf(variables, problems),
    secretFiles: recordOf(variables, "AGENTFLOW_SECRET_FILES", problems),
    endpoints: endpointsOf(variables, problems),
    provider,
    isOffline: present(variables, "AGENTFLOW_PROVIDER") === "offline",
    providers: providersOf(variables, problems),
    conversation: present(variables, "AGENTFLOW_CONVERSATION") ?? "conversation",
    traffic: trafficOf(variables, problems),
    ...(modelScript === undefined ? {} : { modelScript }),
    openai: openaiOf(variables, problems),
    app: appOf(variables, problems),
    mcp: mcpOf(variables, problems),
    log: choice(variables, "AGENTFLOW_LOG", ["json", "pretty", "silent"], "json", problems),
    isStreaming: present(variables, "AGENTFLOW_STREAM") === "1",
  }
  return problems.length === 0 ? { ok: true, environment } : { ok: false, problems }
}

export function readSidecarAddress(variables: Variables, problems: string[]): SidecarAddress {
  const apiToken = present(variables, "DAPR_API_TOKEN")
  const httpEndpoint = present(variables, "DAPR_HTTP_ENDPOINT")
  if (httpEndpoint !== undefined && !URL.canParse(httpEndpoint))
    problems.push(`DAPR_HTTP_ENDPOINT is no URL: "${httpEndpoint}"`)
  return {
    grpc: present(variables, "DAPR_GRPC_ENDPOINT") ?? `127.0.0.1:${port(variables, "DAPR_GRPC_PORT", 50001, problems)}`,
    httpUrl: (httpEndpoint ?? `http://127.0.0.1:${port(variables, "DAPR_HTTP_PORT", 3500, problems)}`).replace(
      /\/+$/,
      "",
    ),
    ...(apiToken === undefined ? {} : { apiToken }),
  }
}

/** An empty variable counts as absent, as in most tools. */
function present(variables: Variables, name: string): string | undefined {
  const value = variables[name]
  return value === undefined || value === "" ? undefined : value
}

function settingsOf(variables: Variables, problems: string[]): Readonly<Record<string, unknown>> {
  const text = present(variables, "AGENTFLOW_SETTINGS")
  if (text === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (isRecord(parsed)) return parsed
  } catch {
    // Said below, like every other value that is no object.
  }
  problems.push("AGENTFLOW_SETTINGS must be a JSON object: setting name -> value")
  return {}
}

function port(variables: Variables, name: string, usual: number, problems: string[]): number {
  const text = present(variables, name)
  if (text === undefined) return usual
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    problems.push(`${name} must be a port from 1 to 65535, not "${text}"`)
  return value
}

function choice<T extends string>(
  variables: Variables,
  name: string,
  values: readonly T[],
  usual: T,
  problems: string[],
): T {
  const text = present(variables, name)
  const found = values.find((value) => value === text)
  if (text !== undefined && found === undefined)
    problems.push(`${name} must be one of ${values.join(", ")}, not "${text}"`)
  return found ?? usual
}

function providerOf(variables: Variables, problems: string[]): ProviderName {
  const hasAccess =
    present(variables, "OPENAI_API_KEY") !== undefined || present(variables, "OPENAI_BASE_URL") !== undefined
  return choice(variables, "AGENTFLOW_PROVIDER", ["offline", "openai", "dapr"], hasAccess ? "openai" : "offline", problems)
}

function providersOf(variables: Variables, problems: string[]): Environment["providers"] {
  const text = present(variables, "AGENTFLOW_PROVIDERS")
  if (text === undefined) return {}
  const read = readProviders(text)
  if (read.ok) return read.named
  problems.push(`AGENTFLOW_PROVIDERS: ${read.problem}`)
  return {}
}

function openaiOf(variables: Variables, problems: string[]): Environment["openai"] {
  const apiKey = present(variables, "OPENAI_API_KEY")
  const baseUrl = present(variables, "OPENAI_BASE_URL")
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) problems.push(`OPENAI_BASE_URL is no URL: "${baseUrl}"`)
  const api = choice(variables, "AGENTFLOW_OPENAI_API", ["chat", "responses"], "chat", problems)
  return { api, ...(apiKey === undefined ? {} : { apiKey }), ...(baseUrl === undefined ? {} : { baseUrl }) }
}

function trafficOf(variables: Variables, problems: string[]): Environment["traffic"] {
  const record = present(variables, "AGENTFLOW_RECORD")
  const replay = present(variables, "AGENTFLOW_REPLAY")
  if (record !== undefined && replay !== undefined) problems.push("AGENTFLOW_RECORD and AGENTFLOW_REPLAY exclude each other")
  return { ...(record === undefined ? {} : { record }), ...(replay === undefined ? {} : { replay }) }
}

/** Dapr tells an app its own port as APP_PORT. */
function appOf(variables: Variables, problems: string[]): Environment["app"] {
  const name = present(variables, "AGENTFLOW_HTTP_PORT") === undefined ? "APP_PORT" : "AGENTFLOW_HTTP_PORT"
  const appToken = present(variables, "APP_API_TOKEN")
  // Read where metrics are served; said here, with everything else that is wrong.
  port(variables, "AGENTFLOW_METRICS_PORT", 0, problems)
  return {
    host: present(variables, "AGENTFLOW_HTTP_HOST") ?? "127.0.0.1",
    port: present(variables, name) === undefined ? 0 : port(variables, name, 0, problems),
    ...(appToken === undefined ? {} : { appToken }),
  }
}

function mcpOf(variables: Variables, problems: string[]): Environment["mcp"] {
  const lockFile = present(variables, "AGENTFLOW_LOCK")
  const lock = lockFile === undefined ? {} : { lockFile }
  const text = present(variables, "AGENTFLOW_MCP")
  if (text === undefined) return { config: {}, ...lock }
  try {
    const config: unknown = JSON.parse(text)
    if (isRecord(config) && Object.values(config).every(isMcpServer)) return { config: config as McpConfig, ...lock }
  } catch {
    // Said below; the text is not repeated, because it may hold a token.
  }
  problems.push('AGENTFLOW_MCP must be a JSON record: server name -> {"command":["…"]} or {"url":"https://…"}')
  return { config: {}, ...lock }
}

function isMcpServer(value: unknown): value is McpServerConfig {
  if (!isRecord(value)) return false
  const { command, url } = value
  if (typeof url === "string") return URL.canParse(url)
  return Array.isArray(command) && command.length > 0 && command.every((part) => typeof part === "string")
}

function modelScriptOf(variables: Variables, problems: string[]): string | undefined {
  const path = present(variables, "AGENTFLOW_MODEL_SCRIPT")
  if (path === undefined) return undefined
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    problems.push(`AGENTFLOW_MODEL_SCRIPT can't be read: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** A JSON record of texts. The value itself is not repeated in the problem: it may name private paths. */
function recordOf(variables: Variables, name: string, problems: string[]): Readonly<Record<string, string>> {
  const text = present(variables, name)
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value) && Object.values(value).every((field) => typeof field === "string"))
      return value as Record<string, string>
  } catch {
    // Falls through to the one message for everything that is not such a record.
  }
  problems.push(`${name} must be a JSON record of texts, for example {"name":"value"}`)
  return {}
}

function endpointsOf(variables: Variables, problems: string[]): Readonly<Record<string, string>> {
  const isRemoteAllowed = present(variables, "AGENTFLOW_ALLOW_REMOTE") === "1"
  const endpoints = recordOf(variables, "AGENTFLOW_ENDPOINTS", problems)
  const pairs = Object.entries(endpoints).flatMap(([from, to]): [string, string][] => {
    const source = originOf(from)
    const target = originOf(to)
    if (source === undefined)
      problems.push(`AGENTFLOW_ENDPOINTS: "${from}" is no origin (like https://api.example.com)`)
    if (target === undefined) problems.push(`AGENTFLOW_ENDPOINTS: "${to}" is no origin (like http://127.0.0.1:4000)`)
    if (source === undefined || target === undefined) return []
    if (!isRemoteAllowed && !isLoopback(new URL(target).hostname)) {
      problems.push(
        `AGENTFLOW_ENDPOINTS maps ${source} to the remote host ${target}; only this machine is allowed, ` +
          "or everything with --allow-remote (AGENTFLOW_ALLOW_REMOTE=1)",
      )
    }
    return [[source, target]]
  })
  return Object.fromEntries(pairs)
}

function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isOnlyOrigin =
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "" && url.password === ""
  return isOnlyOrigin && /^https?:$/.test(url.protocol) ? url.origin : undefined
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host)
}
