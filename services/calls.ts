// Who calls whom: callables as the nodes, steps, undos, tools of agents and approvals as the edges.

import type { Span } from "../base/text/span.ts"
import type { Symbol } from "../compiler/1-bind/types.ts"
import type { Declaration, Node } from "../grammar/syntax/nodes.ts"
import { occurrencesOf } from "./references.ts"
import { declaredName, eachName, keyOf, symbolTarget, targetAt, targetOf, type Target } from "./target.ts"
import { testName } from "./tests.ts"
import type { Program, Workspace } from "./workspace.ts"

export interface CallItem {
  readonly name: string
  readonly kind: "tool" | "agent" | "human" | "workflow" | "test"
  readonly path: string
  readonly span: Span
  readonly nameSpan: Span
}

export interface CallEdge {
  readonly item: CallItem
  /** Where the calls stand, in the caller. */
  readonly spans: readonly Span[]
}

const callables: ReadonlySet<string> = new Set(["tool", "agent", "human", "workflow"])

/** The callable under the cursor. */
export function callItemAt(workspace: Workspace, path: string, offset: number): CallItem | undefined {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, offset)
  return found?.target.symbol === undefined ? undefined : itemOfSymbol(found.target.symbol)
}

function itemOfSymbol(symbol: Symbol): CallItem | undefined {
  const name = declaredName(symbol)
  if (!callables.has(symbol.kind) || name === undefined || symbol.node === undefined) return undefined
  return { name: symbol.name, kind: symbol.kind as CallItem["kind"], path: symbol.path, span: symbol.node.span, nameSpan: name.span }
}

function itemOf(item: Declaration, path: string, text: string): CallItem | undefined {
  if (item.kind === "test") {
    return { name: testName({ text }, item), kind: "test", path, span: item.span, nameSpan: item.name.span }
  }
  if (item.kind !== "tool" && item.kind !== "agent" && item.kind !== "human" && item.kind !== "workflow") return undefined
  return { name: item.name.text, kind: item.kind, path, span: item.span, nameSpan: item.name.span }
}

export function incomingCalls(workspace: Workspace, { path, nameSpan }: CallItem): readonly CallEdge[] {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, nameSpan.start)
  if (found === undefined) return []
  const edges = new Map<string, { item: CallItem; spans: Span[] }>()
  for (const occurrence of occurrencesOf(workspace, found.target)) {
    const document = workspace.document(occurrence.path)!
    const around = document.file.items.find((item) => item.span.start <= occurrence.span.start && occurrence.span.end <= item.span.end)
    const item = around === undefined || occurrence.isDeclaration ? undefined : itemOf(around, occurrence.path, document.text)
    if (item === undefined || item.nameSpan.start === occurrence.span.start) continue
    const key = `${item.path}:${item.nameSpan.start}`
    const known = edges.get(key)
    if (known === undefined) edges.set(key, { item, spans: [occurrence.span] })
    else known.spans.push(occurrence.span)
  }
  return [...edges.values()]
}

export function outgoingCalls(workspace: Workspace, { path, span, nameSpan }: CallItem): readonly CallEdge[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const edges = new Map<string, { item: CallItem; spans: Span[] }>()
  eachName(document, (name, ancestors) => {
    if (name.span.start < span.start || name.span.end > span.end || name.span.start === nameSpan.start) return
    const target = calledTarget(program, path, name, ancestors)
    const item = target?.symbol === undefined ? undefined : itemOfSymbol(target.symbol)
    const key = target === undefined ? undefined : keyOf(target)
    if (item === undefined || key === undefined) return
    const known = edges.get(key)
    if (known === undefined) edges.set(key, { item, spans: [name.span] })
    else known.spans.push(name.span)
  })
  return [...edges.values()]
}

function calledTarget(program: Program, path: string, name: Parameters<typeof targetOf>[2], ancestors: readonly Node[]): Target | undefined {
  const target = targetOf(program, path, name, ancestors)
  return target?.symbol === undefined ? undefined : symbolTarget(target.symbol)
}
