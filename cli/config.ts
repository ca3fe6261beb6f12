// Reads agentflow.config.yaml: found beside the program or above it, environment filled in, validated with positions.

import { readFileSync, existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { catalogue } from "../base/diagnostics/catalogue.generated.ts"
import type { McpConfig } from "@agentflow/runtime/mcp"
import { nearest } from "../base/diagnostics/suggest.ts"
import { RULES } from "../compiler/2-check/rules.ts"
import { Failure } from "./failure.ts"
import schema from "./config.schema.json" with { type: "json" }

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

const name = "agentflow.config.yaml"
const load = createRequire(import.meta.url)

/** Reads the config for a program, or the empty one; a bad file is a Failure with line and column. */
export function readConfig(programFolder: string, explicit: string | undefined, env: NodeJS.ProcessEnv): Config {
  const file = explicit === undefined ? findUpwards(programFolder) : resolve(explicit)
  if (file === undefined) return { folder: programFolder, endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: {}, cli: {} }
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch {
    throw new Failure(2, `The config file ${explicit} can't be read.`, "Check the path after --config.")
  }
  // Loaded only when there is a file: the two take as long as the check of a small program.
  const { isMap, isNode, isScalar, LineCounter, parseDocument } = load("yaml") as typeof import("yaml")
  const { Ajv2020 } = load("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js")
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${relative(process.cwd(), file)}:${line}:${col}`
  }
  const broken = document.errors[0]
  if (broken !== undefined) throw new Failure(1, `${at(broken.pos[0])}: ${broken.message.split("\n")[0]}`)
  const value = substitute(document.toJS() ?? {}, env)
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema)
  if (!validate(value)) {
    const error = validate.errors![0]!
    const path = error.instancePath.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    const unknown = error.keyword === "additionalProperties" ? String(error.params["additionalProperty"]) : undefined
    const node = path.length === 0 ? document.contents : document.getIn(path, true)
    const place = unknown === undefined || !isMap(node) ? node : node.items.find(({ key }) => isScalar(key) && key.value === unknown)?.key
    const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? schema.properties)
    const near = unknown === undefined ? undefined : nearest(unknown, known)
    const what = unknown === undefined ? `'${path.join(".") || "the file"}' ${error.message}` : `'${unknown}' is not a setting here`
    throw new Failure(1, `${at((isNode(place) ? place.range?.[0] : undefined) ?? 0)}: ${what}.`, near === undefined ? undefined : `Did you mean '${near}'?`)
  }
  const rules = Object.keys((value as Partial<Config>).rules ?? {})
  const wrong = rules.find((code) => !RULES.includes(code))
  if (wrong !== undefined) {
    const node = document.getIn(["rules"], true)
    const key = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === wrong)?.key : undefined
    const near = nearest(wrong, RULES)
    const what = wrong in catalogue ? `the level of ${wrong} can't be set: it is no rule of the checklist` : `there is no rule ${wrong}`
    throw new Failure(1, `${at((isNode(key) ? key.range?.[0] : undefined) ?? 0)}: ${what}.`, near === undefined ? `Rules are ${RULES.join(", ")}.` : `Did you mean '${near}'?`)
  }
  return { folder: dirname(file), file, endpoints: {}, secrets: {}, models: {}, dapr: {}, mcp: {}, rules: {}, cli: {}, ...(value as Partial<Config>) }
}

/** The config file that holds for a folder. */
export function findUpwards(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, name)
    if (existsSync(candidate)) return candidate
    // A repository's root ends the search: a config outside it is somebody else's.
    if (dirname(folder) === folder || existsSync(join(folder, ".git"))) return undefined
  }
}

/** `${NAME}` and `${NAME:-default}` in strings are taken from the environment. */
function substitute(value: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (_all, variable: string, otherwise: string | undefined) => env[variable] || otherwise || "")
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, env))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, env)]))
  }
  return value
}

/** Refuses `endpoints:` that leave this machine, unless the user allowed it. */
export function checkEndpoints({ endpoints, file }: Config, options: { readonly allowRemote: boolean }): void {
  for (const [from, to] of Object.entries(endpoints)) {
    const target = URL.canParse(to) ? new URL(to) : undefined
    if (target === undefined || !URL.canParse(from)) throw new Failure(1, `${file}: endpoints: '${from}: ${to}' are not two origins such as https://api.example.com.`)
    const loopback = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(target.hostname)
    if (!loopback && !options.allowRemote) {
      throw new Failure(1, `${file}: endpoints: ${from} is mapped to ${target.host}, which is not this machine.`, "Pass --allow-remote if that is what you want.")
    }
  }
}
