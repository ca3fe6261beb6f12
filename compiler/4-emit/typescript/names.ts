// Which identifier and module each declared name gets, and which identifiers the locals of one file get.

import type { Location } from "../../../base/text/span.ts"
import { assert } from "../../../base/assert.ts"
import { kebab } from "../../3-plan/lower.ts"
import type { Plan } from "../../3-plan/types.ts"
import { mentionsOf } from "./files/mentions.ts"
import type { Mentions } from "./files/mentions.ts"
import type { Doc } from "./layout.ts"
import { isReserved } from "./literals.ts"

/** Every value that emitted code takes from "@agentflow/runtime": a declared name that equals one gets a suffix. */
export const runtimeValues = [
  "agent", "bindingTool", "callFunction", "catches", "caught", "connect", "defineSchema", "entry", "equal", "event", "FlowError",
  "formats", "httpTool", "human", "invokeTool", "list", "mcpTool", "model", "publishTool", "secret", "serve", "setting", "stateTool",
  "text", "tool", "ucs2length", "urlPart", "workflow",
] as const
export type RuntimeValue = (typeof runtimeValues)[number]

export const runtimeTypes = [
  "Agent", "ChatMessage", "ConnectOptions", "FlowError", "Human", "Json", "Policy", "Result", "StartOptions", "Tool", "Validator",
  "WaitOptions", "Workflow",
] as const
export type RuntimeType = (typeof runtimeTypes)[number]

/** What emitted code names beside the program's names: modules it imports whole, its own functions, parameters of callbacks. */
const ownNames: ReadonlySet<string> = new Set([
  ...runtimeValues, "schemas", "types", "validators", "kept", "worker", "client", "open", "close", "options", "parameters", "id",
  "run", "undo", "thrown", "context", "secrets", "settings", "events", "answer", "result", "_parameters", "_result", "_secrets",
])

export interface Declared {
  readonly identifier: string
  /** Path within the project: "tools.ts". */
  readonly module: string
}

export type Language = "typescript" | "javascript"

/** A place in the code that says when it is reached: a branch, or what follows from a clause. */
export interface CoverPoint {
  readonly id: string
  /** "if", "else", "match", "catch", "fallback", "budget else", "require". */
  readonly kind: string
  readonly origin: Location
}

export interface Names {
  /** Filled while code is written; absent: the code says nothing. */
  readonly covers?: Map<string, CoverPoint>
  /** JavaScript is what is left when the types are not written. */
  readonly language: Language
  readonly declared: ReadonlyMap<string, Declared>
  /** The identifiers of all that is declared. */
  readonly identifiers: ReadonlySet<string>
  readonly mentions: Mentions
  /** By callable or workflow: the names of its schemas in schemas.ts. */
  readonly parameters: ReadonlyMap<string, string>
  readonly results: ReadonlyMap<string, string>
  readonly settings: ReadonlyMap<string, string>
  /** By path of a user's module: what it is imported as. */
  readonly modules: ReadonlyMap<string, string>
}

export function namesOf(plan: Plan, language: Language = "typescript", covers?: Map<string, CoverPoint>): Names {
  const declared = new Map<string, Declared>()
  const taken = new Set<string>()
  const add = (name: string, module: string, as: "value" | "type"): void => {
    declared.set(name, { identifier: free(name, taken, (candidate) => isReserved(candidate, as) || ownNames.has(candidate)), module })
  }
  for (const { name, kind } of plan.types) add(name, kind === "event" ? "events.ts" : "types.ts", "type")
  for (const { name } of plan.models) add(name, "models.ts", "value")
  for (const { name } of plan.secrets) add(name, "secrets.ts", "value")
  for (const { name } of plan.settings) add(name, "settings.ts", "value")
  for (const { name } of plan.policies) add(name, "policies.ts", "value")
  for (const { name } of plan.tools) add(name, "tools.ts", "value")
  for (const { name } of plan.agents) add(name, "agents.ts", "value")
  for (const { name } of plan.humans) add(name, "humans.ts", "value")
  const files = new Set<string>()
  for (const { name } of plan.workflows) add(name, `workflows/${free(kebab(name), files, () => false)}.ts`, "value")
  const identifiers = new Set([...declared.values()].map(({ identifier }) => identifier))
  return { language, ...(covers === undefined ? {} : { covers }), declared, identifiers, mentions: mentionsOf(plan), ...schemaNames(plan, declared), modules: moduleNames(plan, taken) }
}

