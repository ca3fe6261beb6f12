// Literals: numbers, amounts, time spans, and texts with their interpolations.

import { dedent, durationMs, nanoDollars, numberProblem, numberValue, unescape } from "../literals.ts"
import { BorrowingParser } from "../borrowed.ts"
import type { Rule } from "./recorder.ts"
import type {
  BoolExpression, DurationExpression, Expression, MoneyExpression, NumberExpression, TemplateExpression, TemplateHole,
  TemplatePart, TemplateText,
} from "../syntax/nodes.ts"

export abstract class LiteralRules extends BorrowingParser {
  abstract readonly expression: Rule<Expression, [string?]>

  readonly literalValue: Rule<Expression> = this.rule("literalValue", () => {
    this.spanInWords()
    return this.one<Expression>((this.literals ??= [
      { ALT: () => this.template() },
      {
        ALT: () => this.literal("Number", (start, text) =>
          this.node<NumberExpression>(start, { kind: "number", value: numberValue(text), text })),
      },
      {
        ALT: () => this.literal("Money", (start, text) =>
          this.node<MoneyExpression>(start, { kind: "money", nanoDollars: nanoDollars(text), text })),
      },
      {
        ALT: () => this.literal("Duration", (start, text) =>
          this.node<DurationExpression>(start, { kind: "duration", ms: durationMs(text), text })),
      },
      { ALT: () => this.literal("true", (start) => this.node<BoolExpression>(start, { kind: "bool", value: true })) },
      { ALT: () => this.literal("false", (start) => this.node<BoolExpression>(start, { kind: "bool", value: false })) },
    ]))
  })
  private literals?: { ALT: () => Expression }[]

  /** `20 seconds` is read as `20s`. */
  private spanInWords(): void {
    const number = this.token
    if (this.isRecorded || number.kind !== "Number") return
    const unit = this.peek(2)
    if (unit.kind !== "Identifier" || unit.startsLine || this.isCalledOrGiven(3)) return
    const text = `${this.text(number)}${this.text(unit)}`
    const { replacement } = numberProblem(text)
    if (replacement === undefined || !/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(replacement)) return
    const where = { start: number.start, end: unit.end }
    const fix = { title: `Write \`${replacement}\``, path: this.tokens.source.path, edits: [{ span: where, text: replacement }], applicability: "machine" as const }
    this.report("AF1006", where, { text: `${this.text(number)} ${this.text(unit)}`, hint: `write \`${replacement}\`` }, { fixes: [fix] })
    this.drop(2)
    this.readAs("Duration", 1, unit.end)
  }

  protected literal(kind: string, make: (start: number, text: string) => Expression): Expression {
    const start = this.token.start
    const token = this.token
    this.need(kind)
    return make(start, this.isRecorded ? "" : this.text(token))
  }

  readonly template: Rule<TemplateExpression, [string?]> = this.rule("template", (expected = "a text in quotes") => {
    if (!this.isRecorded && !this.atTemplate()) {
      this.mismatch(expected)
      const at = this.lastEnd
      const empty = this.node<TemplateExpression>(at, { kind: "template", quote: "double", parts: [] })
      return { ...empty, recovered: true as const }
    }
    const start = this.token.start
    return this.one([
      {
        ALT: () => {
          const token = this.token
          this.need("RawString")
          const value = this.isRecorded ? "" : this.text(token).replace(/^'|'$/g, "")
          const parts = value === "" ? [] : [this.node<TemplateText>(start, { kind: "templateText", value })]
          return this.node<TemplateExpression>(start, { kind: "template", quote: "raw", parts })
        },
      },
      {
        ALT: () => {
          this.need("StringStart")
          const parts = this.finishTexts(this.templateParts(), "double")
          this.need("StringEnd")
          return this.node<TemplateExpression>(start, { kind: "template", quote: "double", parts })
        },
      },
      {
        ALT: () => {
          this.need("BlockStart")
          const parts = this.finishTexts(this.templateParts(), "block")
          this.need("BlockEnd")
          return this.node<TemplateExpression>(start, { kind: "template", quote: "block", parts })
        },
      },
    ])
  })

  protected atTemplate(): boolean {
    return this.at("StringStart") || this.at("BlockStart") || this.at("RawString")
  }

  readonly templateParts: Rule<readonly TemplatePart[]> = this.rule("templateParts", () => {
    const parts: TemplatePart[] = []
    this.some(() => this.at("Text") || this.at("HoleStart"), () =>
      this.either(
        () => this.at("Text"),
        () => {
          const start = this.token.start
          const token = this.token
          this.need("Text")
          parts.push(this.node<TemplateText>(start, { kind: "templateText", value: this.text(token) }))
        },
        () => parts.push(this.hole()),
      ),
    )
    return parts
  })

  readonly hole: Rule<TemplateHole> = this.rule("hole", () => {
    const start = this.token.start
    this.need("HoleStart")
    const expression = this.expression("an expression after `{` (a plain brace in a text is `\\{`)")
    this.skipToHoleEnd()
    this.need("HoleEnd")
    return this.node<TemplateHole>(start, { kind: "templateHole", expression })
  })

  /** The lexer pairs the ends of interpolations, so whatever else stands before one is the hole's own mistake. */
  private skipToHoleEnd(): void {
    if (this.isRecorded || this.at("HoleEnd")) return
    this.mismatch("`}`")
    for (let open = 0; !this.atEnd() && (open > 0 || !this.at("HoleEnd")); this.consume()) {
      if (this.at("HoleStart")) open++
      else if (this.at("HoleEnd")) open--
    }
  }

  /** The raw texts that the rules collected become values: a block loses its indentation, then escapes are resolved. */
  private finishTexts(parts: readonly TemplatePart[], quote: "double" | "block"): readonly TemplatePart[] {
    if (this.isRecorded) return parts
    if (quote === "double" && parts.every((part) => part.kind !== "templateText" || !part.value.includes("\\"))) return parts
    const raw = parts.map((part) => ({ text: part.kind === "templateText" ? part.value : undefined }))
    const texts = quote === "block" ? dedent(raw) : raw.map(({ text }) => text)
    return parts.flatMap((part, index): TemplatePart[] => {
      if (part.kind === "templateHole") return [part]
      const value = unescape(texts[index] ?? "")
      if (value === part.value) return [part]
      return value === "" ? [] : [Object.assign(part, { value })]
    })
  }
}
