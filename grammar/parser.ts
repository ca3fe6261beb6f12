// The parser: a file is a list of declarations. The rules read like the EBNF in GRAMMAR.md, which is made from them.

import { sortDiagnostics, type Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { withoutConsequences } from "./consequences.ts"
import type { Tokens } from "./lexer.ts"
import type { Rule } from "./rules/recorder.ts"
import { declarationWords, DeclarationRules } from "./rules/declarations.ts"
import type { Declaration, FileNode } from "./syntax/nodes.ts"

const declarationWordSet: ReadonlySet<string> = new Set(declarationWords)

export class AgentFlowParser extends DeclarationRules {
  readonly file: Rule<FileNode> = this.rule("file", () => {
    const items: Declaration[] = []
    this.items({
      until: () => this.atEnd(),
      begins: () => declarationWordSet.has(this.token.kind),
      expected: () => this.unknownWord(declarationWords, "a declaration"),
      resumes: () => this.token.startsLine && declarationWordSet.has(this.token.kind) && !this.atPlainName(),
      item: () => items.push(this.declaration()),
    })
    return this.node<FileNode>(0, { kind: "file", items })
  })

  parse(tokens: Tokens): { readonly file: FileNode; readonly diagnostics: readonly Diagnostic[] } {
    this.begin(tokens)
    const file = this.file()
    return { file: { ...file, span: { start: 0, end: tokens.source.text.length } }, diagnostics: withoutConsequences(tokens, this.braces, sortDiagnostics(this.diagnostics)) }
  }
}
