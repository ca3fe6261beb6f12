// What completion offers, as plain data, and how symbols and members become it.

import type { Edit } from "../../base/text/edit.ts"
import type { Span } from "../../base/text/span.ts"
import type { Symbol } from "../../compiler/1-bind/types.ts"
import { membersOf, methodsOf } from "../../compiler/2-check/members.ts"
import type { Type } from "../../compiler/2-check/types.ts"
import { expand, fieldsOf, present } from "../../compiler/2-check/types/relate.ts"
import { render } from "../../compiler/2-check/types/render.ts"
import { docOf, headOf } from "../describe.ts"
import { methodDocs } from "../docs.ts"
import type { Program } from "../workspace.ts"

export type ItemKind =
  | "keyword" | "snippet" | "function" | "method" | "variable" | "parameter" | "type" | "enum" | "enumMember" | "field" | "event" | "error" | "model" | "policy"
  | "constant" | "file" | "constraint"

export interface CompletionItem {
  readonly label: string
  readonly kind: ItemKind
  readonly detail?: string
  readonly doc?: string
  /** Replaces `replace`; with `${1:…}` places where `isSnippet`. */
  readonly insert: string
  readonly isSnippet: boolean
  /** Lower stands higher. */
  readonly rank: number
  readonly replace: Span
  readonly additionalEdits: readonly Edit[]
}

export type Draft = Pick<CompletionItem, "label" | "kind"> & Partial<Omit<CompletionItem, "label" | "kind">>

export function itemOf(draft: Draft, replace: Span): CompletionItem {
  return { insert: draft.label, isSnippet: false, rank: 5, additionalEdits: [], ...draft, replace: draft.replace ?? replace }
}

export const itemKinds: Readonly<Partial<Record<Symbol["kind"], ItemKind>>> = {
  type: "type", enum: "enum", error: "error", event: "event", model: "model", secret: "constant", setting: "constant", policy: "policy", tool: "function",
  agent: "function", human: "function", workflow: "function", builtin: "function", parameter: "parameter", lambdaParameter: "parameter",
}

const callables: ReadonlySet<string> = new Set(["tool", "agent", "human", "workflow"])

/** `call`: insert the parentheses with a place for each argument. */
export function symbolDraft(program: Program, symbol: Symbol, { name, call, rank }: { readonly name: string; readonly call: boolean; readonly rank: number }): Draft {
  const doc = docOf(symbol.node)
  const isCall = call && callables.has(symbol.kind)
  return {
    label: name,
    kind: itemKinds[symbol.kind] ?? "variable",
    detail: headOf(program, symbol).replace(/\s+/g, " "),
    ...(doc === undefined ? {} : { doc }),
    rank,
    ...(isCall ? { insert: callSnippet(name, symbol), isSnippet: true } : {}),
  }
}

function callSnippet(name: string, { node }: Symbol): string {
  if (node?.kind !== "tool" && node?.kind !== "agent" && node?.kind !== "human" && node?.kind !== "workflow") return name
  const needed = node.parameters.filter(({ value }) => value === undefined)
  return `${name}(${needed.map((parameter, index) => `\${${index + 1}:${parameter.name.text}}`).join(", ")})`
}

/** What can follow `.` on a value of this type. */
export function memberDrafts(program: Program, type: Type | undefined): readonly Draft[] {
  if (type === undefined) return []
  const { declared, bound } = program.checked
  const known = expand(type, declared)
  const optional = known.kind === "optional"
  const object = present(known, declared)
  const docs = new Map(fieldsOf(object, declared)?.map(({ name, doc }) => [name, doc]) ?? [])
  const structure = object.kind === "namespace" ? declared.get(object.symbol) : undefined
  if (structure?.kind === "enum") for (const { name, doc } of structure.members) docs.set(name, doc)
  const isEnum = structure?.kind === "enum"
  const fields = [...membersOf(object, { declared, bound })].map(([label, of], index): Draft => {
    const doc = docs.get(label)
    return {
      label, kind: isEnum ? "enumMember" : "field", detail: isEnum ? render(of) : `${label}: ${render(of)}`, rank: 1 + Math.min(index, 99) / 100,
      ...(doc === undefined ? {} : { doc }), ...(optional ? { doc: [doc, "The value may be nothing: use `?.`"].filter(Boolean).join("\n\n") } : {}),
    }
  })
  const family = object.kind === "array" ? "list" : "string"
  const methods = methodsOf(object, { declared, bound }).map((label): Draft => {
    const doc = methodDocs[`${family}.${label}`]
    return { label, kind: "method", rank: 2, insert: methodSnippet(family, label), isSnippet: true, ...(doc === undefined ? {} : { doc }) }
  })
  return [...fields, ...methods]
}

const withoutArguments: ReadonlySet<string> = new Set(["flat", "distinct", "trim", "lower", "upper"])
const withFunction: ReadonlySet<string> = new Set(["map", "filter", "find", "some", "every", "sortBy", "groupBy", "sum"])

function methodSnippet(family: string, name: string): string {
  if (withoutArguments.has(name)) return `${name}()`
  if (family === "list" && withFunction.has(name)) return `${name}(\${1:x} => \${2:\${1:x}})`
  return name === "replace" ? `${name}(\${1}, \${2})` : `${name}(\${1})`
}
