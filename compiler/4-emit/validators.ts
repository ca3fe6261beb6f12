// validators.js: Ajv's standalone code for every schema of the project, so that a deployed worker compiles nothing.

import { assert } from "../../base/assert.ts"
import type { Json, JsonSchema, Plan } from "../3-plan/types.ts"
import { references } from "./typescript/files/schemas.ts"
import type { ProjectSchema } from "./typescript/files/schemas.ts"
import type { EmittedFile } from "./types.ts"
import type { Names } from "./typescript/names.ts"
import { runtimeModule } from "./typescript/names.ts"

export interface ValidatorOptions {
  readonly plan: Plan
  readonly names: Names
  readonly schemas: readonly ProjectSchema[]
  readonly header: string
}

interface Wanted {
  readonly schemas: readonly ProjectSchema[]
  /** Types that the schemas refer to. */
  readonly extra: readonly Pick<ProjectSchema, "name" | "schema">[]
  /** Identifiers of types, by name. */
  readonly declared: readonly (readonly [string, string])[]
}

let last: { readonly key: string; readonly code: string } | undefined

/** Two thirds of printing a project go into its validators, and few changes of a program change a schema: the last ones are kept. */
export async function emitValidators({ plan, names, schemas, header }: ValidatorOptions): Promise<readonly EmittedFile[]> {
  const declared = new Map(plan.types.map((type) => [type.name, names.declared.get(type.name)!.identifier]))
  const listed = new Set(schemas.map(({ name }) => name))
  const referred = new Set(schemas.flatMap(({ schema }) => references(schema)))
  const extra = plan.types
    .filter(({ name }) => !listed.has(declared.get(name)!) && referred.has(name))
    .map((type) => ({ name: declared.get(type.name)!, schema: type.schema }))
  const wanted: Wanted = { schemas, extra, declared: [...declared] }
  const key = JSON.stringify(wanted)
  const code = last?.key === key ? last.code : await codeOf(wanted)
  last = { key, code }
  return [
    { path: "validators.js", text: `// ${header}\n${code}` },
    { path: "validators.d.ts", text: declarations(schemas, header) },
  ]
}

/** Ajv is loaded here and not on import: checking a program needs none of it. */
async function codeOf({ schemas, extra, declared }: Wanted): Promise<string> {
  const [{ Ajv2020 }, standalone, formats, { Name }] = await Promise.all([
    import("ajv/dist/2020.js"), import("ajv/dist/standalone/index.js"), import("ajv-formats"), import("ajv"),
  ])
  const ajv = new Ajv2020({
    allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false, logger: false,
    code: { source: true, esm: true, lines: true },
  })
  callable<(instance: unknown) => void>(formats)(ajv)
  ajv.opts.code.formats = new Name("formats")
  const identifiers = new Map(declared)
  for (const { name, schema } of [...schemas, ...extra]) ajv.addSchema({ ...byId(schema, identifiers), $id: `schema:${name}` })
  const refs = Object.fromEntries(schemas.map(({ name }) => [name, `schema:${name}`]))
  return withRuntimeImports(callable<(instance: unknown, refs: object) => string>(standalone)(ajv, refs))
}

/** A CommonJS module's one function, however deep the loader wraps it. */
function callable<Callable>(module: unknown): Callable {
  let found = module
  while (typeof found === "object" && found !== null && "default" in found) found = found.default
  assert(typeof found === "function", "Ajv's module gives no function")
  return found as Callable
}

/** `#/$defs/Name` to the id under which Ajv knows the type, so that types share one function. */
function byId<Value extends Json>(schema: Value, declared: ReadonlyMap<string, string>): Value {
  const rewrite = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rewrite)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value as JsonSchema).map(([key, inner]) => {
      if (key !== "$ref" || typeof inner !== "string") return [key, rewrite(inner)]
      return [key, `schema:${declared.get(inner.replace("#/$defs/", ""))}`]
    }))
  }
  return rewrite(schema) as Value
}

const runtimeExports: Readonly<Record<string, string>> = {
  "ajv/dist/runtime/ucs2length": "ucs2length", "ajv/dist/runtime/equal": "equal",
}

/** Ajv's `require`s become imports from the runtime, the one package that a generated project depends on. */
function withRuntimeImports(code: string): string {
  const imported = new Map<string, string>()
  const body = code.replace(/^\/\*# sourceURL=.*\*\/;?\n/gm, "").replace(/const (\w+) = require\("([^"]+)"\)\.default;\n?/g, (_, name: string, from: string) => {
    const exported = runtimeExports[from]
    assert(exported !== undefined, `Ajv's code needs ${from}`)
    imported.set(name, exported)
    return ""
  })
  assert(!body.includes("require("), "Ajv's code requires something else")
  const names = [...[...imported].map(([name, exported]) => (name === exported ? name : `${exported} as ${name}`))]
  if (/\bformats\b/.test(body)) names.push("formats")
  const header = names.length === 0 ? "" : `import { ${names.sort().join(", ")} } from "${runtimeModule}"\n`
  return `${header}${body.replace(/^"use strict";\n?/, "").trimEnd()}\n`
}

function declarations(schemas: readonly ProjectSchema[], header: string): string {
  const lines = schemas.map(({ name }) => `export declare const ${name}: Validator`)
  return [`// ${header}`, `import type { Validator } from "${runtimeModule}"`, "", ...lines, ""].join("\n")
}
