// A type as a reader would write it, for messages and hover.

import { unreachable } from "../../../base/assert.ts"
import type { Type } from "../types.ts"

export function render(type: Type): string {
  switch (type.kind) {
    case "string":
    case "int":
    case "number":
    case "bool":
    case "time":
    case "duration":
    case "money":
    case "json":
    case "message":
    case "nothing":
    case "secret":
      return type.kind
    case "literal":
      return JSON.stringify(type.value)
    case "array":
      return `${operand(type.element)}[]`
    case "map":
      return `map<${render(type.value)}>`
    case "optional":
      return `${operand(type.type)}?`
    case "record":
      if (type.fields.length === 0) return "{ }"
      return `{ ${type.fields.map(({ name, type: of }) => `${name}: ${render(of)}`).join(", ")} }`
    case "declared":
      return type.name
    case "union":
      return type.members.map(render).join(" | ")
    case "result":
      return `Result<${render(type.value)}>`
    case "caughtError":
      return "a caught error"
    case "function":
      return "a function"
    case "namespace":
      return "a name, not a value"
    case "unknown":
      return "unknown"
    case "never":
      return "never"
    default:
      return unreachable(type)
  }
}

function operand(type: Type): string {
  return type.kind === "union" ? `(${render(type)})` : render(type)
}
