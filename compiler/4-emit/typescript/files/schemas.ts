// schemas.ts: each type as JSON Schema with its validator; a schema names the ones it is made of.

import type { Json, JsonSchema, ParameterPlan, Plan, ValueType } from "../../../3-plan/types.ts"
import { nothingSchema, typed } from "../names.ts"
import type { FileScope, Names } from "../names.ts"
import { brackets, object } from "../expression.ts"
import type { Doc } from "../layout.ts"
import { numberText, propertyKey, quoted } from "../literals.ts"
import { constant } from "../structure.ts"
import type { Item } from "../structure.ts"
import { parametersDoc, typeText } from "../types.ts"

/** One schema of the project, in an order in which none names a later one. */
export interface ProjectSchema {
  readonly name: string
  /** With references to declared types as `#/$defs/<declared name>`. */
  readonly schema: JsonSchema
  readonly of: { readonly type: ValueType } | { readonly parameters: readonly ParameterPlan[] }
}

/** What a callable or workflow takes or gives, what events carry, and settings. */
export function projectSchemas(plan: Plan, names: Names): readonly ProjectSchema[] {
  const declared = new Map(plan.types.map((type) => [type.name, type]))
  const found = new Map<string, ProjectSchema>()
  const visiting = new Set<string>()
  const visit = (schema: JsonSchema): void => {
    for (const name of references(schema)) {
      const type = declared.get(name)
      const identifier = names.declared.get(name)?.identifier
      if (type === undefined || identifier === undefined || visiting.has(name)) continue
      visiting.add(name)
      visit(type.schema)
      found.set(identifier, { name: identifier, schema: type.schema, of: { type: { kind: "named", name } } })
    }
  }
  for (const callable of [...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows]) {
    const [parameters, result] = [names.parameters.get(callable.name)!, names.results.get(callable.name)!]
    visit(callable.parametersSchema)
    visit(callable.resultSchema)
    found.set(parameters, { name: parameters, schema: callable.parametersSchema, of: { parameters: callable.parameters } })
    if (!found.has(result)) found.set(result, { name: result, schema: callable.resultSchema, of: { type: callable.result } })
  }
  for (const name of plan.tools.flatMap((tool) => errorsWithData(plan, tool))) visit({ $ref: `#/$defs/${name}` })
  for (const { name, type, schema } of plan.settings) {
    visit(schema)
    const named = names.settings.get(name)!
    if (!found.has(named)) found.set(named, { name: named, schema, of: { type } })
  }
  for (const type of plan.types) if (type.kind === "event") visit({ $ref: `#/$defs/${type.name}` })
  return [...found.values()]
}

/** The declared errors that the tool may fail with and that have fields. */
export function errorsWithData(plan: Plan, { fails = [] }: Plan["tools"][number]): readonly string[] {
  return fails.filter((kind) => plan.types.some((type) => type.kind === "error" && type.name === kind && type.fields.length > 0))
}

export function references(schema: Json): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(references)
  if (typeof schema !== "object" || schema === null) return []
  const { $ref, ...rest } = schema as JsonSchema
  const own = typeof $ref === "string" ? [$ref.replace("#/$defs/", "")] : []
  return [...own, ...Object.values(rest).flatMap(references)]
}

/** Declared types that contain themselves, by name. */
export function recursiveTypes(plan: Plan): ReadonlySet<string> {
  const edges = new Map(plan.types.map((type) => [type.name, references(type.schema)]))
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (edges.get(from) ?? []).some((next) => next === target || (!seen.has(next) && seen.add(next) && reaches(next, target, seen)))
  return new Set(plan.types.map(({ name }) => name).filter((name) => reaches(name, name, new Set())))
}

export function schemaItems(plan: Plan, scope: FileScope): readonly Item[] {
  const writer = schemaWriter(plan, scope)
  return projectSchemas(plan, scope.names).map(({ name, schema, of }) => {
    const validators = scope.whole("./validators.js", "validators")
    const type = "parameters" in of
      ? parametersDoc(scope, of.parameters, writer.typeName)
      : name === nothingSchema ? "void" : typeText(scope, of.type, writer.typeName)
    const call = [scope.runtime("defineSchema"), typed(scope, ["<", type, ">"]), "(", writer.root(schema), `, ${validators}.${name})`]
    return constant(name, call)
  })
}

function schemaWriter(plan: Plan, scope: FileScope) {
  const recursive = recursiveTypes(plan)
  const declared = new Map(plan.types.map((type) => [type.name, type.schema]))
  const identifier = (name: string): string => scope.names.declared.get(name)!.identifier
  const closure = (schema: Json, seen = new Set<string>()): ReadonlySet<string> => {
    for (const name of references(schema)) if (!seen.has(name) && seen.add(name)) closure(declared.get(name)!, seen)
    return seen
  }

  /** A schema in reach of a recursive type keeps references, to definitions of its own; any other names its parts. */
  function root(schema: JsonSchema): Doc {
    const reach = [...closure(schema)]
    if (!reach.some((name) => recursive.has(name))) return json(schema, "byName")
    const definitions = Object.fromEntries(reach.map((name) => [name, declared.get(name)!]))
    return json({ ...schema, $defs: definitions }, "asWritten")
  }

  function json(value: Json, refs: "byName" | "asWritten"): Doc {
    if (Array.isArray(value)) return brackets("[", value.map((each) => json(each, refs)), "]")
    if (typeof value === "string") return quoted(value)
    if (typeof value === "number") return numberText(value)
    if (typeof value !== "object" || value === null) return String(value)
    const { $ref, ...siblings } = value as JsonSchema
    const entries = Object.entries($ref === undefined || refs === "asWritten" ? (value as JsonSchema) : siblings)
    const properties = entries.map(([key, each]): Doc => [propertyKey(key), ": ", json(each, refs)])
    if (typeof $ref !== "string" || refs === "asWritten") return object(properties)
    const named = `${identifier($ref.replace("#/$defs/", ""))}.json`
    return properties.length === 0 ? named : object([[`...${named}`, typed(scope, " as object")], ...properties])
  }

  return {
    root,
    typeName: (name: string) => {
      const file = scope.names.declared.get(name)!.module === "events.ts" ? "events" : "types"
      return `${scope.whole(`./${file}.ts`, file, { typeOnly: true })}.${identifier(name)}`
    },
  }
}

