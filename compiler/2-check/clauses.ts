// Clauses that stand together: each in a place that takes it, each once, each by its own check.

import { unreachable } from "../../base/assert.ts"
import type { Span } from "../../base/text/span.ts"
import type { Clause } from "../../grammar/syntax/nodes.ts"
import { report, withArticle } from "./context.ts"
import { checkAccept } from "./constructs/accept.ts"
import {
  checkHandoffs, checkHistory, checkMemory, checkModelClause, checkText, checkTools,
} from "./constructs/agent.ts"
import { checkApprove } from "./constructs/approve.ts"
import { checkBudget } from "./constructs/budget.ts"
import { checkCircuit } from "./constructs/circuit.ts"
import { checkCompensate } from "./constructs/compensate.ts"
import { checkFallback } from "./constructs/fallback.ts"
import { checkBody, checkHeader } from "./constructs/http.ts"
import { checkAnnounce } from "./constructs/human.ts"
import { distinctKinds } from "./constructs/kinds.ts"
import { checkCache, checkLimit } from "./constructs/limit.ts"
import { checkManual } from "./constructs/manual.ts"
import { checkPrice, checkSize } from "./constructs/model.ts"
import { checkRequire } from "./constructs/require.ts"
import { checkRetry } from "./constructs/retry.ts"
import type { ClauseSite } from "./constructs/site.ts"
import { checkDeadline, checkTimeout } from "./constructs/timeout.ts"
import { checkEffect } from "./constructs/tool.ts"
import { checkUse } from "./constructs/use.ts"
import { checkConcurrency, checkOnHttp, checkOnSchedule, checkTopic } from "./constructs/workflow.ts"
import { clauseWord, insteadOf, isAllowed, type Place } from "./places.ts"

/** `whole` is what an `accept` among them speaks for. */
export function checkClauses(site: ClauseSite, whole: Span): void {
  const { env: { file }, place } = site
  const seen = new Map<string, Clause>()
  for (const clause of site.clauses) {
    const word = clauseWord(clause)
    if (!isAllowed(clause.kind, place)) {
      report(file, clause, "AF4004", { clause: word, place: wherePhrase(place), hint: insteadOf(clause.kind, place) })
      continue
    }
    const key = REPEATABLE.has(clause.kind) ? undefined : clause.kind === "effect" ? "effect" : word
    const before = key === undefined ? undefined : seen.get(key)
    if (before?.kind === "effect" && clause.kind === "effect" && before.effect !== clause.effect) {
      report(file, clause, "AF4010", { first: before.effect, second: clause.effect, why: "what writes may read too" })
    } else if (before !== undefined) {
      const related = [{ path: file.path, span: before.span, message: "the first one is here" }]
      const remove = {
        title: "Remove the second", path: file.path, edits: [{ span: clause.span, text: "" }], applicability: "maybe",
      } as const
      report(file, clause, "AF4005", { clause: word }, { related, fixes: [remove] })
    } else if (key !== undefined) {
      seen.set(key, clause)
    }
    checkClause(clause, site, whole)
  }
}

const REPEATABLE: ReadonlySet<Clause["kind"]> = new Set<Clause["kind"]>([
  "header", "use", "accept", "require", "onSchedule", "onTopic", "onHttp", "tools", "fails",
])

function wherePhrase(place: Place): string {
  return place.endsWith("call") ? `after the call of ${withArticle(place.slice(0, -5))}` : `in ${withArticle(place)}`
}

function checkClause(clause: Clause, site: ClauseSite, whole: Span): void {
  switch (clause.kind) {
    case "retry":
      return checkRetry(clause, site)
    case "timeout":
      return checkTimeout(clause, site)
    case "deadline":
      return checkDeadline(clause, site)
    case "circuit":
      return checkCircuit(clause, site)
    case "limit":
      return checkLimit(clause, site)
    case "cache":
      return checkCache(clause, site)
    case "budget":
      return checkBudget(clause, site)
    case "fallback":
      return checkFallback(clause, site)
    case "compensate":
      return checkCompensate(clause, site)
    case "manual":
      return checkManual(clause, site)
    case "use":
    case "stepsUse":
      return checkUse(clause, site)
    case "accept":
      return checkAccept(clause, whole, site.env.file)
    default:
      return checkOwnClause(clause, site)
  }
}

type PolicyClause = Extract<Clause, {
  readonly kind:
    | "retry" | "timeout" | "deadline" | "circuit" | "limit" | "cache" | "budget" | "fallback" | "compensate" | "manual"
    | "use" | "stepsUse" | "accept"
}>

/** Clauses that say what one kind of declaration is. */
function checkOwnClause(clause: Exclude<Clause, PolicyClause>, site: ClauseSite): void {
  switch (clause.kind) {
    case "effect":
    case "irreversible":
      return checkEffect(clause, site)
    case "idempotent":
      return
    case "header":
      return checkHeader(clause, site)
    case "body":
      return checkBody(clause, site)
    case "fails":
      return distinctKinds(clause.errors, site.env.file)
    case "require":
      return checkRequire(clause, site)
    case "approve":
      return checkApprove(clause, site)
    case "modelClause":
      return checkModelClause(clause, site)
    case "text":
      return checkText(clause, site)
    case "history":
      return checkHistory(clause, site)
    case "tools":
      return checkTools(clause, site)
    case "handoffs":
      return checkHandoffs(clause, site)
    case "memory":
      return checkMemory(clause, site)
    case "announce":
      return checkAnnounce(clause, site)
    case "onSchedule":
      return checkOnSchedule(clause, site)
    case "onTopic":
    case "deadLetter":
      return checkTopic(clause, site)
    case "onHttp":
      return checkOnHttp(clause, site)
    case "concurrency":
      return checkConcurrency(clause, site)
    case "price":
      return checkPrice(clause, site)
    case "size":
      return checkSize(clause, site)
    default:
      return unreachable(clause)
  }
}
