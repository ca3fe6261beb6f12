// The text of agentflow.config.yaml: environment filled in, checked, with the place of what is wrong. Without a disk and without code made at run time.

import { catalogue } from "../base/diagnostics/catalogue.generated.ts"
import type { McpConfig } from "@agentflow/runtime/mcp"
import type { ValidationProblem } from "@agentflow/runtime/contract"
import { nearest } from "../base/diagnostics/suggest.ts"
import { RULES } from "../compiler/2-check/rules.ts"
import type { Document } from "yaml"
import { settingNames, validateConfig } from "./config-validator.generated.ts"

export interface Config {
  /** Folder that relative paths in it are relative to. */
  readonly folder: string
  /** Absent when there is no config file. */
  readonly file?: string
  /** Origin of a service -> origin to call instead. */
  readonly endpoints: Readonly<Record<string, string>>
  /** Name of a secret store -> path of a local JSON file. */
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly models: {
    readonly provider?: "offline" | "openai" | "dapr"
    readonly api?: "chat" | "responses"
    readonly conversation?: string
    readonly script?: string
    /** By the names that models declare. */
    readonly providers?: Readonly<Record<string, object>>
  }
  readonly dapr: DaprNames
  /** MCP servers by the name that `mcp SERVER.tool` uses. */
  readonly mcp: McpConfig
  readonly rules: Readonly<Record<string, "error" | "warning" | "off">>
  /** Flags of commands that are set for good, by their names. */
  readonly cli: Readonly<Record<string, string | number>>
}

export interface DaprNames {
  readonly app?: string
  readonly stateStore?: string
  readonly pubsub?: string
  readonly maxWorkflows?: number
  readonly maxActivities?: number
}

export const emptyConfig = (folder: string): Config => ({ folder, endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: {}, cli: {} })

/** Line and column count from 1. */
export interface ConfigTextProblem {
  readonly line: number
  readonly column: number
  readonly message: string
  readonly advice?: string
}

type Yaml = Pick<typeof import("yaml"), "isMap" | "isNode" | "isScalar" | "LineCounter" | "parseDocument">

/** What the text sets, else the first thing that is wrong with it. */
export function configOfText(text: string, env: Readonly<Record<string, string | undefined>>, yaml: Yaml): { readonly value: Partial<Config>; readonly problem?: ConfigTextProblem } {
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines })
  const bad = (offset: number, message: string, advice?: string): { readonly value: Partial<Config>; readonly problem: ConfigTextProblem } => {
    const { line, col } = lines.linePos(offset)
    return { value: {}, problem: { line, column: col, message, ...(advice === undefined ? {} : { advice }) } }
  }
  const broken = document.errors[0]
  if (broken !== undefined) return bad(broken.pos[0], broken.message.split("\n")[0]!)
  const value = substitute(document.toJS() ?? {}, env) as Partial<Config>
  if (!validateConfig(value)) return bad(...problemOf(validateConfig.errors![0]!, document, yaml))
  const wrong = Object.keys(value.rules ?? {}).find((code) => !RULES.includes(code))
  if (wrong === undefined) return { value }
  const near = nearest(wrong, RULES)
  const what = wrong in catalogue ? `the level of ${wrong} can't be set: it is no rule of the checklist` : `there is no rule ${wrong}`
  return bad(placeOf(keyIn(document.getIn(["rules"], true), wrong, yaml), yaml), `${what}.`, near === undefined ? `Rules are ${RULES.join(", ")}.` : `Did you mean '${near}'?`)
}

function problemOf({ instancePath, keyword, params = {}, message }: ValidationProblem, document: Document, yaml: Yaml): [number, string, string | undefined] {
  const path = instancePath.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  if (path.length === 0 && keyword === "type") return [placeOf(node, yaml), "the file holds no settings.", "Write them as names with values, such as `models: { provider: offline }`."]
  if (keyword !== "additionalProperties") return [placeOf(node, yaml), `'${path.join(".") || "the file"}' ${message}.`, undefined]
  const unknown = String((params as { readonly additionalProperty?: unknown }).additionalProperty)
  const near = nearest(unknown, settingNames)
  return [placeOf(keyIn(node, unknown, yaml) ?? node, yaml), `'${unknown}' is not a setting here.`, near === undefined ? undefined : `Did you mean '${near}'?`]
}

function keyIn(node: unknown, wanted: string, { isMap, isScalar }: Yaml): unknown {
  return isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === wanted)?.key : undefined
}

function placeOf(node: unknown, { isNode }: Yaml): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0
}

/** `${NAME}` and `${NAME:-default}` in strings are taken from the environment. */
function substitute(value: unknown, env: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_all, variable: string, otherwise: string | undefined) => env[variable] || otherwise || "")
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, env))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, env)]))
  }
  return value
}

