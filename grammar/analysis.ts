// The grammar as Chevrotain sees it: it records the parser's rules, finds what is ambiguous, and says for every choice
// which alternative a token begins. `npm run generate` keeps that in choices.generated.ts, so that no start pays for it.

import { createToken, EmbeddedActionsParser, Lexer, type ILookaheadStrategy, LLkLookaheadStrategy, type ParserMethod, type Rule as RecordedRule, type TokenType } from "chevrotain"
import { AgentFlowParser } from "./parser.ts"
import type { Alternatives, Recorder, Rule } from "./rules/recorder.ts"
import { keywords, tokenTable } from "./tokens.ts"

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

const byKind: ReadonlyMap<string, TokenType> = new Map([
  ["Word", word],
  ["Name", name],
  ...tokenTable.filter(({ category }) => category !== "comment").map(({ kind }) => [kind, tokenType(kind)] as const),
])

/** The alternative that a token of the kind begins, by rule and by the choice's index in it. */
export type ChoiceTables = Readonly<Record<string, readonly Readonly<Record<string, number>>[]>>

type Method = ParserMethod<unknown[], unknown>
type AlternationOptions = Parameters<ILookaheadStrategy["buildLookaheadForAlternation"]>[0]
/** What Chevrotain asks its own parser while it looks ahead. */
type LookAhead = (this: { readonly LA_FAST: (ahead: number) => unknown }) => number | undefined

/** Keeps what Chevrotain computes for the choices that first tokens decide; the rules' own gates decide the rest. */
class KeptChoices extends LLkLookaheadStrategy {
  readonly tables: Record<string, Record<string, number>[]> = {}

  override buildLookaheadForAlternation(options: AlternationOptions) {
    const found = super.buildLookaheadForAlternation(options)
    if (options.prodOccurrence <= lastChoice) (this.tables[options.rule.name] ??= [])[options.prodOccurrence] = tableOf(found as LookAhead)
    return found
  }

  override buildLookaheadForOptional(): () => boolean {
    return () => false
  }
}

/** A word that may be a name is only written down where it begins something else than a name does. */
function tableOf(choose: LookAhead): Record<string, number> {
  const table: Record<string, number> = {}
  const alternative = (kind: string): number | undefined => choose.call({ LA_FAST: () => byKind.get(kind) })
  const named = alternative("Identifier")
  if (named !== undefined) table["Name"] = named
  for (const [kind, type] of byKind) {
    const chosen = kind === "Word" || kind === "Name" ? undefined : alternative(kind)
    if (chosen !== undefined && !(type.CATEGORIES?.includes(name) === true && chosen === named)) table[kind] = chosen
  }
  return table
}

const lastChoice = 2

class Analysis extends EmbeddedActionsParser {
  /** What Chevrotain tells the parts of a rule apart by; the first are those of the choices. */
  private occurrence = lastChoice
  readonly tables: ChoiceTables

  constructor() {
    const kept = new KeptChoices({ maxLookahead: 1 })
    super([...byKind.values()], { maxLookahead: 1, lookaheadStrategy: kept, recoveryEnabled: false })
    new AgentFlowParser(this.recorder())
    this.performSelfAnalysis()
    this.tables = kept.tables
  }

  private recorder(): Recorder {
    const next = (): number => (this.occurrence = this.occurrence === 250 ? lastChoice + 1 : this.occurrence + 1)
    const or = (index: number, DEF: Alternatives<unknown>, IGNORE_AMBIGUITIES: boolean): never =>
      this.or(index, { IGNORE_AMBIGUITIES, DEF: DEF as [] }) as never
    return {
      rule: (name, rule) => this.named(name, rule),
      subrule: (rule, values) => this.subrule(next(), rule as unknown as Method, values === undefined ? {} : { ARGS: values }) as never,
      consume: (kind) => void this.consume(next(), byKind.get(kind)!),
      option: (part) => this.option(next(), part),
      many: (part) => this.many(next(), part),
      separated: (separator, DEF) => this.MANY_SEP({ SEP: byKind.get(separator)!, DEF }),
      // In a third choice a soft keyword begins an alternative and is a name in a later one.
      choice: (index, alternatives) => or(index, alternatives, index === lastChoice),
      words: (kinds) => void or(next(), kinds.map((kind) => ({ ALT: () => void this.consume(next(), byKind.get(kind)!) })), false),
      either: (alternatives) => or(next(), alternatives, true),
    }
  }

  /** Chevrotain finds a rule as a property of its name. */
  private named<T, Arguments extends unknown[]>(name: string, rule: Rule<T, Arguments>): Rule<T, Arguments> {
    return Object.assign(this, { [name]: this.RULE(name, rule) })[name] as unknown as Rule<T, Arguments>
  }
}

/** Throws, with every ambiguity, left recursion and unknown rule named, where there is one. */
export function analyse(): { readonly rules: Readonly<Record<string, RecordedRule>>; readonly tables: ChoiceTables } {
  const analysis = new Analysis()
  return { rules: analysis.getGAstProductions(), tables: analysis.tables }
}

/** The module choices.generated.ts. */
export function choicesModule(): string {
  const rows = Object.entries(analyse().tables).map(([rule, tables]) => {
    const lines = Array.from(tables, (table: Readonly<Record<string, number>> | undefined) => `    ${JSON.stringify(table ?? {})},\n`)
    return `  ${rule}: [\n${lines.join("")}  ],\n`
  })
  return `// Made by \`npm run generate\` from the parser's rules: the alternative that a token begins, for every choice of a rule.\n\nexport const choices: Readonly<Record<string, readonly Readonly<Record<string, number>>[]>> = {\n${rows.join("")}}\n`
}
