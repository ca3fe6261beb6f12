// Semantic tokens: what each word means, where a grammar alone can't know.

import type { Token, Trivia } from "../grammar/lexer.ts"
import type { Name, Node } from "../grammar/syntax/nodes.ts"
import { keywords } from "../grammar/tokens.ts"
import { isBuiltInError, isBuiltInType } from "../compiler/1-bind/built-ins.ts"
import { eachName, targetOf, type Target } from "./target.ts"
import type { Document, Program, Workspace } from "./workspace.ts"

/** In this order in the legend. */
export const tokenTypes = [
  "namespace", "type", "enum", "enumMember", "function", "method", "variable", "parameter", "property", "keyword", "comment", "string", "number", "operator", "event", "decorator",
] as const

export const tokenModifiers = ["declaration", "readonly", "documentation", "defaultLibrary", "modification"] as const

export type TokenType = (typeof tokenTypes)[number]
export type TokenModifier = (typeof tokenModifiers)[number]

/** On one line, in order, without overlaps. */
export interface SemanticToken {
  readonly start: number
  readonly length: number
  readonly type: TokenType
  readonly modifiers: readonly TokenModifier[]
}

export function semanticTokens(workspace: Workspace, path: string): readonly SemanticToken[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const named = namesOf(program, document)
  const { tokens, trivia } = document.parsed.value.tokens
  const found: SemanticToken[] = []
  for (const token of tokens) {
    const meaning = named.get(token.start) ?? plainMeaning(token)
    if (meaning !== undefined) found.push(...onLines(document.text, token, meaning))
  }
  for (const piece of trivia) {
    const meaning = commentMeaning(piece)
    if (meaning !== undefined) found.push(...onLines(document.text, piece, meaning))
  }
  return found.sort((a, b) => a.start - b.start)
}

interface Meaning {
  readonly type: TokenType
  readonly modifiers: readonly TokenModifier[]
}

/** A token covers one line; longer ones are cut. */
function onLines(text: string, { start, end }: { readonly start: number; readonly end: number }, { type, modifiers }: Meaning): readonly SemanticToken[] {
  const found: SemanticToken[] = []
  for (let at = start; at < end; ) {
    const newline = text.indexOf("\n", at)
    const stop = newline === -1 || newline > end ? end : newline
    const length = (text[stop - 1] === "\r" ? stop - 1 : stop) - at
    if (length > 0) found.push({ start: at, length, type, modifiers })
    at = stop + 1
  }
  return found
}

function commentMeaning({ kind }: Trivia): Meaning | undefined {
  if (kind === "docComment") return { type: "comment", modifiers: ["documentation"] }
  return kind === "lineComment" || kind === "blockComment" ? { type: "comment", modifiers: [] } : undefined
}

const texts: ReadonlySet<string> = new Set(["StringStart", "StringEnd", "BlockStart", "BlockEnd", "Text", "RawString"])
const numbers: ReadonlySet<string> = new Set(["Number", "Money", "Duration"])

function plainMeaning({ kind }: Token): Meaning | undefined {
  if (keywords.has(kind)) return { type: "keyword", modifiers: [] }
  if (texts.has(kind)) return { type: "string", modifiers: [] }
  if (numbers.has(kind)) return { type: "number", modifiers: [] }
  return kind === "@" ? { type: "decorator", modifiers: [] } : undefined
}

/** By the start of each name: what it means. */
function namesOf(program: Program, document: Document): ReadonlyMap<number, Meaning> {
  const found = new Map<number, Meaning>()
  eachName(document, (name, ancestors) => {
    const target = targetOf(program, document.path, name, ancestors)
    const meaning = target === undefined ? unboundMeaning(program, document, name, ancestors) : targetMeaning(target, name, ancestors.at(-1))
    if (meaning !== undefined) found.set(name.span.start, meaning)
  })
  return found
}

function targetMeaning(target: Target, name: Name, parent: Node | undefined): Meaning {
  const modifiers: TokenModifier[] = []
  if (target.place?.name === name) modifiers.push("declaration")
  else if (parent?.kind === "assign" && parent.name === name) modifiers.push("modification")
  const type = typeOfKind(target.kind)
  const isFixed = type === "variable" && target.kind !== "var"
  if (isFixed || type === "parameter" || type === "enumMember") modifiers.push("readonly")
  return { type, modifiers }
}

function typeOfKind(kind: Target["kind"]): TokenType {
  switch (kind) {
    case "type":
    case "error":
      return "type"
    case "enum":
    case "enumMember":
    case "event":
    case "parameter":
      return kind
    case "tool":
    case "agent":
    case "human":
    case "workflow":
    case "builtin":
      return "function"
    case "field":
    case "eventField":
      return "property"
    case "lambdaParameter":
      return "parameter"
    case "policy":
      return "namespace"
    default:
      return "variable"
  }
}

function unboundMeaning(program: Program, { path }: Document, name: Name, ancestors: readonly Node[]): Meaning | undefined {
  const parent = ancestors.at(-1)
  const library: readonly TokenModifier[] = ["defaultLibrary"]
  switch (parent?.kind) {
    case "namedType":
      return isBuiltInType(name.text) ? { type: "type", modifiers: library } : undefined
    case "constraint":
      return { type: "decorator", modifiers: [] }
    case "member": {
      const call = ancestors.at(-2)
      const isMethod = call?.kind === "call" && program.checked.files.get(path)?.builtins.has(call.id) === true
      return isMethod ? { type: "method", modifiers: library } : { type: "property", modifiers: [] }
    }
    case "entry":
    case "argument":
      return { type: "property", modifiers: [] }
    case "model":
      return { type: "namespace", modifiers: library }
    default:
      return isBuiltInError(name.text) ? { type: "type", modifiers: library } : { type: "variable", modifiers: [] }
  }
}
