// Completion: what can be written at the cursor.

import { unreachable } from "../../base/assert.ts"
import { catalogue } from "../../base/diagnostics/catalogue.generated.ts"
import type { Span } from "../../base/text/span.ts"
import { BUILT_IN_ERRORS, BUILT_IN_FUNCTIONS, BUILT_IN_TYPES } from "../../compiler/1-bind/built-ins.ts"
import type { Symbol, SymbolKind } from "../../compiler/1-bind/types.ts"
import { isAllowed } from "../../compiler/2-check/places.ts"
import type { CallExpression } from "../../grammar/syntax/nodes.ts"
import type { Type } from "../../compiler/2-check/types.ts"
import { expand, fieldsOf, isOptional, present } from "../../compiler/2-check/types/relate.ts"
import { render } from "../../compiler/2-check/types/render.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { keywords } from "../../grammar/tokens.ts"
import { builtInErrorDocs, builtInTypeDocs, constraintDocs, functionDocs } from "../docs.ts"
import { docOf } from "../describe.ts"
import { namesAt } from "../scope.ts"
import { matches } from "../symbols.ts"
import { relativeImport } from "../text.ts"
import type { Workspace } from "../workspace.ts"
import { importEdit, importables } from "./imports.ts"
import { itemKinds, itemOf, memberDrafts, symbolDraft, type CompletionItem, type Draft } from "./items.ts"
import { cursorAt, maySayCall, placeOf, type Cursor, type Place } from "./place.ts"
import { clauseSnippets, continuations, declarationSnippets, repeatable, statementSnippets, testSnippets, valueSnippets, type Snippet } from "./snippets.ts"

/** `typed`: the character that made the editor ask. */
export function completionsAt(workspace: Workspace, path: string, offset: number, typed?: string): readonly CompletionItem[] {
  const cursor = cursorAt(workspace, path, offset)
  if (cursor === undefined) return []
  const place = placeOf(cursor)
  if (typed === "{" && opensBlock(place)) return []
  const replace: Span = { start: cursor.start, end: offset }
  const seen = new Set<string>()
  return draftsFor(cursor, place)
    .filter(({ label, kind }) => !seen.has(`${kind} ${label}`) && seen.add(`${kind} ${label}`))
    .map((draft) => itemOf(draft, replace))
    .sort((a, b) => a.rank - b.rank || (a.label < b.label ? -1 : 1))
}

/** A new line follows, which an open list would take for a choice; in a text or a record the names are wanted at once. */
function opensBlock({ kind }: Place): boolean {
  return kind === "clause" || kind === "statement" || kind === "declaration" || kind === "test"
}

function draftsFor(cursor: Cursor, place: Place): readonly Draft[] {
  switch (place.kind) {
    case "nothing":
      return []
    case "declaration":
      return snippets(declarationSnippets, 1)
    case "clause":
      return clauseDrafts(place, 1)
    case "statement":
      return statementDrafts(cursor, place)
    case "expression":
      return [...(place.call === undefined ? [] : argumentDrafts(cursor, place.call)), ...expressionDrafts(cursor), ...(atRightHandSide(cursor) ? snippets(valueSnippets, 7) : [])]
    case "member":
      return memberDrafts(cursor.program, place.object)
    case "type":
      return typeDrafts(cursor)
    case "constraint":
      return Object.entries(constraintDocs).map(([label, { doc, snippet }]) => ({ label, kind: "constraint", doc, insert: snippet, isSnippet: true }))
    case "errorKind":
      return errorDrafts(cursor)
    case "symbols":
      return symbolDrafts(cursor, place.of, { call: false })
    case "fields":
      return fieldDrafts(cursor, place.type, place.said)
    case "pattern":
      return patternDrafts(cursor, place.subject)
    case "importName":
      return importNameDrafts(cursor, place.from, place.said)
    case "file":
      return fileDrafts(cursor, place.written, place.extension)
    case "test":
      return snippets(testSnippets, 1)
    case "subject":
      return [...["completed", "failed", "cancelled", "cost", "tokens", "calls", "result"].map((label): Draft => ({ label, kind: "keyword", rank: 1 })), ...symbolDrafts(cursor, ["tool", "agent", "human", "workflow"], { call: false })]
    case "words":
      return place.words.map((label) => wordDraft(label))
    default:
      return unreachable(place)
  }
}

