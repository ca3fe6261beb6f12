// Types as TypeScript writes them in a tool's module, and the import of those that are declared.

import type { Edit } from "../../base/text/edit.ts"
import type { Type } from "../../compiler/2-check/types.ts"
import { relativeImport } from "../text.ts"
import { insert } from "./action.ts"

/** Names of declared types are added to `names`. */
export function typeOf(type: Type, names: Set<string>): string {
  const inner = (each: Type): string => typeOf(each, names)
  switch (type.kind) {
    case "string": case "time": return "string"
    case "int": case "number": case "duration": case "money": return "number"
    case "bool": return "boolean"
    case "nothing": return "null"
    case "literal": return JSON.stringify(type.value)
    case "array": return /[| ]/.test(inner(type.element)) ? `(${inner(type.element)})[]` : `${inner(type.element)}[]`
    case "map": return `Record<string, ${inner(type.value)}>`
    case "optional": return `${inner(type.type)} | null`
    case "record": return `{ ${type.fields.map((field) => `${field.name}${field.type.kind === "optional" ? "?" : ""}: ${inner(field.type)}`).join("; ")} }`
    case "union": return type.members.map(inner).join(" | ")
    case "declared":
      names.add(type.name)
      return type.name
    default: return "unknown"
  }
}

/** Brings in the names that the module does not import yet, from the generated project beside the program. */
export function typeImports(text: string, { module, program, names }: { readonly module: string; readonly program: string; readonly names: readonly string[] }): readonly Edit[] {
  const known = /import (?:type )?\{([^}]*)\} from "[^"]*generated\/types(?:\.ts|\.js)?"/.exec(text)
  const missing = names.filter((name) => !new RegExp(`\\b(?:import\\b[^;\\n]*|interface |type |class |enum )\\b${name}\\b`).test(text))
  if (missing.length === 0) return []
  if (known !== null) return [insert(known.index + known[0].indexOf("}") - (known[1]!.endsWith(" ") ? 1 : 0), `, ${missing.join(", ")}`)]
  const opening = /^(?:(?:\/\/[^\n]*)?\n)*/.exec(text)![0]
  const at = opening.trim() === "" ? 0 : opening.length
  return [insert(at, `import type { ${missing.join(", ")} } from "${relativeImport(module, program.replace(/[^/]*$/, "generated/types.ts"))}"\n${/^(?:import|\n)/.test(text.slice(at)) ? "" : "\n"}`)]
}
