// For every call of a workflow: which clauses hold around it, and who said each of them. The editor shows the same.

import type { Location } from "../../base/text/span.ts"
import type { Clause, Node } from "../../grammar/syntax/nodes.ts"
import { children } from "../../grammar/syntax/walk.ts"
import type { SymbolId } from "../1-bind/types.ts"
import type { Checked, EffectiveClause, FileFacts } from "../2-check/types.ts"

export interface ExplainedStep {
  /** "DailyBrief/sources[]/fetchSource" */
  readonly step: string
  readonly callable: string
  readonly kind: string
  readonly origin: Location
  /** In the order of the language: what is tried around what, from outside in. */
  readonly clauses: readonly ExplainedClause[]
}

export interface ExplainedClause {
  readonly kind: string
  /** As written, on one line. */
  readonly text: string
  readonly from: EffectiveClause["from"]
  /** "policy web, used by tool fetchSource" */
  readonly because: string
  /** Absent for what is built in. */
  readonly origin?: Location
}

/** Around a call, from outside in. */
const order: readonly Clause["kind"][] = [
  "manual", "fallback", "deadline", "cache", "retry", "limit", "circuit", "budget", "timeout", "compensate",
]

export function explainPolicies(checked: Checked): readonly ExplainedStep[] {
  const found: ExplainedStep[] = []
  for (const [path, { file }] of checked.bound.files) {
    const facts = checked.files.get(path)
    if (facts === undefined) continue
    for (const item of file.items) {
      if (item.kind !== "workflow") continue
      for (const statement of item.body) visit(statement, item.name.text, { checked, path, facts, workflow: item.name.text, found })
    }
  }
  return found
}

interface Walk {
  readonly checked: Checked
  readonly path: string
  readonly facts: FileFacts
  readonly workflow: string
  readonly found: ExplainedStep[]
}

function visit(node: Node, around: string, walk: Walk): void {
  const name = walk.facts.stepNames.get(node.id)
  const here = name === undefined ? around : `${around}/${name}${node.kind === "for" ? "[]" : ""}`
  const callee = node.kind === "call" ? walk.facts.calls.get(node.id) : undefined
  const effective = walk.facts.callPolicies.get(node.id)
  if (callee !== undefined && effective !== undefined) walk.found.push(explainStep(node, { step: here, callee, effective }, walk))
  // What a call is given is evaluated before it, beside it.
  for (const child of children(node)) visit(child, node.kind === "call" ? around : here, walk)
}

interface Step {
  readonly step: string
  readonly callee: SymbolId
  readonly effective: readonly EffectiveClause[]
}

function explainStep(node: Node, { step, callee, effective }: Step, walk: Walk): ExplainedStep {
  const symbol = walk.checked.bound.symbols.symbols[callee]!
  const kind = symbol.node?.kind ?? "tool"
  const written = effective.map((each) => explainClause(each, { callee, owner: `${kind} ${symbol.name}` }, walk))
  const clauses = [...written, ...builtIn(kind, written)]
  const rank = ({ kind: each }: ExplainedClause): number => order.indexOf(each as Clause["kind"])
  return {
    step, callable: symbol.name, kind, origin: { path: walk.path, span: node.span },
    clauses: clauses.map((each, index) => ({ each, index })).sort((a, b) => rank(a.each) - rank(b.each) || a.index - b.index).map(({ each }) => each),
  }
}

function explainClause(effective: EffectiveClause, { callee, owner }: { readonly callee: SymbolId; readonly owner: string }, { checked, workflow }: Walk): ExplainedClause {
  const { clause, path, from } = effective
  const text = checked.bound.files.get(path)?.source.text.slice(clause.span.start, clause.span.end) ?? ""
  const policy = policyAround(checked, effective)
  const isCallables = checked.policies.get(callee)?.includes(effective) === true
  const because = {
    call: "at the call",
    callable: owner,
    policy: `policy ${policy}, used ${isCallables ? `by ${owner}` : "at the call"}`,
    block: policy === "" ? "the block around it" : `policy ${policy}, used by the block around it`,
    steps: `policy ${policy}, for all steps of ${workflow}`,
    default: "built in",
  }[from]
  return { kind: clause.kind, text: text.replace(/\s+/g, " "), from, because, origin: { path, span: clause.span } }
}

function policyAround(checked: Checked, { clause, path }: EffectiveClause): string {
  for (const item of checked.bound.files.get(path)?.file.items ?? []) {
    if (item.kind === "policy" && item.clauses.includes(clause)) return item.name.text
  }
  return ""
}

/** What holds although nobody wrote it. */
function builtIn(kind: string, written: readonly ExplainedClause[]): readonly ExplainedClause[] {
  if (kind !== "agent" || written.some((each) => each.kind === "retry")) return []
  return [{ kind: "retry", text: "retry 2 times on rate_limited, unavailable, timeout, network", from: "default", because: "built in for agents" }]
}
