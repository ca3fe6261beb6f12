// accept: one rule that does not hold here, and why.

import { nearest } from "../../../base/diagnostics/suggest.ts"
import type { Span } from "../../../base/text/span.ts"
import type { AcceptClause } from "../../../grammar/syntax/nodes.ts"
import { didYouMean, replaceFix } from "../../1-bind/hints.ts"
import { report, type FileContext } from "../context.ts"
import { RULES } from "../rules.ts"
import { plainOnly } from "./constants.ts"

/** `where` is what the clause speaks for: the declaration, or the statement with the call. */
export function checkAccept(clause: AcceptClause, where: Span, file: FileContext): void {
  plainOnly(clause.why, "The reason of an accept", file)
  const rule = clause.rule?.text ?? "AF6001"
  if (!RULES.includes(rule)) {
    const near = nearest(rule, RULES)
    const fixes = replaceFix({ path: file.path, span: clause.rule!.span }, near)
    report(file, clause.rule!, "AF9002", { name: rule, hint: didYouMean(near) }, { fixes })
    return
  }
  file.context.suppressions.push({ path: file.path, span: where, clause: clause.span, rule })
}
