// GRAMMAR.md and the table of choices, from the rules of the parser.

import { choicesModule } from "../../grammar/analysis.ts"
import { grammarDocument } from "../../grammar/ebnf.ts"

export function grammarFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["grammar/GRAMMAR.md", grammarDocument()],
    ["grammar/choices.generated.ts", choicesModule()],
  ])
}
