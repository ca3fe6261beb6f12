// Inline policy: `use NAME` becomes the clauses of the policy that this place does not have itself.

import { isAllowed, type Place } from "../../compiler/2-check/places.ts"
import { indentAt, indented, dedented } from "../text.ts"
import { calleeOf, callSiteAt, declarationAt, inFile, nearest, sliceOf, type ActionContext, type ActionMaker } from "./action.ts"

export const inlinePolicy: ActionMaker = (context) => {
  const { program, path, text } = context
  const use = nearest(context, "use")
  const place = use === undefined ? undefined : placeOf(context)
  const id = use === undefined ? undefined : program.checked.bound.files.get(path)?.uses.get(use.policy.id)
  const symbol = id === undefined ? undefined : program.checked.bound.symbols.symbols[id]
  if (use === undefined || place === undefined || symbol?.node?.kind !== "policy") return []
  const source = program.documents.get(symbol.path)?.text ?? ""
  const own = new Set(place.kinds)
  const taken = symbol.node.clauses.filter(({ kind }) => isAllowed(kind, place.place) && (kind === "budget" || !own.has(kind)))
  if (taken.length === 0) return []
  const indent = indentAt(text, use.span.start)
  const lines = taken.map((clause) => indented(dedented(sliceOf(source, clause)), indent))
  return [{ title: `Inline policy ${symbol.name}`, kind: "refactor.inline", edits: inFile(context, [{ span: use.span, text: lines.join(`\n${indent}`) }]) }]
}

function placeOf(context: ActionContext): { readonly place: Place; readonly kinds: readonly string[] } | undefined {
  const within = nearest(context, "within")
  if (within !== undefined && within.clauses.some(({ span }) => span.start <= context.range.start && context.range.start <= span.end)) {
    return { place: "within", kinds: within.clauses.map(({ kind }) => kind) }
  }
  const site = callSiteAt(context)
  const callee = site === undefined ? undefined : calleeOf(context, site.call)
  if (site !== undefined && callee !== undefined) return { place: `${callee.node.kind} call`, kinds: site.clauses.map(({ kind }) => kind) }
  const item = declarationAt(context)
  if (item?.kind !== "tool" && item?.kind !== "agent" && item?.kind !== "human" && item?.kind !== "workflow") return undefined
  return { place: item.kind, kinds: item.clauses.map(({ kind }) => kind) }
}
