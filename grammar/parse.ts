// The front door of the grammar: any text gives a tree and diagnostics.

import type { Phase } from "../base/diagnostics/diagnostic.ts"
import type { Source } from "../base/text/source.ts"
import { lex, type Tokens } from "./lexer.ts"
import { AgentFlowParser } from "./parser.ts"
import type { FileNode } from "./syntax/nodes.ts"

export interface Syntax {
  readonly tokens: Tokens
  readonly file: FileNode
}

/** Made once; every parse starts it afresh. */
const parser = new AgentFlowParser()

export function parse(source: Source): Phase<Syntax> {
  const tokens = lex(source)
  const { file, diagnostics } = parser.parse(tokens)
  return { value: { tokens, file }, diagnostics }
}
