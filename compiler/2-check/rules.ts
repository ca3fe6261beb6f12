// The rules of the checklist: their level can be set, and one place can be excused with a reason.

import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import type { CheckOptions, Suppression } from "./context.ts"

/** Codes whose level `agentflow.config.yaml` may set and which `accept` may name. */
export const RULES: readonly string[] = [
  "AF2010", "AF2011", "AF3012", "AF3024", "AF3034", "AF3035", "AF3041", "AF4001", "AF4002", "AF4003", "AF4007", "AF4008", "AF4011", "AF5001", "AF5004",
  "AF5005", "AF6001", "AF7002", "AF8002", "AF9003",
]

export type Excuse = Pick<Suppression, "path" | "span" | "rule">

/** Found by who has the TypeScript modules, after everything else. */
const foundLater: readonly string[] = ["AF3041"]

/** Applies levels and suppressions. */
export function applyRules(
  diagnostics: readonly Diagnostic[],
  rules: CheckOptions["rules"],
  suppressions: readonly Excuse[],
): readonly Diagnostic[] {
  const kept: Diagnostic[] = []
  for (const diagnostic of diagnostics) {
    if (!RULES.includes(diagnostic.code)) {
      kept.push(diagnostic)
      continue
    }
    if (suppressions.some((each) => excuses(each, diagnostic))) continue
    const level = rules[diagnostic.code]
    if (level === "off") continue
    kept.push(level === undefined ? diagnostic : { ...diagnostic, severity: level })
  }
  return kept
}

/** An `accept` that excuses none of what was found before suppression: the place was repaired, or it never helped. */
export function idleAccepts(diagnostics: readonly Diagnostic[], suppressions: readonly Suppression[]): readonly Diagnostic[] {
  return suppressions
    .filter((each) => !foundLater.includes(each.rule) && !diagnostics.some((found) => excuses(each, found)))
    .map(({ path, clause, rule }) => diagnostic("AF9003", { path, span: clause }, { rule }, {
      fixes: [{ title: "Remove the accept", path, edits: [{ span: clause, text: "" }], applicability: "machine" }],
    }))
}

function excuses({ path, span, rule }: Excuse, diagnostic: Diagnostic): boolean {
  const { span: at } = diagnostic
  return rule === diagnostic.code && path === diagnostic.path && span.start <= at.start && at.end <= span.end
}
