// Extract policy: the policy clauses of a callable or of a call become a named policy that it uses.

import type { Clause } from "../../grammar/syntax/nodes.ts"
import { isAllowed } from "../../compiler/2-check/places.ts"
import { dedented, indented } from "../text.ts"
import { callableAt, callSiteAt, declarationAt, freshName, inFile, insertAbove, sliceOf, type ActionMaker } from "./action.ts"

export const extractPolicy: ActionMaker = (context) => {
  const { text } = context
  const site = callSiteAt(context)
  const owner = site?.clauses !== undefined && site.clauses.length > 0 ? site : callableAt(context)
  const item = declarationAt(context)
  if (owner === undefined || item === undefined) return []
  const name = freshName(context, `${"call" in owner ? calleeName(text, owner.call.callee) : owner.name.text}Policy`)
  const moved = owner.clauses.filter(({ kind, recovered }) => isAllowed(kind, "policy") && kind !== "accept" && recovered === undefined)
  const [first] = moved
  if (first === undefined || moved.some((clause) => mentionsLocals(clause))) return []
  const lines = moved.map((clause) => `  ${indented(dedented(sliceOf(text, clause)), "  ")}`)
  const edits = moved.map((clause) => ({ span: clause === first ? clause.span : withBlanks(text, clause), text: clause === first ? `use ${name}` : "" }))
  return [{
    title: `Extract ${moved.length === 1 ? "this clause" : `these ${moved.length} clauses`} into a policy`, kind: "refactor.extract",
    edits: inFile(context, [insertAbove(context, item, `policy ${name} {\n${lines.join("\n")}\n}`), ...edits]),
  }]
}

function calleeName(text: string, callee: { readonly span: { readonly start: number; readonly end: number } }): string {
  const written = sliceOf(text, callee)
  return /^\w+$/.test(written) ? written : "call"
}

/** A policy stands where no parameter is known. */
function mentionsLocals(clause: Clause): boolean {
  return clause.kind === "cache" || (clause.kind === "budget" && clause.otherwise !== undefined && clause.otherwise.action !== "fail")
}

function withBlanks(text: string, { span }: Clause): { readonly start: number; readonly end: number } {
  let start = span.start
  while (/\s/.test(text[start - 1] ?? "")) start--
  return { start, end: span.end }
}
