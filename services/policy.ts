// The policy that holds around a call or in a callable: each clause with where it was written.

import type { Span } from "../base/text/span.ts"
import type { EffectiveClause } from "../compiler/2-check/types.ts"
import type { Program } from "./workspace.ts"

export interface ClauseOrigin {
  /** As written, on one line. */
  readonly text: string
  /** "policy web", "this call", "tool fetchSource". */
  readonly from: string
  readonly path: string
  readonly span: Span
}

export function originsOf(program: Program, effective: readonly EffectiveClause[], callable: string): readonly ClauseOrigin[] {
  return effective.map((each) => {
    const { clause, path } = each
    const text = program.documents.get(path)?.text.slice(clause.span.start, clause.span.end).replace(/\s+/g, " ") ?? clause.kind
    return { text, from: originOf(program, each, callable), path, span: clause.span }
  })
}

function originOf(program: Program, { from, path, clause }: EffectiveClause, callable: string): string {
  const items = program.documents.get(path)?.file.items ?? []
  const policy = items.find((item) => item.kind === "policy" && item.span.start <= clause.span.start && clause.span.end <= item.span.end)
  const named = policy?.kind === "policy" ? `policy ${policy.name.text}` : "a policy"
  switch (from) {
    case "call":
      return "this call"
    case "callable":
      return callable
    case "policy":
      return named
    case "steps":
      return `${named} by \`steps use\``
    default:
      return "the built-in default"
  }
}

/** How often a step is sent at most: all attempts, the first included; undefined without a retry that counts. */
export function attemptsOf(effective: readonly EffectiveClause[]): number | undefined {
  const retry = effective.find(({ clause }) => clause.kind === "retry")?.clause
  if (retry?.kind !== "retry") return undefined
  if (retry.never) return 1
  return retry.times?.kind === "number" ? retry.times.value + 1 : undefined
}
