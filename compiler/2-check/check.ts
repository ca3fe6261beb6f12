// Types, flow and the checklist: what can be known of a program before it runs.

import type { Phase } from "../../base/diagnostics/diagnostic.ts"
import { sortDiagnostics } from "../../base/diagnostics/diagnostic.ts"
import { checkChecklist } from "./checklist.ts"
import type { CheckOptions, Context, FileContext } from "./context.ts"
import { reportKeys } from "./flow/keys.ts"
import { reportUnused } from "./flow/unused.ts"
import { declareHead } from "./heads.ts"
import { changedSymbols, checkedBefore, checkItem } from "./reuse.ts"
import { applyRules } from "./rules.ts"
import { checkTestReach } from "./test-reach.ts"
import { finishTypes } from "./types/declared.ts"
import type { Checked, CheckedItem, FileFacts, Head } from "./types.ts"
import type { Declaration } from "../../grammar/syntax/nodes.ts"
import type { Bound, SymbolId } from "../1-bind/types.ts"

export type { CheckOptions } from "./context.ts"

/** With an earlier check, whose binding this one goes on from, only what a change can be seen from is checked; the earlier value is used up. */
export function check(bound: Bound, options: CheckOptions, earlier?: Checked): Phase<Checked> {
  const structures: Context["structures"] = new Map()
  const start: Context = {
    bound, options, diagnostics: [], declared: structures, structures, signatures: new Map(), settings: new Map(), symbolTypes: new Map(),
    policies: new Map(), callSites: [], agentTools: [], suppressions: [],
  }
  const before = checkedBefore(start, earlier)
  // Facts of nodes are added to those that are there: what is gone is never asked for again.
  const context = before === undefined ? start : { ...start, symbolTypes: before.symbolTypes as Context["symbolTypes"] }
  const files = [...bound.files].map(([path, file]): FileContext => ({ context, bound: file, path, ...factsOf(before?.files.get(path)) }))
  const heads = new Map<Declaration, Head>()
  for (const file of files) for (const item of file.bound.file.items) heads.set(item, declareHead(item, file, before))
  finishTypes(context, files)
  const items = new Map(files.map((file) => [file.path, new Map<Declaration, CheckedItem>()]))
  const changed = before === undefined ? new Set<SymbolId>() : changedSymbols(context, before)
  for (const file of files) {
    for (const item of file.bound.file.items) {
      const found = checkItem(item, file, { head: heads.get(item)!, before, changed })
      items.get(file.path)!.set(item, found)
      context.diagnostics.push(...found.diagnostics)
      context.callSites.push(...found.callSites)
      context.agentTools.push(...found.agentTools)
      context.suppressions.push(...found.suppressions)
    }
  }
  checkChecklist(context, files)
  checkTestReach(context, files)
  reportUnused(files)
  for (const file of files) reportKeys(file)

  const { signatures, symbolTypes, policies, settings } = context
  const facts = new Map(files.map(({ path, types, calls, builtins, stepNames, callPolicies }) => [
    path, { types, calls, builtins, stepNames, callPolicies, items: items.get(path)! },
  ]))
  const diagnostics = sortDiagnostics(applyRules(context.diagnostics, options.rules, context.suppressions))
  const accepted = { suppressions: context.suppressions, found: context.diagnostics }
  return { value: { bound, files: facts, declared: structures, signatures, symbolTypes, policies, settings, options, accepted }, diagnostics }
}

type Facts = Pick<FileContext, "types" | "calls" | "builtins" | "stepNames" | "callPolicies">

function factsOf(before: FileFacts | undefined): Facts {
  if (before === undefined) return { types: new Map(), calls: new Map(), builtins: new Map(), stepNames: new Map(), callPolicies: new Map() }
  const { types, calls, builtins, stepNames, callPolicies } = before
  return { types, calls, builtins, stepNames, callPolicies } as Facts
}
