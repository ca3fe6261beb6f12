// Says that a value does not fit, in the words that help most.

import type { NodeBase } from "../../grammar/syntax/nodes.ts"
import { report, textOf, type Env } from "./context.ts"
import type { Type } from "./types.ts"
import { assignable, isOptional, present } from "./types/relate.ts"
import { render } from "./types/render.ts"

/** `where` ends the sentence: " for the parameter url". Gives whether it fits. */
export function expectType(actual: Type, expected: Type, node: NodeBase, env: Env, where = ""): boolean {
  const { declared } = env.file.context
  if (assignable(actual, expected, declared)) return true
  if (isOptional(actual, declared) && actual.kind !== "nothing" && assignable(present(actual, declared), expected, declared)) {
    report(env.file, node, "AF3009", { what: shorten(textOf(env.file, node)), expected: render(expected), where })
  } else {
    report(env.file, node, "AF3001", { actual: render(actual), expected: render(expected), where })
  }
  return false
}

/** Source text in a message stays on one line. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ")
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}
