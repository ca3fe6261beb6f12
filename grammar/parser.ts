// The parser: a file is a list of declarations. The rules read like the EBNF in GRAMMAR.md, which is made from them.

import { sortDiagnostics, type Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { span } from "../base/text/span.ts"
import { foreignDeclarations, modifiers } from "./borrowed.ts"
import { withoutConsequences } from "./consequences.ts"
import type { Tokens } from "./lexer.ts"
import type { Kept } from "./relex.ts"
import { around, isDoubtful, partsOf, rootIndentation, type Finder, type Parsed, type Part } from "./reuse.ts"
import type { Rule } from "./rules/recorder.ts"
import { declarationWords, DeclarationRules } from "./rules/declarations.ts"
import type { Declaration, FileNode } from "./syntax/nodes.ts"

const declarationWordSet: ReadonlySet<string> = new Set(declarationWords)

export interface ParsedFile {
  readonly file: FileNode
  readonly parsed: Parsed
  readonly diagnostics: readonly Diagnostic[]
}

export class AgentFlowParser extends DeclarationRules {
  private parts: Part[] = []
  private find: Finder = () => undefined

  readonly file: Rule<FileNode> = this.rule("file", () => {
    const items: Declaration[] = []
    this.items({
      until: () => this.atEnd(),
      begins: () => declarationWordSet.has(this.token.kind),
      expected: () => {
        if (this.atDecorator()) return this.decorator()
        if (!this.readModifiers()) return this.unknownWord(declarationWords, "a declaration", foreignDeclarations)
        items.push(this.declaration())
      },
      resumes: () => this.token.startsLine && declarationWordSet.has(this.token.kind) && !this.atPlainName(),
      item: () => items.push(this.isRecorded ? this.declaration() : this.kept() ?? this.afresh()),
    })
    return this.node<FileNode>(0, { kind: "file", items })
  })

  private atDecorator(): boolean {
    if (!this.at("@") || !this.token.startsLine || !this.peek(2).glued || !/^\w/.test(this.spelt(2))) return false
    let last = 2
    while (this.at(".", last + 1) && this.atName(last + 2)) last += 2
    const after = this.peek(last + 1)
    return after.startsLine || (after.kind === "(" && this.closerOf(last + 1) > 0 && this.peek(this.closerOf(last + 1) + 1).startsLine)
  }

  /** `@tool` above a declaration. */
  private decorator(): void {
    const { start } = this.token
    const { text } = this.tokens.source
    const name = this.spelt(2)
    this.consume()
    while (!this.atEnd() && this.sameLine() && !this.at("(")) this.consume()
    const isBare = !this.at("(") || !this.sameLine()
    if (!isBare) this.skipGroup()
    const end = this.lastEnd
    const isKind = isBare && (declarationWordSet.has(name) || foreignDeclarations.has(name))
    const hint = isKind ? "a declaration begins with its kind, as in `tool search(query: string): string[] from \"./tools.ts\"`." : "what a callable needs are clauses in its body, such as `retry 3 times`."
    const edits = [{ span: span(start, this.token.startsLine ? this.token.start : end), text: "" }]
    this.borrowed({ where: span(start, end), text: text.slice(start, start + 1 + name.length), hint, title: "Remove it", edits, applicability: isBare ? "machine" : "maybe" })
  }

  /** `export async workflow`, and `interface A {`, which is a type: whether a declaration follows. */
  private readModifiers(): boolean {
    let ahead = 1
    while (modifiers.has(this.spelt(ahead)) && this.sameLine(ahead + 1)) ahead++
    const word = this.peek(ahead)
    const isDeclaration = declarationWordSet.has(word.kind) && this.atName(ahead + 1)
    const isRecord = /^(?:interface|struct|class|record)$/.test(this.text(word)) && this.atName(ahead + 1) && (this.at("{", ahead + 2) || this.at(":", ahead + 2))
    if (!isRecord && (!isDeclaration || ahead === 1)) return false
    const first = this.token
    const edits = ahead === 1 ? [] : [{ span: span(first.start, word.start), text: "" }]
    if (isRecord) edits.push({ span: span(word.start, word.end), text: "type" })
    const text = this.tokens.source.text.slice(first.start, isRecord ? word.end : this.peek(ahead - 1).end)
    const hint = isRecord ? "write `type` and the fields." : "every declaration can be imported, and every call is waited for."
    this.borrowed({ where: span(first.start, first.start + text.length), text, hint, title: isRecord ? "Write `type`" : "Remove it", edits })
    if (isRecord) this.readAs("type", ahead)
    for (; ahead > 1; ahead--) this.drop()
    return true
  }

  /** With what an earlier text gave, its parts that are the same are taken from it: they are no longer its own then. */
  parse(tokens: Tokens, kept: Kept, before?: Parsed): ParsedFile {
    this.begin(tokens)
    this.afterBroken = false
    this.parts = []
    const { braces, bracesPair } = this
    const indentation = rootIndentation(tokens)
    this.nextId = before?.nextId ?? 0
    this.find = before === undefined ? () => undefined : partsOf(before, { tokens, kept, braces, bracesPair, indentation })
    const file = this.file()
    return {
      file: { ...file, span: { start: 0, end: tokens.source.text.length } }, diagnostics: withoutConsequences(tokens, braces, sortDiagnostics(this.diagnostics)),
      parsed: { parts: this.parts, indentation, bracesPair, nextId: this.nextId },
    }
  }

  private kept(): Declaration | undefined {
    const part = this.find(this.nextIndex(), this.afterBroken)
    if (part === undefined) return undefined
    this.parts.push(part)
    this.pass(part.to - part.from)
    return part.item
  }

  private afresh(): Declaration {
    const [from, first, troubles, afterBroken] = [this.nextIndex(), this.token, this.troubles, this.afterBroken]
    this.made = []
    const item = this.declaration()
    const to = this.nextIndex()
    if (troubles === this.troubles && first.startsLine && !isDoubtful(this.tokens, this.braces, around(this.tokens, from, to))) {
      this.parts.push({ item, nodes: this.made, from, to, afterBroken })
    }
    return item
  }
}
