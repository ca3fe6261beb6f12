// What other languages write in statements with blocks: read as what is meant, and said once.

import { span } from "../../base/text/span.ts"
import type { Rule } from "./recorder.ts"
import type { Block, ForStatement } from "../syntax/nodes.ts"
import { ClauseRules } from "./clauses.ts"

export const patternStarts: ReadonlySet<string> = new Set([
  "else", "nothing", "true", "false", "Number", "Money", "Duration", "-", "StringStart", "BlockStart", "RawString",
])

export abstract class BorrowedForms extends ClauseRules {
  abstract readonly block: Rule<Block>

  /** `elif` and its like, in one word. */
  protected readElseIf(): void {
    if (this.isRecorded || !this.at("Identifier") || !/^els?e?_?if$/i.test(this.spelt()) || this.isCalledOrGiven(2)) return
    this.borrowedToken(this.token, "else if")
    this.split("else", "if")
  }

  /** `_ =>`, `default =>` and `case 1 =>`. */
  protected readPattern(): void {
    if (this.isRecorded || !this.at("Identifier")) return
    const [token, word] = [this.token, this.spelt()]
    if ((word === "_" || word === "default") && (this.at("=>", 2) || this.at(":", 2)) && !this.isTypeName(word)) {
      this.borrowedToken(token, "else")
      this.readAs("else")
    } else if (word === "case" && this.sameLine(2) && (patternStarts.has(this.peek(2).kind) || (this.atName(2) && this.at(".", 3)))) {
      this.borrowedSurplus(token, "an arm begins with its pattern, as in `1 => …`.")
      this.drop()
    }
  }

  protected isTypeName(word: string): boolean {
    return new RegExp(`\\b(?:type|enum|error|event|as|import)\\s+\\{?\\s*${word}\\b`).test(this.tokens.source.text)
  }

  /** `case 1:` */
  protected readArmColon(): void {
    if (this.isRecorded || !this.at(":") || this.token.startsLine) return
    const { start, end } = this.token
    this.borrowed({ where: span(start, end), text: ":", hint: "write `=>`.", title: "Write `=>`", edits: [{ span: span(start, end), text: " =>" }] })
    this.readAs("=>")
  }

  /** `for (const x of xs)`; whether it is the loop with a counter instead. */
  protected readBorrowedFor(start: number): boolean {
    const inParentheses = this.at("(")
    const first = inParentheses ? 2 : 1
    const isDeclared = /^(?:const|let|var)$/.test(this.spelt(first)) && this.atName(first + 1)
    const name = isDeclared ? first + 1 : first
    const link = this.peek(name + 1)
    const isOf = link.kind === "Identifier" && this.text(link) === "of" && !link.startsLine
    if (!this.atName(name)) return false
    if (isDeclared && link.kind === "=") return this.counted(start, name, inParentheses)
    if (!isOf && !(link.kind === "in" && (inParentheses || isDeclared))) return false
    const closer = inParentheses ? this.closerOf(1) : 0
    const edits = [{ span: span(this.token.start, this.peek(name).start), text: "" }]
    if (isOf) edits.push({ span: span(link.start, link.end), text: "in" })
    if (closer > 0) edits.push({ span: span(this.peek(closer).start, this.peek(closer).end), text: "" })
    const text = this.tokens.source.text.slice(start, link.end)
    this.borrowed({
      where: span(start, link.end), text, hint: `write \`for ${this.spelt(name)} in …\`.`, title: `Write \`for ${this.spelt(name)} in …\``,
      edits: edits.filter(({ span: at, text: write }) => at.start < at.end || write !== ""),
    })
    if (isOf) this.readAs("in", name + 1)
    if (closer > 0) this.drop(closer)
    for (let surplus = name - 1; surplus > 0; surplus--) this.drop()
    return false
  }

  protected counted(start: number, name: number, inParentheses: boolean): boolean {
    const closer = inParentheses ? this.closerOf(1) : 0
    this.borrowed({
      where: span(start, this.peek(closer > 0 ? closer : name).end), text: "for (…; …; …)",
      hint: "a loop goes over a list, `for x, index in list`; a number of rounds is `repeat up to 3 times`.",
    })
    for (let ahead = 1; ahead < name; ahead++) this.consume()
    return true
  }

  protected loopWithoutList(start: number): ForStatement {
    const variable = this.name()
    const items = this.missing("a list")
    while (!this.at("{") && this.sameLine() && !this.atEnd()) this.consume()
    const body = this.block()
    return this.node<ForStatement>(start, { kind: "for", variable, items, failures: "stop", body })
  }

  protected readExcept(): void {
    if (this.isRecorded || !this.at("Identifier") || !/^(?:except|rescue)$/.test(this.spelt()) || this.isCalledOrGiven(2)) return
    this.borrowedToken(this.token, "catch")
    this.readAs("catch")
  }

  /** `catch (e)`, or `catch (e: Error)`. */
  protected readCaught(): void {
    if (this.isRecorded || !this.at("(") || !this.atName(2)) return
    const closer = this.closerOf(1)
    if (closer < 3) return
    const [opener, name, end] = [this.token, this.peek(2), this.peek(closer)]
    this.borrowed({
      where: span(opener.start, end.end), text: "catch (…)", hint: `write \`catch ${this.text(name)}\`.`, title: "Remove the parentheses",
      edits: [{ span: span(opener.start, name.start), text: "" }, { span: span(name.end, end.end), text: "" }],
    })
    for (let ahead = closer; ahead > 2; ahead--) this.drop(ahead)
    this.drop()
  }
}
