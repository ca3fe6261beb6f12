// What others see of a declaration before any body is checked: the structure of a type, the signature and policies of a callable.

import { isWithin, moved, type Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Declaration } from "../../grammar/syntax/nodes.ts"
import type { SymbolId } from "../1-bind/types.ts"
import { symbolAt, type FileContext } from "./context.ts"
import { declareSignature } from "./declarations.ts"
import { collectPolicies } from "./policies.ts"
import type { Checked, Head } from "./types.ts"
import { declareType } from "./types/declared.ts"

/** Declares it, or takes what an earlier check declared while the nodes that it looked at stay; fills the tables of the context. */
export function declareHead(item: Declaration, file: FileContext, before: Checked | undefined): Head {
  const { context } = file
  const { refers } = file.bound.items.get(item)!
  const kept = before?.files.get(file.path)?.items.get(item)
  if (kept === undefined || kept.refers !== refers || !holds(kept.head, context.bound.changed!)) return declare(item, file)
  const { symbol, structure, signature, policies, setting } = kept.head
  if (structure !== undefined) context.structures.set(symbol!, structure)
  if (signature !== undefined) context.signatures.set(symbol!, signature)
  if (policies !== undefined) context.policies.set(symbol!, policies)
  if (setting !== undefined) context.settings.set(symbol!, setting)
  const by = item.span.start - kept.head.at.start
  const head = by === 0 ? kept.head : { ...kept.head, at: item.span, diagnostics: kept.head.diagnostics.map((each) => moved(each, by)) }
  context.diagnostics.push(...head.diagnostics)
  return head
}

function holds({ at, lookedAt, diagnostics }: Head, changed: ReadonlySet<SymbolId>): boolean {
  return diagnostics.every((each) => isWithin(each, at)) && !lookedAt.some((symbol) => changed.has(symbol))
}

function declare(item: Declaration, file: FileContext): Head {
  const lookedAt = new Set<SymbolId>()
  const diagnostics: Diagnostic[] = []
  const own: FileContext = { ...file, context: { ...file.context, diagnostics, lookedAt } }
  const symbol = "name" in item && item.name.kind === "name" ? symbolAt(file, item.name)?.id : undefined
  declareType(item, own)
  declareSignature(item, own)
  collectPolicies(item, own)
  file.context.diagnostics.push(...diagnostics)
  const { structures, signatures, policies, settings } = file.context
  const seen = symbol === undefined ? {} : { structure: structures.get(symbol), signature: signatures.get(symbol), policies: policies.get(symbol), setting: settings.get(symbol) }
  return { at: item.span, symbol, lookedAt: [...lookedAt], diagnostics, ...seen }
}
