// Clauses: where they may stand, and the choice among their kinds.

import { span, type Span } from "../../base/text/span.ts"
import { foreignClauses, type ForeignWord } from "../borrowed.ts"
import type { Rule } from "./recorder.ts"
import type { Clause } from "../syntax/nodes.ts"
import { keywords, keywordsOf } from "../tokens.ts"
import { nearest } from "../../base/diagnostics/suggest.ts"
import { CallableClauseRules } from "./callable-clauses.ts"

/** What may stand after a call and on a `within`. */
export const callClauseWords: ReadonlySet<string> = new Set([
  "retry", "timeout", "deadline", "circuit", "limit", "cache", "budget", "fallback", "compensate", "manual", "use", "accept",
])
/** What may stand at the top of a workflow's body. */
const runClauseWords: ReadonlySet<string> = new Set([...callClauseWords, "on", "dead", "concurrency", "steps"])
export const clauseWords: readonly string[] = keywordsOf("clause")
const clauseWordSet: ReadonlySet<string> = new Set(clauseWords)

export abstract class ClauseRules extends CallableClauseRules {
  /** In the body of a tool, an agent, a human, a model or a policy there are only clauses. */
  protected atClause(): boolean {
    return clauseWordSet.has(this.token.kind)
  }

  /** Among statements a word of a clause may be a name as well. */
  protected atCallClause(): boolean {
    return callClauseWords.has(this.token.kind) && !this.atPlainName()
  }

  protected atRunClause(): boolean {
    return runClauseWords.has(this.token.kind) && !this.atPlainName()
  }

  protected unknownWord(known: readonly string[], what: string, foreignWords: ReadonlyMap<string, ForeignWord> = new Map()): void {
    const token = this.token
    const word = this.text(token)
    const foreign = foreignWords.get(word)
    const where = { start: token.start, end: token.end }
    if (foreign !== undefined) this.foreignWord(where, word, foreign)
    else if (!this.atName()) return this.unexpected(what)
    else {
      // A word that only links others is spelt as it is meant.
      const near = token.kind === "Identifier" || keywords.get(token.kind)?.roles.some((role) => role !== "link") === true ? nearest(word, known) : undefined
      const fixes = near === undefined ? [] : [{
        title: `Write \`${near}\``, path: this.tokens.source.path, edits: [{ span: where, text: near }], applicability: "machine" as const,
      }]
      this.report("AF1009", where, { word, hint: near === undefined ? `expected ${what}.` : `did you mean \`${near}\`?` }, { fixes })
    }
    this.fail()
  }

  private foreignWord(where: Span, text: string, { hint, write }: ForeignWord): void {
    if (write === undefined) return this.borrowed({ where, text, hint })
    const edit = write === "" ? { span: { start: where.start, end: this.peek(2).start }, text: "" } : { span: where, text: write }
    const title = write === "" ? "Remove it" : `Write \`${write}\``
    this.borrowed({ where, text, hint, title, edits: [edit], applicability: "maybe" })
  }

  /** `model: fast` and `model = fast`. */
  private readColon(): void {
    if (this.isRecorded) return
    const last = this.at("dead") && this.at("letter", 2) ? 2 : 1
    const [word, sign] = [this.peek(last), this.peek(last + 1)]
    if ((sign.kind !== ":" && sign.kind !== "=") || sign.startsLine) return
    this.borrowed({
      where: span(sign.start, sign.end), text: `${word.kind}${sign.kind}`, hint: `write \`${last === 1 ? word.kind : "dead letter"} …\`.`,
      title: `Remove the \`${sign.kind}\``, edits: [{ span: span(word.end, sign.end), text: "" }],
    })
    this.drop(last + 1)
  }

  /** `{ clauses }` */
  readonly clauseBody: Rule<readonly Clause[]> = this.rule("clauseBody", () => {
    const clauses: Clause[] = []
    this.braced({
      begins: () => this.atClause(),
      expected: () => this.unknownWord(clauseWords, "a clause or `}`", foreignClauses),
      item: () => {
        clauses.push(this.clause())
        this.accept(",")
      },
    })
    return clauses
  })

  /** The clauses after a call; each is repaired on its own line. */
  readonly callClauses: Rule<readonly Clause[]> = this.rule("callClauses", () => {
    const clauses: Clause[] = []
    this.clausesInto(clauses, () => this.atCallClause())
    return clauses
  })

  protected clausesInto(clauses: Clause[], when: () => boolean): void {
    this.some(when, () =>
      this.unit(() => {
        clauses.push(this.clause())
        this.accept(",")
        if (this.hasFailed) this.skipLine()
      }),
    )
  }

  readonly clause: Rule<Clause> = this.rule("clause", () => {
    this.readColon()
    return this.one<Clause>((this.clauses ??= [
      { ALT: () => this.retry() },
      { ALT: () => this.timeout() },
      { ALT: () => this.deadline() },
      { ALT: () => this.circuit() },
      { ALT: () => this.limit() },
      { ALT: () => this.cache() },
      { ALT: () => this.budget() },
      { ALT: () => this.fallback() },
      { ALT: () => this.compensate() },
      { ALT: () => this.manual() },
      { ALT: () => this.use() },
      { ALT: () => this.stepsUse() },
      { ALT: () => this.effect() },
      { ALT: () => this.irreversible() },
      { ALT: () => this.idempotent() },
      { ALT: () => this.acceptRule() },
      { ALT: () => this.header() },
      { ALT: () => this.body() },
      { ALT: () => this.fails() },
      { ALT: () => this.require() },
      { ALT: () => this.approve() },
      { ALT: () => this.model() },
      { ALT: () => this.textClause() },
      { ALT: () => this.history() },
      { ALT: () => this.tools() },
      { ALT: () => this.handoffs() },
      { ALT: () => this.memory() },
      { ALT: () => this.announce() },
      { ALT: () => this.trigger() },
      { ALT: () => this.deadLetter() },
      { ALT: () => this.concurrency() },
      { ALT: () => this.price() },
      { ALT: () => this.size() },
    ]))
  })
  private clauses?: { ALT: () => Clause }[]
}
