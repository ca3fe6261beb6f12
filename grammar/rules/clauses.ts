// Clauses: where they may stand, and the choice among their kinds.

import type { Rule } from "./recorder.ts"
import type { Clause } from "../syntax/nodes.ts"
import { keywordsOf } from "../tokens.ts"
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
/** The words of other languages, and what they are called here, if they are needed at all. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ["const", "let"], ["throw", "fail"], ["raise", "fail"], ["switch", "match"], ["print", "log"], ["foreach", "for"], ["interface", "type"],
  ["function", "workflow"], ["def", "workflow"], ["await", ""], ["async", ""], ["export", ""],
])

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

  protected unknownWord(known: readonly string[], what: string): void {
    if (!this.atName()) return this.unexpected(what)
    const token = this.token
    const word = this.text(token)
    const foreign = foreignWords.get(word)
    const near = foreign ?? nearest(word, known)
    const where = { start: token.start, end: token.end }
    const fixes = near === undefined ? [] : [{
      title: near === "" ? "Remove it" : `Write \`${near}\``,
      path: this.tokens.source.path,
      edits: [near === "" ? { span: { start: where.start, end: this.peek(2).start }, text: "" } : { span: where, text: near }],
      applicability: foreign === undefined ? ("machine" as const) : ("maybe" as const),
    }]
    this.report("AF1009", where, { word, hint: near === undefined ? `expected ${what}.` : near === "" ? "it is not needed." : `did you mean \`${near}\`?` }, { fixes })
    this.fail()
  }

  /** `{ clauses }` */
  readonly clauseBody: Rule<readonly Clause[]> = this.rule("clauseBody", () => {
    const clauses: Clause[] = []
    this.braced({
      begins: () => this.atClause(),
      expected: () => this.unknownWord(clauseWords, "a clause or `}`"),
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

  readonly clause: Rule<Clause> = this.rule("clause", () => this.one<Clause>((this.clauses ??= [
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
  ])))
  private clauses?: { ALT: () => Clause }[]
}
