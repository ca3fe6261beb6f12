// Types as TypeScript text.

import { unreachable } from "../../../base/assert.ts"
import type { FieldPlan, ParameterPlan, ValueType } from "../../3-plan/types.ts"
import { group, indent, join, line, memberEnd } from "./layout.ts"
import type { Doc } from "./layout.ts"
import { propertyKey, quoted } from "./literals.ts"
import type { FileScope } from "./names.ts"

/** How a file names a declared type: `Brief`, or `types.Brief` where types come in as a whole. */
export type TypeName = (name: string) => string

export function typeText(scope: FileScope, type: ValueType, named: TypeName = scope.type): string {
  const inner = (each: ValueType): string => typeText(scope, each, named)
  switch (type.kind) {
    case "string": case "time": return "string"
    case "int": case "number": case "duration": case "money": return "number"
    case "bool": return "boolean"
    case "json": return scope.runtimeType("Json")
    case "message": return scope.runtimeType("ChatMessage")
    case "nothing": return "null"
    case "never": return "never"
    case "unknown": case "secret": return "unknown"
    case "literal": return typeof type.value === "string" ? quoted(type.value) : String(type.value)
    case "list": return isCompound(type.element) ? `(${inner(type.element)})[]` : `${inner(type.element)}[]`
    case "map": return `Record<string, ${inner(type.value)}>`
    case "optional": return `${inner(type.type)} | null`
    case "record": return recordText(scope, type.fields, named)
    case "named": return named(type.name)
    case "union": return type.members.map(inner).join(" | ")
    case "result": return `${scope.runtimeType("Result")}<${inner(type.value)}>`
    case "caughtError": return scope.runtimeType("FlowError")
    default: return unreachable(type)
  }
}

function isCompound(type: ValueType): boolean {
  return type.kind === "optional" || (type.kind === "union" && type.members.length > 1)
}

export function recordText(scope: FileScope, fields: readonly FieldPlan[], named?: TypeName): string {
  if (fields.length === 0) return "{}"
  const written = fields.map((field) => `${propertyKey(field.name)}${isOptional(field.type) ? "?" : ""}: ${typeText(scope, field.type, named)}`)
  return `{ ${written.join("; ")} }`
}

/** A parameter with a default may be left out by who starts a workflow, and by a model that calls a tool. */
export function parametersDoc(scope: FileScope, parameters: readonly ParameterPlan[], named?: TypeName): Doc {
  if (parameters.length === 0) return "{}"
  const written = parameters.map((parameter) => {
    const mark = isOptional(parameter.type) || parameter.default !== undefined ? "?" : ""
    return `${propertyKey(parameter.name)}${mark}: ${typeText(scope, parameter.type, named)}`
  })
  return group("{", indent(line, join([memberEnd, line], written)), line, "}")
}

export function isOptional(type: ValueType): boolean {
  return type.kind === "optional" || type.kind === "nothing"
}
