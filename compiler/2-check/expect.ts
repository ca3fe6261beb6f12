// Says that a value does not fit, in the words that help most.

import type { Fix } from "../../base/diagnostics/diagnostic.ts"
import type { NodeBase } from "../../grammar/syntax/nodes.ts"
import { report, textOf, type Env } from "./context.ts"
import type { Type } from "./types.ts"
import { assignable, isOptional, present } from "./types/relate.ts"
import { render } from "./types/render.ts"

/** `where` ends the sentence: " for the parameter url". Gives whether it fits. */
export function expectType(actual: Type, expected: Type, node: NodeBase, env: Env, where = ""): boolean {
  const { declared } = env.file.context
  if (assignable(actual, expected, declared)) return true
  const fitsWhenThere = isOptional(actual, declared) && assignable(present(actual, declared), expected, declared)
  if (fitsWhenThere && actual.kind !== "nothing") {
    report(env.file, node, "AF3009", { what: shorten(textOf(env.file, node)), expected: render(expected), where })
  } else {
    report(
      env.file,
      node,
      "AF3001",
      { actual: render(actual), expected: render(expected), where },
      { fixes: enumFix(expected, node, env) },
    )
  }
  return false
}

/** "publish" where Verdict.publish is meant. */
function enumFix(expected: Type, node: NodeBase, env: Env): readonly Fix[] {
  const type = present(expected, env.file.context.declared)
  const structure = type.kind === "declared" ? env.file.context.declared.get(type.symbol) : undefined
  const name = /^"(\w+)"$/.exec(textOf(env.file, node))?.[1]
  if (type.kind !== "declared" || structure?.kind !== "enum") return []
  if (!structure.members.some((member) => member.name === name)) return []
  const text = `${type.name}.${name}`
  return [{ title: `Write ${text}`, path: env.file.path, edits: [{ span: node.span, text }], applicability: "machine" }]
}

/** Source text in a message stays on one line. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ")
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
