// Lists that other languages make out of others, in one expression.

import { span } from "../../base/text/span.ts"
import type { Expression, MissingExpression, Node } from "../syntax/nodes.ts"
import { walk } from "../syntax/walk.ts"
import { CollectionRules } from "./collections.ts"
import type { Rule } from "./recorder.ts"

export abstract class BorrowedCollections extends CollectionRules {
  abstract readonly operation: Rule<Expression>

  /** Behind the one item of a list: `[f(x) for x in list if c]` of Python. */
  protected override atComprehension(): boolean {
    return this.at("for") && this.atName(2) && (this.at("in", 3) || (this.at(",", 3) && this.atName(4) && this.at("in", 5)))
  }

  protected override comprehension(start: number, item: Expression): Expression {
    const first = this.token
    this.consume()
    const { start: named } = this.token
    while (!this.at("in")) this.consume()
    const variable = this.tokens.source.text.slice(named, this.lastEnd)
    this.consume()
    const list = this.operation()
    const condition = this.at("if") ? (this.consume(), this.operation()) : undefined
    const end = this.at("]") ? this.token.end : this.lastEnd
    const write = this.written(variable, item, list, condition)
    this.borrowed({
      where: span(first.start, end), text: `[x for ${variable} in …]`,
      hint: hasCall(item) ? "a `for` gives the list of its last values: `for x in list { f(x) }`." : "write `list.map(x => …)`, and `list.filter(x => …)` for its `if`.",
      title: `Write \`${write}\``, edits: [{ span: span(start, end), text: write }], applicability: "maybe",
    })
    if (this.at("]")) this.consume()
    else this.fail()
    return { ...this.node<MissingExpression>(start, { kind: "missing" }), recovered: true }
  }

  private written(variable: string, item: Expression, list: Expression, condition: Expression | undefined): string {
    const of = ({ span: { start, end } }: Node): string => this.tokens.source.text.slice(start, end)
    const whole = /^(?:name|member|index|call|list|parenthesis)/.test(list.kind) ? of(list) : `(${of(list)})`
    const kept = condition === undefined ? whole : `${whole}.filter(${variable} => ${of(condition)})`
    if (hasCall(item)) return `for ${variable} in ${kept} { ${of(item)} }`
    return of(item) === variable ? kept : `${kept}.map(${variable} => ${of(item)})`
  }
}

/** Whether it may be a step, which no lambda can call. */
function hasCall(item: Expression): boolean {
  let found = false
  walk(item, (node) => { found ||= node.kind === "call" && node.callee.kind === "nameExpression" })
  return found
}
