// What other languages write in statements with blocks: read as what is meant, and said once.

import { span } from "../../base/text/span.ts"
import type { Rule } from "./recorder.ts"
import type { Block, ForStatement } from "../syntax/nodes.ts"
import { ClauseRules } from "./clauses.ts"

export const patternStarts: ReadonlySet<string> = new Set([
  "else", "nothing", "true", "false", "Number", "Money", "Duration", "-", "StringStart", "BlockStart", "RawString",
])

/** What other languages call an error of any kind. */
const anyError = /^(?:Exception|BaseException|Error|Throwable|StandardError)$/

/** What a clause on a block begins with in its own statement. */
const blockClauses: ReadonlySet<string> = new Set(["retry", "timeout", "deadline", "budget", "limit", "circuit"])

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
    if (this.isRecorded || !(this.at("Identifier") || this.at("when"))) return
    const [token, word] = [this.token, this.spelt()]
    if (this.isRest(1)) {
      this.borrowedToken(token, "else")
      this.readAs("else")
    } else if ((word === "case" || word === "when") && this.sameLine(2) && (patternStarts.has(this.peek(2).kind) || (this.atName(2) && (this.at(".", 3) || this.isRest(2))))) {
      this.borrowedSurplus(token, "an arm begins with its pattern, as in `1 => …`.")
      this.drop()
      this.readPattern()
    }
  }

  private isRest(ahead: number): boolean {
    const word = this.spelt(ahead)
    return /^(?:_|default|otherwise)$/.test(word) && (this.at("=>", ahead + 1) || this.at(":", ahead + 1)) && !this.isTypeName(word)
  }

  protected isTypeName(word: string): boolean {
    return new RegExp(`\\b(?:type|enum|error|event|as|import)\\s+\\{?\\s*${word}\\b`).test(this.tokens.source.text)
  }

  /** `case 1:` */
  protected readArmColon(): void {
    if (this.isRecorded || !this.at(":") || this.token.startsLine) return
    const { start, end } = this.token
    if (this.peek(2).startsLine && this.readColonBody(" =>")) return
    this.borrowed({ where: span(start, end), text: ":", hint: "write `=>`.", title: "Write `=>`", edits: [{ span: span(start, end), text: " =>" }] })
    this.readAs("=>")
  }

  /** `for (const x of xs)`; whether it is the loop with a counter instead. */
  protected readBorrowedFor(start: number): boolean {
    const inParentheses = this.at("(")
    const first = inParentheses ? 2 : 1
    const isDeclared = ["const", "let", "var"].includes(this.spelt(first)) && this.atName(first + 1)
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

  /** `catch (e)`, `catch (e: Error)`, `catch Exception as e` and `catch OutOfStock e`. */
  protected readCaught(): void {
    if (this.isRecorded) return
    if (this.at("(") && this.atName(2)) this.readCaughtParentheses()
    const kind = this.token
    if (!kind.isName || !this.sameLine(2)) return
    const isAny = anyError.test(this.text(kind)) && !this.isTypeName(this.text(kind))
    if (this.at("as", 2) && isAny && this.atName(3)) {
      const name = this.peek(3)
      const where = span(kind.start, this.peek(2).end)
      const hint = `write \`catch ${this.text(name)}\`: a name alone takes any error.`
      this.borrowed({ where, text: this.text(kind), hint, title: "Remove it", edits: [{ span: span(kind.start, name.start), text: "" }] })
      this.drop(2)
      this.drop()
    } else if (this.at("as", 2)) return
    else if (this.atName(2) && isAny) {
      this.borrowedSurplus(kind, `write \`catch ${this.spelt(2)}\`: a name alone takes any error.`)
      this.drop()
    } else if (this.atName(2) && (this.at("{", 3) || this.at(":", 3))) {
      const at = span(kind.end, kind.end)
      const hint = `write \`catch ${this.text(kind)} as ${this.spelt(2)}\`.`
      this.borrowed({ where: this.peek(2), text: `catch ${this.text(kind)} ${this.spelt(2)}`, hint, title: "Write `as`", edits: [{ span: at, text: " as" }] })
      this.readIn("as", 2)
    }
  }

  private readCaughtParentheses(): void {
    const closer = this.closerOf(1)
    if (closer < 3) return
    // In Java the kind stands before the name.
    const at = closer === 4 && this.atName(3) ? 3 : 2
    const [opener, name, end] = [this.token, this.peek(at), this.peek(closer)]
    this.borrowed({
      where: span(opener.start, end.end), text: "catch (…)", hint: `write \`catch ${this.text(name)}\`.`, title: "Remove the parentheses",
      edits: [{ span: span(opener.start, name.start), text: "" }, { span: span(name.end, end.end), text: "" }],
    })
    for (let ahead = closer; ahead > 0; ahead--) if (ahead !== at) this.drop(ahead)
  }

  /** `repeat 3 times {` and `repeat 3 {` */
  protected readRepeat(): void {
    const [word, number] = [this.token, this.peek(2)]
    if (this.isRecorded || number.kind !== "Number" || number.startsLine) return
    const hasTimes = this.at("times", 3)
    const edits = [{ span: span(word.end, word.end), text: " up to" }]
    if (!hasTimes) edits.push({ span: span(number.end, number.end), text: " times" })
    const write = `repeat up to ${this.text(number)} times`
    this.borrowed({ where: span(word.start, number.end), text: `repeat ${this.text(number)}`, hint: `write \`${write} { … }\`.`, title: `Write \`${write}\``, edits })
    if (!hasTimes) this.readIn("times", 3)
    this.readIn("to", 2)
    this.readIn("up", 2)
  }

  /** `retry 3 times {` */
  protected atClauseOnBlock(): boolean {
    if (!blockClauses.has(this.token.kind) || this.isRecorded || this.peek(2).kind === "{" || this.atPlainName()) return false
    for (let ahead = 2; ; ahead++) {
      const { kind, startsLine } = this.peek(ahead)
      if (kind === "{") return true
      if (startsLine || kind === "EOF" || kind === "}" || kind === "fallback" || kind === "return" || kind === "(") return false
    }
  }
}
