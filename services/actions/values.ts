// A first value of a type, to be filled in: what a fallback, a missing field or a test starts from.

import type { Type } from "../../compiler/2-check/types.ts"
import type { Program } from "../workspace.ts"

const depthMax = 6

export function valueOf(program: Program, type: Type, depth = 0): string {
  const { declared, bound } = program.checked
  switch (type.kind) {
    case "string": {
      const least = Number(type.constraints?.["minLength"] ?? 0)
      return JSON.stringify("x".repeat(Math.min(least, 200)))
    }
    case "int":
    case "number":
      return String(type.constraints?.["min"] ?? 0)
    case "bool":
      return "false"
    case "time":
      return "now()"
    case "duration":
      return "1s"
    case "money":
      return "$0"
    case "message":
      return '{ role: "user", content: "" }'
    case "literal":
      return JSON.stringify(type.value)
    case "array": {
      const least = Number(type.constraints?.["minItems"] ?? 0)
      return depth > depthMax ? "[]" : `[${Array.from({ length: Math.min(least, 20) }, () => valueOf(program, type.element, depth + 1)).join(", ")}]`
    }
    case "map":
    case "json":
      return "{ }"
    case "record":
      return recordOf(program, type.fields, undefined, depth)
    case "union":
      return type.members[0] === undefined ? "nothing" : valueOf(program, type.members[0], depth + 1)
    case "declared": {
      const structure = declared.get(type.symbol)
      if (structure === undefined || depth > depthMax) return "nothing"
      if (structure.kind === "enum") return structure.members[0] === undefined ? "nothing" : `${type.name}.${structure.members[0].name}`
      if (structure.kind === "alias") return valueOf(program, structure.type, depth + 1)
      if (structure.kind === "taggedUnion") {
        const member = structure.members[0]
        return member === undefined ? "nothing" : taggedOf(program, member, bound.symbols.symbols[member]!.name, depth)
      }
      return recordOf(program, structure.fields, undefined, depth)
    }
    default:
      return "nothing"
  }
}

function taggedOf(program: Program, member: number, name: string, depth: number): string {
  const structure = program.checked.declared.get(member)
  return structure?.kind === "record" ? recordOf(program, structure.fields, name, depth) : "nothing"
}

function recordOf(program: Program, fields: readonly { readonly name: string; readonly type: Type }[], tag: string | undefined, depth: number): string {
  const entries = fields.filter(({ type }) => type.kind !== "optional" && type.kind !== "nothing").map(({ name, type }) => `${name}: ${valueOf(program, type, depth + 1)}`)
  const all = tag === undefined ? entries : [`kind: ${JSON.stringify(tag)}`, ...entries]
  return all.length === 0 ? "{ }" : `{ ${all.join(", ")} }`
}
