// The sidecar's settings as flags and environment: what they are called and how their texts are read.

import type { BindingTarget } from "./api/bindings.ts"
import type { Limits } from "./guard.ts"
import { retentionDefault } from "./retention.ts"
import type { RetentionPolicy } from "./retention.ts"
import type { SidecarSettings } from "./start.ts"

/** Flags that may be given more than once have lists. */
export interface SettingTexts {
  readonly "state-store"?: readonly string[] | undefined
  /** STORE=FILE */
  readonly secrets?: readonly string[] | undefined
  readonly pubsub?: readonly string[] | undefined
  /** NAME=file:FOLDER or NAME=http://ADDRESS */
  readonly binding?: readonly string[] | undefined
  /** ID=ADDRESS */
  readonly app?: readonly string[] | undefined
  /** Such as 7d, completed=1d,failed=30d, or forever; 30 days when nothing is said. */
  readonly keep?: string | undefined
  /** Such as 4Mi, which is daprd's own. */
  readonly "max-message-size"?: string | undefined
}

export const settingFlags = {
  "state-store": { type: "string", multiple: true }, secrets: { type: "string", multiple: true },
  pubsub: { type: "string", multiple: true }, binding: { type: "string", multiple: true },
  app: { type: "string", multiple: true }, keep: { type: "string" }, "max-message-size": { type: "string" },
} as const

export type ReadSettings = Omit<SidecarSettings, "host" | "grpcPort" | "httpPort" | "appId" | "onFault">

/** The settings, or what is wrong with one of them. The token comes from the environment, where no list shows it. */
export function readSettings(
  texts: SettingTexts, environment: Readonly<Record<string, string | undefined>>,
): ReadSettings | string {
  const secretStores = pairs(texts.secrets)
  if (!secretStores) return "--secrets takes STORE=FILE"
  const apps = pairs(texts.app)
  if (!apps || !Object.values(apps).every(isHttp)) return "--app takes ID=http://ADDRESS"
  const bindings = readBindings(texts.binding)
  if (!bindings) return "--binding takes NAME=file:FOLDER or NAME=http://ADDRESS"
  const retention = readRetention(texts.keep)
  if (typeof retention === "string") return retention
  const messageBytes = texts["max-message-size"] === undefined ? undefined : readBytes(texts["max-message-size"])
  if (messageBytes === null) return "--max-message-size takes a size such as 4Mi"
  const { DAPR_API_TOKEN: apiToken } = environment
  const limits: Partial<Limits> | undefined = messageBytes === undefined ? undefined : { messageBytes }
  return {
    secretStores, apps, bindings, retention, ...(limits ? { limits } : {}),
    ...(texts["state-store"] ? { stateStores: texts["state-store"] } : {}),
    ...(texts.pubsub ? { pubsubs: texts.pubsub } : {}), ...(apiToken ? { apiToken } : {}),
  }
}

function pairs(texts: readonly string[] = []): Readonly<Record<string, string>> | undefined {
  const entries = texts.map((text) => /^([^=]+)=(.+)$/.exec(text)?.slice(1))
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined
}

function isHttp(text: string): boolean {
  return /^https?:\/\//.test(text)
}

function readBindings(texts?: readonly string[]): Readonly<Record<string, BindingTarget>> | undefined {
  const given = Object.entries(pairs(texts) ?? { unreadable: "" })
  const targets = given.map(([name, text]): [string, BindingTarget] | undefined => {
    if (text.startsWith("file:")) return [name, { kind: "file", folder: text.slice("file:".length) }]
    return isHttp(text) ? [name, { kind: "http", url: text }] : undefined
  })
  return targets.every((entry) => entry !== undefined) ? Object.fromEntries(targets) : undefined
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What `--keep` says, or what is wrong with it. */
export function readRetention(text?: string): RetentionPolicy | string {
  if (text === undefined) return retentionDefault
  const names: Readonly<Record<string, keyof RetentionPolicy>> = {
    any: "anyTerminalMs", completed: "completedMs", failed: "failedMs", terminated: "terminatedMs",
  }
  const entries = text.split(",").map((part): [string, number] | undefined => {
    const [, name = "any", number = Infinity, unit = "s"] = /^(?:(\w+)=)?(?:(\d+)([smhd])|forever)$/.exec(part) ?? [undefined, ""]
    const key = Object.hasOwn(names, name) ? names[name] : undefined
    return key && [key, Number(number) * (unitMs[unit] ?? 0)]
  })
  if (entries.every((entry) => entry !== undefined)) return Object.fromEntries(entries)
  return "--keep takes a time such as 7d, completed=1d,failed=30d,terminated=1d, or forever"
}

function readBytes(text: string): number | null {
  const [, number, unit = ""] = /^(\d+)(Ki|Mi|Gi)?$/.exec(text) ?? []
  const factors: Readonly<Record<string, number>> = { "": 1, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 }
  return number && Number(number) > 0 ? Number(number) * (factors[unit] ?? 1) : null
}
