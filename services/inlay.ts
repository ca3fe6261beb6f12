// Hints between the words: types of `let`, how often a call is really sent, what a step costs at most.

import { render } from "../compiler/2-check/types/render.ts"
import type { Span } from "../base/text/span.ts"
import type { CallExpression, Node } from "../grammar/syntax/nodes.ts"
import { walk } from "../grammar/syntax/walk.ts"
import { amountsText, costsOfCall, worstCase } from "./amount.ts"
import { attemptsOf } from "./policy.ts"
import { symbolOf } from "./target.ts"
import type { Document, Program, Workspace } from "./workspace.ts"

export interface InlayHint {
  readonly offset: number
  readonly text: string
  readonly kind: "type" | "retry" | "cost"
  readonly tooltip?: string
}

export interface InlayOptions {
  readonly types: boolean
  readonly retries: boolean
  readonly costs: boolean
}

export const allHints: InlayOptions = { types: true, retries: true, costs: true }

export function inlayHints(workspace: Workspace, path: string, range: Span, options: InlayOptions = allHints): readonly InlayHint[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const found: InlayHint[] = []
  walk(document.file, (node) => {
    if (node.span.end < range.start || node.span.start > range.end) return false
    if (options.types) found.push(...typeHints(program, path, node))
    if (node.kind !== "call") return undefined
    if (options.retries) found.push(...retryHints(program, path, node))
    if (options.costs) found.push(...costHints(program, document, node))
    return undefined
  })
  return found.sort((a, b) => a.offset - b.offset)
}

const lengthMax = 40

function typeHints(program: Program, path: string, node: Node): readonly InlayHint[] {
  const names = node.kind === "let" && node.type === undefined ? [node.name] : node.kind === "branch" ? [node.name] : node.kind === "for" ? [node.variable] : []
  return names.flatMap((name) => {
    const id = program.checked.bound.files.get(path)?.uses.get(name.id)
    const type = id === undefined ? undefined : program.checked.symbolTypes.get(id)
    if (type === undefined || type.kind === "unknown" || type.kind === "never") return []
    const text = render(type)
    const short = text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text
    return [{ offset: name.span.end, text: `: ${short}`, kind: "type", ...(short === text ? {} : { tooltip: text }) } as const]
  })
}

/** Retries multiply: those of a call with those of the workflow that it calls, or of the agent around a tool. */
function retryHints(program: Program, path: string, call: CallExpression): readonly InlayHint[] {
  const facts = program.checked.files.get(path)
  const effective = facts?.callPolicies.get(call.id)
  const callee = facts?.calls.get(call.id)
  const attempts = effective === undefined ? undefined : attemptsOf(effective)
  if (attempts === undefined || attempts <= 1 || callee === undefined) return []
  const inner = innerAttempts(program, callee)
  const text = inner > 1 ? `× ${attempts} × ${inner} = ${attempts * inner} attempts` : `× ${attempts} attempts`
  const tooltip = inner > 1
    ? `This call is tried ${attempts} times, and each try tries its own steps up to ${inner} times.`
    : `One attempt and up to ${attempts - 1} retries.`
  return [{ offset: call.span.end, text, kind: "retry", tooltip }]
}

/** The most attempts that one run of a workflow, or one turn of an agent, makes of one of its steps. */
function innerAttempts(program: Program, callee: number): number {
  const { node, path } = symbolOf(program, callee)
  if (node?.kind === "agent") {
    const uses = program.checked.bound.files.get(path)?.uses
    const tools = node.clauses.flatMap((clause) => (clause.kind === "tools" ? clause.names : []))
    const ids = tools.map((name) => uses?.get(name.id)).filter((id) => id !== undefined)
    return Math.max(1, ...ids.map((id) => attemptsOf(program.checked.policies.get(id) ?? []) ?? 1))
  }
  if (node?.kind !== "workflow") return 1
  const facts = program.checked.files.get(path)
  let most = 1
  walk(node, (inside) => {
    const effective = inside.kind === "call" ? facts?.callPolicies.get(inside.id) : undefined
    if (effective !== undefined) most = Math.max(most, attemptsOf(effective) ?? 1)
  })
  return most
}

function costHints(program: Program, { path }: Document, call: CallExpression): readonly InlayHint[] {
  const costs = costsOfCall(program, path, call.span.start)
  const texts = [...new Set(costs.map(({ amounts }) => worstCase(amounts, ["nanoDollars", "tokens"])).filter((text) => text !== ""))]
  if (texts.length === 0) return []
  const times = costs[0]!.times
  const tooltip = `Worst case of all its starts in a run${times.kind === "bounded" ? ` (at most ${times.value})` : ""}: ${amountsText(costs[0]!.amounts)}`
  return [{ offset: call.span.end, text: texts.join(" / "), kind: "cost", tooltip }]
}
