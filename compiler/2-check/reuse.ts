// What checking takes from an earlier text: a declaration that is still the same node, and that looked only at others that are the same.

import { isWithin, moved, type Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Span } from "../../base/text/span.ts"
import type { Declaration } from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import type { SymbolId } from "../1-bind/types.ts"
import type { CallSite, CheckOptions, Context, FileContext, Suppression } from "./context.ts"
import { checkDeclaration, declareSignature } from "./declarations.ts"
import type { Checked, CheckedItem, Head } from "./types.ts"

/** The declared types and signatures of two checks are compared by value, their nodes by identity. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  // A node that is another one may say anything.
  if ("span" in a || "span" in b || Array.isArray(a) !== Array.isArray(b)) return false
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  let count = 0
  for (const key in one) {
    if (!sameValue(one[key], other[key])) return false
    count++
  }
  for (const _ in other) count--
  return count === 0
}

/** What is known of an earlier check that still holds for declarations: nothing, where it was made with other options. */
export function checkedBefore(context: Context, earlier: Checked | undefined): Checked | undefined {
  if (earlier === undefined || context.bound.changed === undefined || earlier.bound.symbols !== context.bound.symbols) return undefined
  const [now, before] = [context.options, earlier.options]
  return sameValue(now.providers, before.providers) && sameModules(now.toolModules, before.toolModules) ? earlier : undefined
}

function sameModules(a: CheckOptions["toolModules"], b: CheckOptions["toolModules"]): boolean {
  if (a?.size !== b?.size) return false
  return [...(a ?? [])].every(([path, module]) => b!.has(path) && sameValue(b!.get(path), module))
}

/** The symbols of which anything may be seen differently from elsewhere: their node, type, signature or policies. */
export function changedSymbols(context: Context, { declared, signatures, policies, settings }: Checked): ReadonlySet<SymbolId> {
  const changed = new Set(context.bound.changed)
  const compare = (now: ReadonlyMap<SymbolId, unknown>, before: ReadonlyMap<SymbolId, unknown>): void => {
    for (const [symbol, value] of now) if (!sameValue(value, before.get(symbol))) changed.add(symbol)
    for (const symbol of before.keys()) if (!now.has(symbol)) changed.add(symbol)
  }
  compare(context.structures, declared)
  compare(context.signatures, signatures)
  compare(context.policies, policies)
  compare(context.settings, settings)
  return changed
}

interface Around {
  readonly head: Head
  readonly before: Checked | undefined
  readonly changed: ReadonlySet<SymbolId>
}

/** Checks a declaration, or takes what an earlier check found where that still holds; gives what was found. */
export function checkItem(item: Declaration, file: FileContext, { head, before, changed }: Around): CheckedItem {
  const bound = file.bound.items.get(item)!
  const kept = before?.files.get(file.path)?.items.get(item)
  if (kept !== undefined && kept.refers === bound.refers && isMovable(kept) && !sees(kept, changed)) return move(kept, head, item.span)
  if (kept !== undefined) forget(item, file, bound.locals)
  const lookedAt = new Set<SymbolId>()
  const diagnostics: Diagnostic[] = []
  const callSites: CallSite[] = []
  const agentTools: CheckedItem["agentTools"][number][] = []
  const suppressions: Suppression[] = []
  const { structures } = file.context
  const declared: Context["declared"] = { get: (symbol) => (lookedAt.add(symbol), structures.get(symbol)) }
  checkDeclaration(item, { ...file, context: { ...file.context, declared, diagnostics, callSites, agentTools, suppressions, lookedAt } })
  return { at: item.span, head, refers: bound.refers, lookedAt, diagnostics, callSites, agentTools, suppressions }
}

function sees({ lookedAt }: CheckedItem, changed: ReadonlySet<SymbolId>): boolean {
  for (const symbol of changed) if (lookedAt.has(symbol)) return true
  return false
}

function isMovable({ at, diagnostics, suppressions }: CheckedItem): boolean {
  const holds = ({ start, end }: Span): boolean => at.start <= start && end <= at.end
  return diagnostics.every((each) => isWithin(each, at)) && suppressions.every(({ span, clause }) => holds(span) && holds(clause))
}

function move(kept: CheckedItem, head: Head, at: Span): CheckedItem {
  const by = at.start - kept.at.start
  if (by === 0 && head === kept.head) return kept
  const there = ({ start, end }: Span): Span => ({ start: start + by, end: end + by })
  return {
    ...kept, at, head, diagnostics: kept.diagnostics.map((each) => moved(each, by)),
    suppressions: kept.suppressions.map((each) => ({ ...each, span: there(each.span), clause: there(each.clause) })),
  }
}

/** Nothing is known of the inside of the declaration but what its head says. */
function forget(item: Declaration, file: FileContext, [first, end]: readonly [SymbolId, SymbolId]): void {
  const tables = [file.types, file.calls, file.builtins, file.stepNames, file.callPolicies]
  walk(item, ({ id }) => {
    for (const facts of tables) facts.delete(id)
  })
  for (let symbol = first; symbol < end; symbol++) file.context.symbolTypes.delete(symbol)
  // It was reported when all heads were looked at.
  declareSignature(item, { ...file, context: { ...file.context, diagnostics: [] } })
}