/** The codes of rules are words, too. */
function wordDraft(label: string): Draft {
  const known = (catalogue as Readonly<Record<string, { readonly title: string }>>)[label]
  return { label, kind: "keyword", ...(known === undefined ? {} : { detail: known.title }) }
}

function snippets(table: readonly Snippet[], rank: number): readonly Draft[] {
  return table.map(([label, insert]) => {
    const doc = keywords.get(label.split(" ")[0]!)?.doc
    return { label, kind: insert.includes("$") ? "snippet" : "keyword", insert, isSnippet: insert.includes("$"), rank, ...(doc === undefined || doc === "" ? {} : { doc }) }
  })
}

function clauseDrafts({ at, said, continues }: Extract<Place, { readonly kind: "clause" }>, rank: number): readonly Draft[] {
  const words = new Set(said.map(({ kind }) => kind))
  const kinds = (Object.keys(clauseSnippets) as (keyof typeof clauseSnippets)[]).filter((kind) => isAllowed(kind, at) && (repeatable.has(kind) || kind === "effect" || kind === "text" || kind === "size" || !words.has(kind)))
  const own = kinds.flatMap((kind) => snippets(clauseSnippets[kind].filter(([label]) => !isSaid(label, said)), rank))
  const more = continues === undefined ? [] : snippets(continuations[continues.kind] ?? [], 0)
  const texts = at === "agent" ? own.filter(({ label }) => label !== "ask") : at === "human" ? own.filter(({ label }) => label !== "instructions" && label !== "prompt") : own
  return [...more, ...texts]
}

function isSaid(label: string, said: Extract<Place, { readonly kind: "clause" }>["said"]): boolean {
  return said.some((clause) => (clause.kind === "text" && clause.role === label) || (clause.kind === "size" && clause.what === label) || (clause.kind === "effect" && (label === "reads" || label === "writes")))
}

function statementDrafts(cursor: Cursor, { clauses, sameLine }: Extract<Place, { readonly kind: "statement" }>): readonly Draft[] {
  const own = clauses === undefined ? [] : clauseDrafts(clauses, sameLine ? 1 : 4)
  if (sameLine) return own
  return [...own, ...snippets(statementSnippets, 3), ...expressionDrafts(cursor, 2)]
}

/** Only a whole right-hand side may be a block. */
function atRightHandSide({ text, start }: Cursor): boolean {
  return /(?:=|\breturn)\s*$/.test(text.slice(Math.max(0, start - 20), start))
}

const valueKinds: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  "tool", "agent", "human", "workflow", "enum", "setting", "secret", "parameter", "let", "var", "loopVariable", "lambdaParameter", "caught", "patternBinding",
  "branch", "result", "eventField",
])
const localKinds: ReadonlySet<SymbolKind> = new Set<SymbolKind>(["parameter", "let", "var", "loopVariable", "lambdaParameter", "caught", "patternBinding", "branch", "result", "eventField"])

const callableKinds: readonly SymbolKind[] = ["tool", "agent", "human", "workflow"]

