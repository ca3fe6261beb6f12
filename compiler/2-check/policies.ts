// Which clauses hold around a call: the nearest of each kind wins, budgets nest.

import type { Clause, Declaration } from "../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../1-bind/types.ts"
import { callableOf, symbolAt, symbolOf, type CallableNode, type Context, type FileContext } from "./context.ts"
import { isAllowed, type Place } from "./places.ts"
import type { EffectiveClause } from "./types.ts"

const POLICY_KINDS: ReadonlySet<Clause["kind"]> = new Set<Clause["kind"]>([
  "retry", "timeout", "deadline", "circuit", "limit", "cache", "budget", "fallback", "compensate", "manual",
])

/** Candidates from near to far, one per kind; budgets all, outermost first. */
function nearestOf(candidates: readonly EffectiveClause[], place: Place): readonly EffectiveClause[] {
  const kept: EffectiveClause[] = []
  const seen = new Set<string>()
  for (const candidate of candidates) {
    const { kind } = candidate.clause
    if (!POLICY_KINDS.has(kind) || !isAllowed(kind, place)) continue
    if (kind === "budget") {
      kept.unshift(candidate)
    } else if (!seen.has(kind)) {
      seen.add(kind)
      kept.push(candidate)
    }
  }
  return kept
}

/** The clauses of the policies that `clauses` use, in their order. */
function used(clauses: readonly Clause[], file: FileContext, kind: "use" | "stepsUse"): readonly EffectiveClause[] {
  const found: EffectiveClause[] = []
  for (const clause of clauses) {
    if (clause.kind !== kind) continue
    const policy = symbolAt(file, clause.policy)
    if (policy?.node?.kind !== "policy") continue
    const from = kind === "use" ? "policy" : "steps"
    for (const inside of policy.node.clauses) found.push({ clause: inside, path: policy.path, from })
  }
  return found
}

/** Fills `context.policies` for a callable. */
export function collectPolicies(item: Declaration, file: FileContext): void {
  if (item.kind !== "tool" && item.kind !== "agent" && item.kind !== "human" && item.kind !== "workflow") return
  const symbol = symbolAt(file, item.name)
  if (symbol === undefined) return
  const own = item.clauses.map((clause): EffectiveClause => ({ clause, path: file.path, from: "callable" }))
  file.context.policies.set(symbol.id, nearestOf([...own, ...used(item.clauses, file, "use")], item.kind))
}

export interface CallPolicies {
  readonly callee: SymbolId
  readonly clauses: readonly Clause[]
  readonly file: FileContext
  readonly workflow: SymbolId | undefined
  /** Clauses of the blocks around, the nearest first. */
  readonly blocks: readonly EffectiveClause[]
}

export function policiesOfCall({ callee, clauses, file, workflow, blocks }: CallPolicies): readonly EffectiveClause[] {
  const { context } = file
  const node = callableOf(context, callee)
  if (node === undefined) return []
  const written = clauses.map((clause): EffectiveClause => ({ clause, path: file.path, from: "call" }))
  const callable = context.policies.get(callee) ?? []
  const steps = workflow === undefined ? [] : stepsOf(workflow, file)
  const near = [...written, ...used(clauses, file, "use"), ...nearFirst(callable)]
  return nearestOf([...near, ...blocks, ...steps], `${node.kind} call`)
}

/** Of a block, what its steps take where they say nothing nearer; its budget, deadline and cache are its own. */
const BLOCK_KINDS: ReadonlySet<Clause["kind"]> = new Set<Clause["kind"]>([
  "retry", "timeout", "circuit", "limit", "manual",
])

export function policiesOfBlock(clauses: readonly Clause[], file: FileContext): readonly EffectiveClause[] {
  const own = clauses.map((clause): EffectiveClause => ({ clause, path: file.path, from: "block" }))
  const taken = used(clauses, file, "use").map((clause): EffectiveClause => ({ ...clause, from: "block" }))
  return [...own, ...taken].filter(({ clause }) => BLOCK_KINDS.has(clause.kind))
}

/** Budgets were put outermost first; `nearestOf` takes near to far. */
function nearFirst(clauses: readonly EffectiveClause[]): readonly EffectiveClause[] {
  const budgets = clauses.filter(({ clause }) => clause.kind === "budget").reverse()
  return [...budgets, ...clauses.filter(({ clause }) => clause.kind !== "budget")]
}

function stepsOf(workflow: SymbolId, file: FileContext): readonly EffectiveClause[] {
  const node = callableOf(file.context, workflow)
  return node === undefined ? [] : used(node.clauses, file, "stepsUse")
}

export function isIdempotent(node: CallableNode): boolean {
  return node.clauses.some(({ kind }) => kind === "idempotent")
}

/** Whether running it changes something outside: `writes` or `irreversible`. */
export function isWrite(node: CallableNode): boolean {
  return node.clauses.some((clause) =>
    clause.kind === "effect" ? clause.effect === "writes" : clause.kind === "irreversible")
}

export function nameOf(context: Context, id: SymbolId): string {
  return symbolOf(context, id).name
}
