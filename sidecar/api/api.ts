// What the HTTP and the gRPC door share: the parts of Dapr's API, made once from the sidecar's settings.

import type { BindingApi } from "./bindings.ts"
import type { InvokeApi } from "./invoke.ts"
import type { Jobs } from "./jobs.ts"
import type { SecretApi } from "./secrets.ts"
import type { StateApi } from "./state.ts"
import type { Topics } from "./topics.ts"

export interface Api extends StateApi, SecretApi, BindingApi, InvokeApi {
  readonly appId: string
  readonly topics: Topics
  readonly jobs: Jobs
  readonly pubsubs: readonly string[]
  readonly workers: () => number
  /** What apps have set; lost with the process, as daprd's is. */
  readonly extended: Map<string, string>
}

export const runtimeVersion = "1.18.1"

export interface ComponentInfo {
  readonly name: string
  readonly type: string
  readonly version: string
  readonly capabilities: readonly string[]
}

export function componentsOf(api: Api): readonly ComponentInfo[] {
  const component = (name: string, type: string, capabilities: readonly string[] = []) =>
    ({ name, type, version: "v1", capabilities })
  return [
    ...api.stateStores.map((name) => component(name, "state.sqlite", ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"])),
    ...Object.keys(api.secretStores).map((name) => component(name, "secretstores.local.file")),
    ...api.pubsubs.map((name) => component(name, "pubsub.agentflow")),
    ...Object.entries(api.bindings).map(([name, { kind }]) =>
      component(name, kind === "file" ? "bindings.localstorage" : "bindings.http", ["OUTPUT_BINDING"])),
  ]
}

export function extendedOf(api: Api): Readonly<Record<string, string>> {
  return { daprRuntimeVersion: runtimeVersion, host: "agentflow", ...Object.fromEntries(api.extended) }
}
