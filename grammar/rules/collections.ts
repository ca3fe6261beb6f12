// List and record literals.

import type { Rule } from "./recorder.ts"
import type { Expression, ListExpression, Name, RecordEntry, RecordExpression, SpreadElement } from "../syntax/nodes.ts"
import { LiteralRules } from "./literals.ts"

export abstract class CollectionRules extends LiteralRules {
  abstract readonly key: Rule<Name, [string?]>
  protected abstract atExpression(): boolean
  protected abstract atComprehension(): boolean
  protected abstract comprehension(start: number, item: Expression): Expression

  readonly list: Rule<Expression> = this.rule("list", (): Expression => {
    const start = this.token.start
    const opener = this.token
    const items: (Expression | SpreadElement)[] = []
    this.need("[")
    this.commas("]", () => this.at("...") || this.atExpression(), () =>
      this.either(
        () => this.at("..."),
        () => items.push(this.spread()),
        () => items.push(this.expression()),
      ),
    )
    const [item, ...more] = items
    if (!this.isRecorded && item !== undefined && item.kind !== "spread" && more.length === 0 && this.atComprehension()) return this.comprehension(start, item)
    this.close("]", opener)
    return this.node<ListExpression>(start, { kind: "list", items })
  })

  readonly spread: Rule<SpreadElement> = this.rule("spread", () => {
    const start = this.token.start
    this.need("...")
    const value = this.expression()
    return this.node<SpreadElement>(start, { kind: "spread", value })
  })

  readonly record: Rule<RecordExpression> = this.rule("record", () => {
    const start = this.token.start
    const opener = this.token
    const entries: (RecordEntry | SpreadElement)[] = []
    this.need("{")
    this.some(() => this.atEntry(), () => {
      this.either(
        () => this.at("..."),
        () => entries.push(this.spread()),
        () => entries.push(this.entry()),
      )
      this.accept(",")
    })
    this.close("}", opener)
    return this.node<RecordExpression>(start, { kind: "record", entries })
  })

  /** Where a block could stand as well: whether the brace opens a record. */
  protected atRecord(): boolean {
    if (this.at("}", 2) || this.at("...", 2) || this.at("StringStart", 2)) return true
    const { kind, startsLine } = this.peek(3)
    return kind === ":" || kind === "," || kind === "}" || (this.atName(2) && startsLine)
  }

  private atEntry(): boolean {
    if (this.hasFailed && this.token.startsLine && !this.at(":", 2)) return false
    if (this.at("...") || this.at("StringStart") || this.at("RawString")) return true
    return this.atName() || (this.atWord() && this.at(":", 2))
  }

  readonly entry: Rule<RecordEntry> = this.rule("entry", () => {
    const start = this.token.start
    const key = this.key()
    const value = this.maybe(":", () => {
      this.need(":")
      return this.expression()
    })
    return this.sparse<RecordEntry>(start, { kind: "entry", key, value })
  })
}