function schemaNames(plan: Plan, declared: ReadonlyMap<string, Declared>): Pick<Names, "parameters" | "results" | "settings"> {
  const taken = new Set(plan.types.map(({ name }) => declared.get(name)!.identifier))
  const parameters = new Map<string, string>()
  const results = new Map<string, string>()
  const settings = new Map<string, string>()
  const capital = (name: string): string => name.replace(/^./u, (first) => first.toUpperCase())
  for (const callable of [...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows]) {
    const base = capital(callable.name)
    parameters.set(callable.name, free(`${base}Parameters`, taken, () => false))
    const { result } = callable
    const known = result.kind === "named" ? declared.get(result.name)?.identifier : undefined
    if (result.kind === "nothing") results.set(callable.name, nothingSchema)
    else results.set(callable.name, known ?? free(`${base}Result`, taken, () => false))
  }
  for (const { name, type } of plan.settings) {
    const known = type.kind === "named" ? declared.get(type.name)?.identifier : undefined
    settings.set(name, known ?? free(`${capital(name)}Setting`, taken, () => false))
  }
  return { parameters, results, settings }
}

/** The schema of what returns nothing. A type can't have this name: `nothing` is a word of the language. */
export const nothingSchema = "nothing"

function moduleNames(plan: Plan, taken: Set<string>): ReadonlyMap<string, string> {
  const modules = new Map<string, string>()
  for (const { source } of plan.tools) {
    if (source.kind !== "typescript" || modules.has(source.module)) continue
    const base = source.module.split("/").at(-1)!.replace(/\.[cm]?[jt]sx?$/, "")
    const words = base.split(/[^A-Za-z0-9]+/).filter((word) => word !== "")
    const camel = words.map((word, index) => (index === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join("")
    const name = /^[A-Za-z]/.test(camel) ? camel : `module${camel}`
    modules.set(source.module, free(name, taken, (candidate) => isReserved(candidate, "value") || ownNames.has(candidate)))
  }
  return modules
}

/** The name, with as many `_` behind it as it takes to be free. */
export function free(name: string, taken: Set<string>, isBad: (candidate: string) => boolean): string {
  let candidate = name
  while (taken.has(candidate) || isBad(candidate)) candidate += "_"
  taken.add(candidate)
  return candidate
}

// ---------------------------------------------------------------- one file

export interface ImportRequest {
  readonly from: string
  readonly name: string
  readonly as: string
  readonly typeOnly: boolean
  /** `import * as name` */
  readonly whole: boolean
}

/** One file being written: asking for a name imports it. */
export interface FileScope {
  readonly path: string
  readonly names: Names
  runtime(name: RuntimeValue): string
  runtimeType(name: RuntimeType): string
  /** A declared value: a callable, an enum, a model … */
  value(name: string): string
  type(name: string): string
  whole(from: string, as: string, options?: { readonly typeOnly: boolean }): string
  imports(): readonly ImportRequest[]
  /** Identifiers that a local of this file may not take. */
  readonly avoided: ReadonlySet<string>
}

export const runtimeModule = "@agentflow/runtime"

export function fileScope(path: string, names: Names, avoided: ReadonlySet<string>): FileScope {
  const requests = new Map<string, ImportRequest>()
  const request = (wanted: ImportRequest): string => {
    const key = `${wanted.from} ${wanted.name} ${wanted.whole}`
    const before = requests.get(key)
    requests.set(key, before === undefined ? wanted : { ...wanted, typeOnly: wanted.typeOnly && before.typeOnly })
    return wanted.as
  }
  const declared = (name: string, typeOnly: boolean): string => {
    const found = names.declared.get(name)
    assert(found !== undefined, `${name} is declared nowhere in the plan`)
    if (found.module === path) return found.identifier
    return request({ from: relative(path, found.module), name: found.identifier, as: found.identifier, typeOnly, whole: false })
  }
  return {
    path,
    names,
    avoided,
    runtime: (name) => request({ from: runtimeModule, name, as: name, typeOnly: false, whole: false }),
    runtimeType: (name) => {
      const as = names.identifiers.has(name) ? `Runtime${name}` : name
      return request({ from: runtimeModule, name, as, typeOnly: true, whole: false })
    },
    value: (name) => declared(name, false),
    type: (name) => declared(name, true),
    whole: (from, as, options) => request({ from, name: "*", as, typeOnly: options?.typeOnly ?? false, whole: true }),
    imports: () => [...requests.values()],
  }
}

/** How one file of the project imports another: both are paths from the same folder. */
export function relative(from: string, to: string): string {
  const here = from.split("/").slice(0, -1)
  const there = to.split("/")
  while (here.length > 0 && there.length > 1 && here[0] === there[0]) {
    here.shift()
    there.shift()
  }
  const up = here.length === 0 ? "./" : "../".repeat(here.length)
  return up === "./" && there[0] === ".." ? there.join("/") : up + there.join("/")
}

/** A statement or an operand that tells where the run has come by; nothing in deployed code. */
export function covered({ names }: FileScope, kind: string, origin: Location): readonly [string] | readonly [] {
  if (names.covers === undefined) return []
  const id = `${kind} ${origin.path}:${origin.span.start}`
  names.covers.set(id, { id, kind, origin })
  return [`$cover(${JSON.stringify(id)})`]
}

/** What only TypeScript reads. Empty, and yet no text in JavaScript: what surrounds it is laid out as if it stood there. */
export function typed({ names }: FileScope, doc: Doc): Doc {
  return names.language === "typescript" ? doc : { kind: "group", doc: "" }
}

// ---------------------------------------------------------------- locals

/** By name in the source: the identifier in one callable or workflow. */
export type Locals = ReadonlyMap<string, string>

export function localsOf(scope: FileScope, unit: unknown, implicit: readonly string[]): Locals {
  const found = new Set<string>()
  collect(unit, found)
  const taken = new Set<string>()
  const isBad = (candidate: string): boolean =>
    isReserved(candidate, "value") || implicit.includes(candidate) || scope.avoided.has(candidate)
  // A name that gets a suffix may not take another's.
  const rename = (name: string): string =>
    isBad(name) ? free(`${name}_`, taken, (candidate) => isBad(candidate) || found.has(candidate)) : name
  return new Map([...found].map((name) => [name, rename(name)]))
}

/** Every name that a piece of the plan binds. */
function collect(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, found)
    return
  }
  if (typeof node !== "object" || node === null) return
  const record = node as { readonly kind?: string; readonly [field: string]: unknown }
  switch (record.kind) {
    case "let": case "local": found.add(record["name"] as string); break
    case "lambda": for (const name of record["parameters"] as readonly string[]) found.add(name); break
    case "each": case "race": case "parallel": {
      if (Array.isArray(record["branches"])) {
        if (record.kind === "parallel") for (const { name } of record["branches"] as readonly { name: string }[]) found.add(name)
        break
      }
      found.add(record["variable"] as string)
      if (typeof record["index"] === "string") found.add(record["index"])
      break
    }
  }
  if (typeof record["binding"] === "string") found.add(record["binding"])
  for (const [key, child] of Object.entries(record)) {
    if (key === "parameters" && record.kind === undefined) collectParameters(child, found)
    if (key !== "origin" && key !== "type") collect(child, found)
  }
}

function collectParameters(parameters: unknown, found: Set<string>): void {
  if (!Array.isArray(parameters)) return
  for (const parameter of parameters as readonly { readonly name?: string }[]) {
    if (typeof parameter.name === "string") found.add(parameter.name)
  }
}
