// GRAMMAR.md, from the rules of the parser.

import { grammarDocument } from "../../grammar/ebnf.ts"

export function grammarFiles(): ReadonlyMap<string, string> {
  return new Map([["grammar/GRAMMAR.md", grammarDocument()]])
}
