// What TypeScript tools are declared to be, as TypeScript: their real functions are compared with it.

import type { Plan } from "../../../3-plan/types.ts"
import { group, indent, join, line, softline } from "../layout.ts"
import type { FileScope } from "../names.ts"
import type { Item } from "../structure.ts"
import { isOptional, typeText } from "../types.ts"

/** `tool0`, `tool1` …: by index among the plan's tools that are TypeScript. */
export function signatureItems(plan: Plan, scope: FileScope): readonly Item[] {
  return plan.tools.filter(({ source }) => source.kind === "typescript").map((tool, index): Item => {
    const parameters = tool.parameters.map(({ type }, position) => `p${position}${isOptional(type) ? "?" : ""}: ${typeText(scope, type)}`)
    const result = tool.result.kind === "nothing" ? "void" : typeText(scope, tool.result)
    const list = parameters.length === 0 ? "" : group(indent(softline, join([",", line], parameters)), softline)
    // An optional parameter before a required one is no TypeScript, but a tuple may hold one.
    return { kind: "code", doc: [`export declare const tool${index}: { take(`, list, `): ${result} }`] }
  })
}
