// Types, flow and the checklist: what can be known of a program before it runs.

import type { Phase } from "../../base/diagnostics/diagnostic.ts"
import { sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import { checkChecklist } from "./checklist.ts"
import type { CheckOptions, Context, FileContext } from "./context.ts"
import { checkDeclaration, declareSignatures } from "./declarations.ts"
import { reportKeys } from "./flow/keys.ts"
import { reportUnused } from "./flow/unused.ts"
import { collectPolicies } from "./policies.ts"
import { applyRules } from "./rules.ts"
import { checkTestReach } from "./test-reach.ts"
import { declareTypes, finishTypes } from "./types/declared.ts"
import type { Checked } from "./types.ts"
import type { Bound } from "../1-bind/types.ts"

export type { CheckOptions } from "./context.ts"

export function check(bound: Bound, options: CheckOptions): Phase<Checked> {
  const context: Context = {
    bound, options, diagnostics: [], declared: new Map(), signatures: new Map(), symbolTypes: new Map(),
    policies: new Map(), callSites: [], agentTools: [], suppressions: [],
  }
  const files = [...bound.files].map(([path, file]): FileContext => ({
    context, bound: file, path, types: new Map(), calls: new Map(), builtins: new Map(), stepNames: new Map(),
    callPolicies: new Map(),
  }))
  for (const file of files) declareTypes(file)
  finishTypes(context, files)
  for (const file of files) declareSignatures(file)
  for (const file of files) collectPolicies(file)
  for (const file of files) for (const item of file.bound.file.items) checkDeclaration(item, file)
  checkChecklist(context, files)
  checkTestReach(context, files)
  reportUnused(files)
  for (const file of files) {
    reportKeys(file)
  }

  const { declared, signatures, symbolTypes, policies } = context
  const facts = new Map(files.map(({ path, types, calls, builtins, stepNames, callPolicies }) => [
    path, { types, calls, builtins, stepNames, callPolicies },
  ]))
  const diagnostics = sortDiagnostics(applyRules(context.diagnostics, options.rules, context.suppressions))
  const accepted = { suppressions: context.suppressions, found: context.diagnostics }
  return { value: { bound, files: facts, declared, signatures, symbolTypes, policies, accepted }, diagnostics }
}
