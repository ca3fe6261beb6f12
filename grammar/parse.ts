// The front door of the grammar: any text gives a tree and diagnostics.

import type { Phase } from "../base/diagnostics/diagnostic.ts"
import type { Source } from "../base/text/source.ts"
import type { Tokens } from "./lexer.ts"
import { AgentFlowParser } from "./parser.ts"
import { relex } from "./relex.ts"
import type { Parsed } from "./reuse.ts"
import type { FileNode } from "./syntax/nodes.ts"

export interface Syntax {
  readonly tokens: Tokens
  readonly file: FileNode
  /** What the parse of the next text can start from. */
  readonly parsed: Parsed
}

/** Made once; every parse starts it afresh. */
const parser = new AgentFlowParser()

/** `before`: the syntax of an earlier text of the file. Declarations that are still the same are moved from there, so that it is used up. */
export function parse(source: Source, before?: Syntax): Phase<Syntax> {
  const { tokens, kept } = relex(source, before?.tokens)
  const { file, parsed, diagnostics } = parser.parse(tokens, kept, before?.parsed)
  return { value: { tokens, file, parsed }, diagnostics }
}
