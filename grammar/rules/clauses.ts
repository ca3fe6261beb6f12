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
    return clauseWordSet.has(this.peek().kind)
  }

  /** Among statements a word of a clause may be a name as well. */
  protected atCallClause(): boolean {
    return callClauseWords.has(this.peek().kind) && !this.atPlainName()
  }

  protected atRunClause(): boolean {
    return runClauseWords.has(this.peek().kind) && !this.atPlainName()
  }

  protected unknownWord(known: readonly string[], what: string): void {
    if (!this.atName()) return this.unexpected(what)
    const token = this.peek()
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
        clauses.push(this.sub(this.clause))
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
        clauses.push(this.sub(this.clause))
        this.accept(",")
        if (this.hasFailed) this.skipLine()
      }),
    )
  }

  readonly clause: Rule<Clause> = this.rule("clause", () => this.one<Clause>((this.clauses ??= [
    { ALT: () => this.sub(this.retry) },
    { ALT: () => this.sub(this.timeout) },
    { ALT: () => this.sub(this.deadline) },
    { ALT: () => this.sub(this.circuit) },
    { ALT: () => this.sub(this.limit) },
    { ALT: () => this.sub(this.cache) },
    { ALT: () => this.sub(this.budget) },
    { ALT: () => this.sub(this.fallback) },
    { ALT: () => this.sub(this.compensate) },
    { ALT: () => this.sub(this.manual) },
    { ALT: () => this.sub(this.use) },
    { ALT: () => this.sub(this.stepsUse) },
    { ALT: () => this.sub(this.effect) },
    { ALT: () => this.sub(this.irreversible) },
    { ALT: () => this.sub(this.idempotent) },
    { ALT: () => this.sub(this.acceptRule) },
    { ALT: () => this.sub(this.header) },
    { ALT: () => this.sub(this.body) },
    { ALT: () => this.sub(this.fails) },
    { ALT: () => this.sub(this.require) },
    { ALT: () => this.sub(this.approve) },
    { ALT: () => this.sub(this.model) },
    { ALT: () => this.sub(this.textClause) },
    { ALT: () => this.sub(this.history) },
    { ALT: () => this.sub(this.tools) },
    { ALT: () => this.sub(this.handoffs) },
    { ALT: () => this.sub(this.memory) },
    { ALT: () => this.sub(this.announce) },
    { ALT: () => this.sub(this.trigger) },
    { ALT: () => this.sub(this.deadLetter) },
    { ALT: () => this.sub(this.concurrency) },
    { ALT: () => this.sub(this.price) },
    { ALT: () => this.sub(this.size) },
  ])))
  private clauses?: { ALT: () => Clause }[]
}
