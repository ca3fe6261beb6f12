// The token table as Chevrotain token types, and our tokens as its tokens.

import { createToken, EOF, Lexer, type IToken, type TokenType } from "chevrotain"
import type { Token, Tokens } from "../lexer.ts"
import { keywords, tokenTable } from "../tokens.ts"

/** A token as the rules see it. */
export interface ParserToken extends IToken {
  readonly kind: string
  /** It may be a name: an identifier or a soft keyword. */
  readonly isName: boolean
  /** The first token of its line. */
  readonly startsLine: boolean
  /** Directly after the token before it, without space. */
  readonly glued: boolean
  /** How many trivia stand before it in the file. */
  readonly triviaBefore: number
  readonly end: number
}

/** Any word: a field, a record key, an argument name, a member. */
const word = createToken({ name: "Word", pattern: Lexer.NA })
/** Any word that may be a name: soft keywords are names too. */
const name = createToken({ name: "Name", pattern: Lexer.NA, categories: [word] })

function tokenType(kind: string): TokenType {
  const category = keywords.get(kind)?.category
  const isName = kind === "Identifier" || category === "soft keyword"
  const categories = isName ? [name] : category === "keyword" ? [word] : []
  const isSymbol = category !== undefined || !/^\w+$/.test(kind)
  return createToken({ name: isSymbol ? `"${kind}"` : kind, pattern: Lexer.NA, categories })
}

const byKind: Readonly<Record<string, TokenType>> = Object.fromEntries(
  tokenTable.filter((token) => token.category !== "comment").map((token) => [token.kind, tokenType(token.kind)]),
)

/** A token type by its kind: `type("retry")`, `type("{")`, and the two categories `Name` and `Word`. */
export function type(kind: string): TokenType {
  const found = kind === "Name" ? name : kind === "Word" ? word : byKind[kind]
  if (found === undefined) throw new Error(`internal: no token ${kind}`)
  return found
}

export const vocabulary: readonly TokenType[] = [word, name, ...Object.values(byKind)]

/** Chevrotain fills the padding after the last token in, so the array is ours to give away. */
export function parserTokens(lexed: Tokens): { readonly list: ParserToken[]; readonly end: ParserToken } {
  const { source, tokens, trivia } = lexed
  const { text } = source
  const list: ParserToken[] = new Array<ParserToken>(tokens.length)
  let before = 0
  let lineBreak = true
  const passTrivia = (until: number): void => {
    for (; before < trivia.length && trivia[before]!.start < until; before++) {
      const piece = trivia[before]!
      if (lineBreak || piece.kind === "lineComment" || piece.kind === "docComment") continue
      const found = text.indexOf("\n", piece.start)
      lineBreak = found !== -1 && found < piece.end
    }
  }
  let last = -1
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    passTrivia(token.start)
    list[i] = make(byKind[token.kind]!, token, { startsLine: lineBreak, glued: token.start === last, triviaBefore: before })
    lineBreak = false
    last = token.end
  }
  passTrivia(text.length + 1)
  const end: Token = { kind: "EOF", start: text.length, end: text.length }
  return { list, end: make(EOF, end, { startsLine: true, glued: false, triviaBefore: before }) }
}

type Where = Pick<ParserToken, "startsLine" | "glued" | "triviaBefore">

function make(tokenType: TokenType, { kind, start, end }: Token, { startsLine, glued, triviaBefore }: Where): ParserToken {
  const isName = name.categoryMatchesMap![tokenType.tokenTypeIdx!] === true
  const tokenTypeIdx = tokenType.tokenTypeIdx!
  return { kind, isName, image: "", startOffset: start, tokenTypeIdx, tokenType, end, startsLine, glued, triviaBefore } as ParserToken
}
