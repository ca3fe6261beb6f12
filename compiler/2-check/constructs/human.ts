// A human step: what is asked.

import type { AnnounceClause, HumanDeclaration } from "../../../grammar/syntax/nodes.ts"
import { report, type FileContext } from "../context.ts"
import { expectType } from "../expect.ts"
import { isWhole } from "../flow/walk.ts"
import { STRING } from "../types/relate.ts"
import { plainOnly } from "./constants.ts"
import type { ClauseSite } from "./site.ts"

export function checkHuman(node: HumanDeclaration, file: FileContext): void {
  if (isWhole(node, file) && !node.clauses.some((clause) => clause.kind === "text" && clause.role === "ask")) {
    report(file, node.name, "AF4006", { kind: "human", name: node.name.text, what: "`ask`" })
  }
}

export function checkAnnounce(clause: AnnounceClause, { env, check }: ClauseSite): void {
  expectType(check(clause.topic, env), STRING, clause.topic, env, " as a topic")
  plainOnly(clause.topic, "A topic", env.file)
}
