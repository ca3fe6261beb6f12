// What activities need from the world, as one value that a worker builds once and a test replaces.

import type { Breakers } from "./breaker.ts"
import { createBreakers } from "./breaker.ts"
import type { Envelope } from "./contract.ts"
import type { Environment, SidecarAddress } from "./environment.ts"
import { emptyScript, parseModelScript } from "./providers/model-script.ts"
import { createProviders } from "./providers/named.ts"
import type { Limiter } from "./limit.ts"
import { createLimiter } from "./limit.ts"
import type { Publish } from "./publish.ts"
import { createPublisher } from "./publish.ts"
import type { Provider } from "./providers/provider.ts"
import type { Redactor } from "./redact.ts"
import { createRedactor } from "./redact.ts"
import type { SecretReader } from "./secrets.ts"
import { createSecretReader } from "./secrets.ts"
import type { SettingValues } from "./settings.ts"
import { openRaiser } from "./dapr.ts"
import type { StateStore } from "./state.ts"
import { createStateStore } from "./state.ts"
import type { Timers } from "./timeout.ts"
import type { Telemetry } from "./telemetry/telemetry.ts"
import type { McpConfig, McpServers } from "./tools/mcp-servers.ts"
import { createMcpServers } from "./tools/mcp-servers.ts"

export interface Services {
  readonly sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">
  readonly mcp: McpServers
  readonly state: StateStore
  readonly secrets: SecretReader
  readonly redactor: Redactor
  readonly breakers: Breakers
  readonly limiter: Limiter
  readonly settings: SettingValues
  readonly publish: Publish
  readonly raiseEvent: (run: string, name: string, payload: unknown) => Promise<void>
  readonly endpoints: Readonly<Record<string, string>>
  /** The provider for a model's declared provider name. */
  readonly provider: (name: string) => Provider | undefined
  readonly now: () => Date
  /** Of the limits of attempts; the machine's own when absent. */
  readonly timers?: Timers
  /** Receives the text of answers as it comes; absent when nobody watches. */
  readonly onText?: (event: TextEvent) => void
  /** Is told of every attempt; absent when nobody asked. */
  readonly telemetry?: Telemetry
}

export interface TextEvent {
  readonly run: string
  readonly step: string
  readonly delta: string
}

/** The part of a host's activity context that is read. */
export interface ActivityContext {
  getWorkflowInstanceId(): string
}

export type Activity = (context: ActivityContext, input: unknown) => Promise<Envelope>

export type CreatedServices =
  { readonly ok: true; readonly services: Services } | { readonly ok: false; readonly problems: readonly string[] }

export function createServices(environment: Environment): CreatedServices {
  const redactor = createRedactor()
  const { apiKey } = environment.openai
  if (apiKey !== undefined) redactor.add("OPENAI_API_KEY", apiKey)
  if (environment.sidecar.apiToken !== undefined) redactor.add("DAPR_API_TOKEN", environment.sidecar.apiToken)
  for (const [name, value] of mcpSecrets(environment.mcp.config)) redactor.add(name, value)
  const read =
    environment.modelScript === undefined
      ? { ok: true as const, script: emptyScript }
      : parseModelScript(environment.modelScript)
  if (!read.ok) return { ok: false, problems: read.problems.map((problem) => `AGENTFLOW_MODEL_SCRIPT: ${problem}`) }
  const { sidecar, traffic, conversation, provider: usual, providers: named, isOffline, openai } = environment
  const secrets = createSecretReader({ files: environment.secretFiles, sidecar, redactor })
  const provider = createProviders({
    named, usual, isOffline, openai, conversation, traffic, sidecar, script: read.script, secrets, redactor,
  })
  return {
    ok: true,
    services: {
      sidecar: environment.sidecar,
      mcp: createMcpServers({ ...environment.mcp, endpoints: environment.endpoints }),
      state: createStateStore({ sidecar: environment.sidecar, store: environment.stateStore }),
      secrets,
      redactor,
      breakers: createBreakers(),
      limiter: createLimiter(),
      settings: environment.settings,
      publish: createPublisher(environment.sidecar, environment.pubsub),
      raiseEvent: openRaiser(environment.sidecar),
      endpoints: environment.endpoints,
      provider,
      now: () => new Date(),
    },
  }
}

/** Values of an MCP server's configuration that are there to prove who calls. */
function mcpSecrets(config: McpConfig): readonly (readonly [string, string])[] {
  return Object.entries(config).flatMap(([server, one]) => {
    const values = Object.entries(("url" in one ? one.headers : one.env) ?? {})
    const secret = values.filter(([name]) => /auth|token|key|secret|password|cookie/i.test(name))
    return secret.flatMap(([name, value]) => [value, value.replace(/^\w+ /, "")].map((form) => [`${server} ${name}`, form] as const))
  })
}
