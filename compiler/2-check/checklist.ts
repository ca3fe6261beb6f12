// The checklist: what a careful reviewer asks of every call, tool, agent and workflow.

import { diagnostic } from "../../base/diagnostics/report.ts"
import type { Fix, Related } from "../../base/diagnostics/diagnostic.ts"
import type { AgentDeclaration, Clause, ToolDeclaration, WorkflowDeclaration } from "../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../1-bind/types.ts"
import { callableOf, report, symbolAt, symbolOf, type CallSite, type Context, type FileContext } from "./context.ts"
import { isWhole } from "./flow/walk.ts"
import { isIdempotent, isWrite } from "./policies.ts"
import type { EffectiveClause } from "./types.ts"

export function checkChecklist(context: Context, files: readonly FileContext[]): void {
  const sites = byCallee(context.callSites)
  const undos = new Set(context.callSites.filter(({ role }) => role === "undo").map(({ callee }) => callee))
  for (const site of context.callSites) checkSite(site, context, undos)
  for (const { tool, path, name } of context.agentTools) checkAgentTool(tool, { path, span: name.span }, context)
  for (const file of files) {
    for (const item of file.bound.file.items) {
      if (item.kind === "tool") checkToolRules(item, file, undos, sites)
      if (item.kind === "agent") checkAgentRules(item, file)
      if (item.kind === "workflow") checkWorkflowRules(item, file)
    }
  }
}

function find<K extends Clause["kind"]>(
  clauses: readonly EffectiveClause[], kind: K,
): Extract<Clause, { readonly kind: K }> | undefined {
  return clauses.find(({ clause }) => clause.kind === kind)?.clause as Extract<Clause, { readonly kind: K }> | undefined
}

function checkSite(site: CallSite, context: Context, undos: ReadonlySet<SymbolId>): void {
  const node = callableOf(context, site.callee)
  if (node?.kind !== "tool") return
  const { name } = symbolOf(context, site.callee)
  const at = { path: site.path, span: site.call.span }
  const retry = find(site.effective, "retry")
  if (retry === undefined && site.role !== "undo") {
    const { hint, related } = retryOfRun(site, context)
    context.diagnostics.push(diagnostic("AF4001", at, { name, hint }, { related, fixes: retryFixes(site) }))
  }
  // An undo has a default retry, so silence means that it is tried again.
  const retries = retry === undefined ? site.role === "undo" : !retry.never
  if (retries && isWrite(node) && !isIdempotent(node)) context.diagnostics.push(diagnostic("AF4002", at, { name }))
  if (site.role === "undo") return
  const taken = find(site.effective, "fallback") ?? find(site.effective, "manual")
  const caught = taken !== undefined || site.guarded
  if (find(site.effective, "circuit") !== undefined && !caught && !undos.has(site.callee)) {
    context.diagnostics.push(diagnostic("AF4003", at, { name }))
  }
}

/** A `retry` of the workflow around is easily taken for one of its calls. */
function retryOfRun({ path, call }: CallSite, { bound }: Context): { readonly hint: string; readonly related: readonly Related[] } {
  const around = bound.files.get(path)?.file.items.find((item) => item.kind === "workflow" && item.span.start <= call.span.start && call.span.end <= item.span.end)
  const clause = around?.kind === "workflow" ? around.clauses.find(({ kind }) => kind === "retry") : undefined
  if (clause === undefined) return { hint: ".", related: [] }
  const message = "this `retry` runs the whole workflow again"
  return {
    hint: ": the `retry` of the workflow does not reach its calls. Write it behind the call, or in a `policy` that the workflow takes with `steps use`.",
    related: [{ path, span: clause.span, message }],
  }
}

/** After a whole statement a clause can follow; inside an expression only the declaration can say it. */
function retryFixes(site: CallSite): readonly Fix[] {
  if (site.role !== "step") return []
  const end = { start: site.call.span.end, end: site.call.span.end }
  return ["retry 3 times", "retry never"].map((text) => ({
    title: `Add \`${text}\``, path: site.path, edits: [{ span: end, text: ` ${text}` }], applicability: "maybe",
  }))
}

function checkAgentTool(
  tool: SymbolId, at: { readonly path: string; readonly span: CallSite["call"]["span"] }, context: Context,
): void {
  const node = callableOf(context, tool)
  if (node === undefined) return
  const retry = find(context.policies.get(tool) ?? [], "retry")
  const { name } = symbolOf(context, tool)
  if (retry === undefined) context.diagnostics.push(diagnostic("AF4001", at, { name, hint: "." }))
  else if (!retry.never && isWrite(node) && !isIdempotent(node)) {
    context.diagnostics.push(diagnostic("AF4002", at, { name }))
  }
}

function byCallee(sites: readonly CallSite[]): ReadonlyMap<SymbolId, readonly CallSite[]> {
  const grouped = new Map<SymbolId, CallSite[]>()
  for (const site of sites) {
    const known = grouped.get(site.callee)
    if (known === undefined) grouped.set(site.callee, [site])
    else known.push(site)
  }
  return grouped
}

function checkToolRules(
  item: ToolDeclaration, file: FileContext, undos: ReadonlySet<SymbolId>,
  sites: ReadonlyMap<SymbolId, readonly CallSite[]>,
): void {
  const symbol = symbolAt(file, item.name)
  if (symbol === undefined) return
  const says = (kind: Clause["kind"]): boolean => item.clauses.some((clause) => clause.kind === kind)
  const effect = item.clauses.find((clause) => clause.kind === "effect" && clause.effect === "writes")
  if (effect === undefined || says("compensate") || says("irreversible") || undos.has(symbol.id)) return
  const calls = sites.get(symbol.id) ?? []
  const undone = calls.length > 0 && calls.every(({ clauses }) => clauses.some(({ kind }) => kind === "compensate"))
  if (undone || !isWhole(item, file)) return
  const span = { start: effect.span.start, end: effect.span.end }
  const fix: Fix = {
    title: "Say that it is irreversible", path: file.path, applicability: "placeholder",
    edits: [{ span, text: "irreversible \"why it can't be undone\"" }],
  }
  report(file, effect, "AF6001", { name: symbol.name }, { fixes: [fix] })
}

function checkAgentRules(item: AgentDeclaration, file: FileContext): void {
  const symbol = symbolAt(file, item.name)
  if (symbol === undefined) return
  const budgets = (file.context.policies.get(symbol.id) ?? []).filter(({ clause }) => clause.kind === "budget")
  if (budgets.length === 0 && isWhole(item, file)) {
    report(file, item.name, "AF5001", { name: symbol.name }, { fixes: budgetFix(item, file) })
  }
}

function budgetFix(item: AgentDeclaration, file: FileContext): readonly Fix[] {
  const last = item.clauses.at(-1)
  if (last === undefined) return []
  const at = { start: last.span.end, end: last.span.end }
  return [{
    title: "Add a budget",
    path: file.path,
    edits: [{ span: at, text: "\n  budget 20k tokens" }],
    applicability: "maybe",
  }]
}

function checkWorkflowRules(item: WorkflowDeclaration, file: FileContext): void {
  if (!isWhole(item, file) || item.clauses.some(({ kind }) => kind === "deadLetter")) return
  report(file, item.name, "AF4008", { name: item.name.text })
}
