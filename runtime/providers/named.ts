// Providers by the name that a model declares: three that are always there, and those that the project's config adds.

import type { SidecarAddress } from "../environment.ts"
import { failureOf } from "../failure.ts"
import type { Redactor } from "../redact.ts"
import type { SecretReader } from "../secrets.ts"
import { createDaprProvider } from "./dapr.ts"
import type { ModelScript } from "./model-script.ts"
import { createOfflineProvider } from "./offline.ts"
import { createOpenaiProvider } from "./openai.ts"
import type { OpenaiOptions } from "./openai.ts"
import type { Provider, ProviderResponse } from "./provider.ts"
import { recording, replaying } from "./recording.ts"
import { isBuiltIn } from "./setup.ts"
import type { NamedProvider } from "./setup.ts"

export interface ProvidersOptions {
  readonly named: Readonly<Record<string, NamedProvider>>
  /** Who answers for `openai`. */
  readonly usual: "openai" | "dapr" | "offline"
  /** No model is called, whatever the program names. */
  readonly isOffline: boolean
  readonly openai: OpenaiOptions
  /** The component that answers for `openai` where `usual` is dapr. */
  readonly conversation: string
  readonly traffic: { readonly record?: string; readonly replay?: string }
  readonly sidecar: Pick<SidecarAddress, "httpUrl" | "apiToken">
  readonly script: ModelScript
  readonly secrets: SecretReader
  readonly redactor: Redactor
}

export type Providers = (name: string) => Provider | undefined

export function createProviders(options: ProvidersOptions): Providers {
  const { traffic, redactor, named } = options
  if (traffic.replay !== undefined) {
    const provider = replaying(traffic.replay)
    return () => provider
  }
  const offline = createOfflineProvider(options.script)
  const made = new Map<string, Provider>()
  const make = (name: string): Provider | undefined => {
    if (options.isOffline) return isBuiltIn(name) || Object.hasOwn(named, name) ? offline : undefined
    if (Object.hasOwn(named, name)) return configured(name, named[name] as NamedProvider, options) ?? offline
    return builtIn(name, offline, options)
  }
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const provider = make(name)
    if (provider === undefined) return undefined
    const heard = traffic.record === undefined ? provider : recording(provider, traffic.record, redactor)
    made.set(name, heard)
    return heard
  }
}

function builtIn(name: string, offline: Provider, { usual, openai, conversation, sidecar }: ProvidersOptions): Provider | undefined {
  if (name === "offline") return offline
  if (name === "dapr") return byComponent(sidecar)
  if (name !== "openai") return undefined
  if (usual === "offline") return offline
  return usual === "openai" ? createOpenaiProvider(openai) : createDaprProvider({ sidecar, component: conversation })
}

/** `dapr("component")`: the component says which model it is. */
function byComponent(sidecar: ProvidersOptions["sidecar"]): Provider {
  return {
    name: "dapr",
    complete: (request) => createDaprProvider({ sidecar, component: request.model, isModelOfComponent: true }).complete(request),
  }
}

function configured(name: string, setup: NamedProvider, { sidecar, secrets, redactor }: ProvidersOptions): Provider | undefined {
  const { type = "openai", baseUrl, apiKey, api, secret, component } = setup
  if (type === "dapr") return { ...createDaprProvider({ sidecar, component: component ?? name }), name }
  if (!baseUrl && !apiKey && secret === undefined) return undefined
  if (apiKey) redactor.add(`${name} key`, apiKey)
  const open = (key: string | undefined): Provider =>
    createOpenaiProvider({ ...(baseUrl ? { baseUrl } : {}), ...(api === undefined ? {} : { api }), ...(key ? { apiKey: key } : {}) })
  if (secret === undefined) return { ...open(apiKey), name }
  const declared = { kind: "secret" as const, name: `${name} key`, ...secret }
  return {
    name,
    async complete(request): Promise<ProviderResponse> {
      let key: string
      try {
        // Each time: a key that was exchanged holds for the next call.
        key = (await secrets.read([declared]))(declared)
      } catch (thrown) {
        return asFailure(thrown)
      }
      return open(key).complete(request)
    },
  }
}

function asFailure(thrown: unknown): ProviderResponse {
  const { kind, message } = failureOf(thrown)
  return { ok: false, kind: kind === "interrupted" ? "internal" : kind, message }
}
