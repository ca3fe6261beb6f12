// Text with holes: what can be printed.

import type { TemplateExpression } from "../../grammar/syntax/nodes.ts"
import { report, type CheckExpression, type Env } from "./context.ts"
import { reportLookalikes } from "./lookalikes.ts"
import type { Type } from "./types.ts"
import { expand, present, STRING } from "./types/relate.ts"
import { render } from "./types/render.ts"

export function checkTemplate(
  node: TemplateExpression, env: Env, expected: Type | undefined, check: CheckExpression,
): Type {
  for (const part of node.parts) {
    if (part.kind === "templateHole") {
      const type = check(part.expression, env)
      const why = unprintable(type, env)
      if (why !== undefined) report(env.file, part.expression, "AF3019", { type: render(type), hint: why })
    }
  }
  reportLookalikes(node, env.file)
  if (node.parts.some((part) => part.kind === "templateHole") || !wantsLiteral(expected, env)) return STRING
  return { kind: "literal", value: node.parts.map((part) => (part.kind === "templateText" ? part.value : "")).join("") }
}

/** Whether a literal keeps its own value as its type here: something of the expected type is one. */
export function wantsLiteral(expected: Type | undefined, env: Env): boolean {
  if (expected === undefined) return false
  const type = present(
    expand(present(expected, env.file.context.declared), env.file.context.declared), env.file.context.declared,
  )
  return type.kind === "literal" || (type.kind === "union" && type.members.some((member) => wantsLiteral(member, env)))
}

/** Why the type can't be put into text here; undefined when it can. */
function unprintable(type: Type, env: Env): string | undefined {
  const { declared } = env.file.context
  const known = expand(type, declared)
  switch (known.kind) {
    case "string":
    case "int":
    case "number":
    case "bool":
    case "time":
    case "duration":
    case "money":
    case "literal":
    case "unknown":
      return undefined
    case "union":
      return known.members.map((member) => unprintable(member, env)).find((why) => why !== undefined)
    case "optional":
    case "nothing":
      return "it may be nothing: write `?? \"…\"` after it"
    case "declared":
      if (declared.get(known.symbol)?.kind === "enum") return undefined
      return env.text === "prose" ? undefined : "name one of its fields"
    case "array":
    case "map":
    case "record":
    case "json":
    case "message":
      return env.text === "prose" ? undefined : "only a prompt, an `ask` or a log prints it; take a field, or join it"
    case "caughtError":
      return "write its `.message` or `.kind`"
    default:
      return "it is not a value with a text"
  }
}
