// Names in clauses that must be of one kind of declaration.

import type { Name } from "../../../grammar/syntax/nodes.ts"
import type { SymbolKind } from "../../1-bind/types.ts"
import { wordFor } from "../calls.ts"
import { report, symbolAt, withArticle, type FileContext } from "../context.ts"

/** Gives whether the name is of one of the kinds; an unknown name was reported before. */
export function expectKind(name: Name, kinds: readonly SymbolKind[], file: FileContext): boolean {
  const symbol = symbolAt(file, name)
  if (symbol === undefined) return false
  if (kinds.includes(symbol.kind)) return true
  const expected = kinds.map((kind) => withArticle(wordFor(kind))).join(" or ")
  report(file, name, "AF2016", { name: symbol.name, actual: withArticle(wordFor(symbol.kind)), expected })
  return false
}