function expressionDrafts(cursor: Cursor, rank = 2): readonly Draft[] {
  const calls = maySayCall(cursor)
  const isValue = ({ kind }: Symbol): boolean => valueKinds.has(kind) && (calls || !callableKinds.includes(kind))
  const names = [...namesAt(cursor.program, cursor.path, cursor.start)].filter(([, symbol]) => isValue(symbol))
  const own = names.map(([name, symbol]) => symbolDraft(cursor.program, symbol, { name, call: true, rank: localKinds.has(symbol.kind) ? rank - 1 : rank }))
  const builtIns = BUILT_IN_FUNCTIONS.map((label): Draft => ({ label, kind: "function", insert: `${label}()`, rank: 6, ...(functionDocs[label] === undefined ? {} : { doc: functionDocs[label] }) }))
  const values = ["true", "false", "nothing"].map((label): Draft => ({ label, kind: "keyword", rank: 6, doc: keywords.get(label)!.doc }))
  return [...eventFieldDrafts(cursor), ...own, ...builtIns, ...values, ...importDrafts(cursor, [...(calls ? callableKinds : []), "enum", "setting", "secret"], { call: true })]
}

/** In `by` of a `wait` the fields of its event. */
function eventFieldDrafts({ program, path, document, start }: Cursor): readonly Draft[] {
  const wait = nodeAt(document.file, start + 1).ancestors.findLast(({ kind }) => kind === "wait")
  const by = wait?.kind === "wait" ? wait.by : undefined
  if (wait?.kind !== "wait" || by === undefined || start < by.span.start || start > by.span.end) return []
  const event = program.checked.bound.files.get(path)?.uses.get(wait.event.id)
  const structure = event === undefined ? undefined : program.checked.declared.get(event)
  return structure?.kind === "event" ? structure.fields.map(({ name, type }): Draft => ({ label: name, kind: "field", detail: render(type), rank: 0 })) : []
}

function argumentDrafts({ program, path }: Cursor, call: CallExpression): readonly Draft[] {
  const callee = program.checked.files.get(path)?.calls.get(call.id)
  const parameters = callee === undefined ? [] : (program.checked.signatures.get(callee)?.parameters ?? [])
  const said = new Set(call.arguments.map(({ name }) => name?.text))
  const positional = call.arguments.filter(({ name }) => name === undefined).length - 1
  return parameters.slice(Math.max(0, positional)).filter(({ name }) => !said.has(name)).map(({ name, type }) => ({
    label: `${name}:`, kind: "field", detail: render(type), insert: `${name}: `, rank: 1.5,
  }))
}

function symbolDrafts(cursor: Cursor, of: readonly SymbolKind[], { call }: { readonly call: boolean }): readonly Draft[] {
  const names = [...namesAt(cursor.program, cursor.path, cursor.start)].filter(([, { kind }]) => of.includes(kind))
  return [...names.map(([name, symbol]: [string, Symbol]) => symbolDraft(cursor.program, symbol, { name, call, rank: 1 })), ...importDrafts(cursor, of, { call })]
}

/** A large workspace has thousands: those that fit come when more is typed. */
export const importsMax = 100

function importDrafts(cursor: Cursor, of: readonly SymbolKind[], { call }: { readonly call: boolean }): readonly Draft[] {
  const { workspace, path, text, start, offset } = cursor
  const known = cursor.program.checked.bound.files.get(path)?.scope
  const begun = text.slice(start, offset)
  // The edit is made in the text as it is, not in the one with the stand-in.
  const file = workspace.document(path)!.file
  const fitting = importables(workspace, path).filter(({ kind, name }) => of.includes(kind) && known?.has(name) !== true && matches(name, begun))
  return fitting.slice(0, importsMax).map(({ name, kind, path: from, declaration }) => {
    const doc = docOf(declaration)
    const isCall = call && (kind === "tool" || kind === "agent" || kind === "human" || kind === "workflow")
    return {
      label: name, kind: itemKinds[kind] ?? "constant", rank: 8,
      detail: `${kind} — import from ${relativeImport(path, from)}`, ...(doc === undefined ? {} : { doc }), additionalEdits: [importEdit(file, text, path, name, from)],
      ...(isCall ? { insert: `${name}(\${1})`, isSnippet: true } : {}),
    }
  })
}

function typeDrafts(cursor: Cursor): readonly Draft[] {
  const builtIns = BUILT_IN_TYPES.map((label): Draft => ({ label, kind: "type", rank: 2, ...(builtInTypeDocs[label] === undefined ? {} : { doc: builtInTypeDocs[label] }) }))
  return [...symbolDrafts(cursor, ["type", "enum"], { call: false }), ...builtIns, { label: "map", kind: "type", insert: "map<${1:string}>", isSnippet: true, rank: 3, doc: "Values by name." }]
}

function errorDrafts(cursor: Cursor): readonly Draft[] {
  const builtIns = BUILT_IN_ERRORS.map((label): Draft => ({ label, kind: "error", rank: 2, ...(builtInErrorDocs[label] === undefined ? {} : { doc: builtInErrorDocs[label] }) }))
  return [...symbolDrafts(cursor, ["error"], { call: false }), ...builtIns]
}

function fieldDrafts(cursor: Cursor, type: Type | undefined, said: readonly string[]): readonly Draft[] {
  const { declared } = cursor.program.checked
  const fields = type === undefined ? undefined : fieldsOf(present(expand(type, declared), declared), declared)
  const shorthands = namesAt(cursor.program, cursor.path, cursor.start)
  if (fields === undefined) return expressionDrafts(cursor)
  return fields.filter(({ name }) => !said.includes(name)).map((field): Draft => {
    const optional = isOptional(field.type, declared)
    return {
      label: field.name, kind: "field", detail: render(field.type), rank: optional ? 2 : 1, ...(field.doc === undefined ? {} : { doc: field.doc }),
      insert: shorthands.has(field.name) ? field.name : `${field.name}: `,
    }
  })
}

function patternDrafts(cursor: Cursor, subject: Type | undefined): readonly Draft[] {
  const { declared, bound } = cursor.program.checked
  const known = subject === undefined ? undefined : expand(subject, declared)
  const type = known === undefined ? undefined : present(known, declared)
  const structure = type?.kind === "declared" ? declared.get(type.symbol) : undefined
  const own: Draft[] = []
  if (structure?.kind === "enum" && type?.kind === "declared") for (const { name } of structure.members) own.push({ label: `${type.name}.${name}`, kind: "enumMember", rank: 1 })
  if (structure?.kind === "taggedUnion") {
    for (const member of structure.members) {
      const { name } = bound.symbols.symbols[member]!
      own.push({ label: name, kind: "type", rank: 1, insert: `${name} ${name[0]!.toLowerCase()}` })
    }
  }
  if (known?.kind === "optional") own.push({ label: "nothing", kind: "keyword", rank: 1.5 })
  const drafts = own.map((draft): Draft => ({ ...draft, insert: `${draft.insert ?? draft.label} => \${0}`, isSnippet: true }))
  return [...drafts, ...(own.length > 0 ? [] : symbolDrafts(cursor, ["enum", "type"], { call: false })), { label: "else", kind: "keyword", insert: "else => ${0}", isSnippet: true, rank: 2 }]
}

function importNameDrafts({ workspace, path }: Cursor, from: string, said: readonly string[]): readonly Draft[] {
  return importables(workspace, path).filter((each) => each.path === from && !said.includes(each.name)).map(({ name, kind, declaration }) => {
    const doc = docOf(declaration)
    return { label: name, kind: itemKinds[kind] ?? "constant", detail: kind, rank: 1, ...(doc === undefined ? {} : { doc }) }
  })
}

function fileDrafts({ workspace, path, text, offset }: Cursor, written: string, extension: string): readonly Draft[] {
  if (extension !== ".agentflow") return []
  const start = offset - written.length
  const rest = /^[^"'\n]*/.exec(text.slice(offset))![0].length
  return workspace.paths().filter((other) => other !== path).map((other) => ({
    label: relativeImport(path, other), kind: "file", rank: 1, replace: { start, end: offset + rest },
  }))
}
