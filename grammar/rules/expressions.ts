// Expressions: one flat rule for all operators, whose tree is built by precedence afterwards.

import { chainMax } from "../recovery.ts"
import type { Rule } from "./recorder.ts"
import type {
  Argument, BinaryExpression, BinaryOperator, CallExpression, ConditionalExpression, Expression, IndexExpression,
  LambdaExpression, MemberExpression, Name, NameExpression, NothingExpression, ParenthesisExpression, UnaryExpression,
} from "../syntax/nodes.ts"
import { keywords, keywordsOf } from "../tokens.ts"
import { BorrowedExpressions, literalStarts } from "./borrowed-expressions.ts"

const binaryOperators: Readonly<Record<string, BinaryOperator>> = {
  "||": "or", or: "or", "&&": "and", and: "and", "??": "??",
  "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
  "+": "+", "-": "-", "*": "*", "/": "/", "%": "%",
}

const binaryKinds: ReadonlySet<string> = new Set(Object.keys(binaryOperators))

const precedence: Readonly<Record<BinaryOperator, number>> = {
  or: 1, and: 2, "??": 4, "==": 5, "!=": 5, "<": 6, "<=": 6, ">": 6, ">=": 6, "+": 7, "-": 7, "*": 8, "/": 8, "%": 8,
}
/** `not` reads like English: `not a == b` is `not (a == b)`. */
const prefixPrecedence = { not: 3, "-": 9 } as const

const prefixes: ReadonlySet<string> = new Set(["-", "not", "!"])
const operandStarts = new Set(["Number", "Money", "Duration", "StringStart", "BlockStart", "RawString"])
const statementWords = new Set(keywordsOf("statement"))

const nothingYet = undefined as unknown as Expression

type Prefix = { readonly operator: "not" | "-"; readonly start: number }
type Operator = Prefix | BinaryOperator

export abstract class ExpressionRules extends BorrowedExpressions {
  /** Whether a word of a clause or a statement stands here as a plain name: called, assigned, or with a member. */
  protected atPlainName(): boolean {
    const next = this.peek(2)
    const kind = next.kind
    if ((kind === "(" && next.glued) || kind === "=" || kind === "." || kind === "?.") return true
    // `limit += 1` and `limit++` of other languages.
    if (kind !== "+" && kind !== "-" && kind !== "*" && kind !== "/") return false
    const sign = this.peek(3)
    return sign.glued && (sign.kind === "=" || (sign.kind === kind && kind !== "*" && kind !== "/"))
  }

  protected atExpression(): boolean {
    const token = this.token
    if (literalStarts.has(token.kind)) return true
    if (!this.atName()) return false
    return !token.startsLine || (!this.at("=", 2) && !this.startsSomething())
  }

  /** Whether the word that starts this line begins a declaration, a clause or a statement rather than a name. */
  private startsSomething(): boolean {
    const { kind } = this.token
    if (kind === "Identifier" || this.atPlainName()) return false
    if (statementWords.has(kind)) return true
    if (keywords.get(kind)?.roles.some((role) => role !== "link") !== true) return false
    const next = this.peek(2)
    if (next.startsLine) return false
    return next.kind === "Identifier" || next.kind === "never" || operandStarts.has(next.kind) || this.atDeclaration()
  }

  readonly name: Rule<Name, [string?]> = this.rule("name", (expected?: string) => {
    if (!this.isRecorded && (!this.atName() || (this.token.startsLine && this.startsSomething()))) {
      return this.missingName(expected ?? "a name")
    }
    const start = this.token.start
    const token = this.token
    this.need("Name")
    return this.node<Name>(start, { kind: "name", text: this.text(token) })
  })

  /** A name where any word may stand: a member, a field, a key. */
  readonly word: Rule<Name, [string?]> = this.rule("word", (expected?: string) => {
    if (!this.isRecorded && !this.atWord()) return this.missingName(expected ?? "a name")
    const start = this.token.start
    const token = this.token
    this.need("Word")
    return this.node<Name>(start, { kind: "name", text: this.text(token) })
  })

  /** The word behind a dot; on the next line a keyword begins something else. */
  protected member(expected: string): Name {
    if (this.isRecorded || this.sameLine() || this.at("Identifier")) return this.word(expected)
    return this.missingName(expected)
  }

  /** A field's or a record entry's name, in quotes where it is no word. */
  readonly key: Rule<Name, [string?]> = this.rule("key", (expected?: string) =>
    this.either(
      () => !this.at("StringStart") && !this.at("RawString"),
      () => this.word(expected),
      () => {
        const start = this.token.start
        const text = this.template()
        const [part] = this.isRecorded ? [] : text.parts
        return this.node<Name>(start, { kind: "name", text: part?.kind === "templateText" ? part.value : "" })
      },
    ),
  )

  readonly names: Rule<readonly Name[]> = this.rule("names", () => {
    const names: Name[] = []
    names.push(this.name())
    this.some(() => this.at(","), () => {
      this.need(",")
      names.push(this.name())
    })
    return names
  })

  readonly expression: Rule<Expression, [string?]> = this.rule("expression", (expected = "an expression"): Expression => {
    if (!this.isRecorded && !this.atExpression()) return this.missing(expected)
    if (!this.enter()) return this.missing(expected)
    this.dropParameterTypes()
    this.readLambdaWord()
    const found = this.either<Expression, Expression>(this.atLambda, this.lambdaPart, this.conditionalPart)
    this.leave()
    return found
  })

  // Made once: an expression is what is parsed most, and new closures for each are the larger part of its cost.
  private readonly lambdaPart = (): Expression => this.lambda()
  private readonly conditionalPart = (): Expression => this.conditional()

  private readonly atLambda = (): boolean => {
    if (this.atName()) return this.at("=>", 2)
    if (!this.at("(")) return false
    let ahead = 2
    while (this.atName(ahead) && this.at(",", ahead + 1)) ahead += 2
    if (this.atName(ahead)) ahead++
    return this.at(")", ahead) && this.at("=>", ahead + 1)
  }

  /** An optional word and the expression behind it. */
  protected following(word: string, expected: string): Expression | undefined {
    return this.maybe(word, () => {
      this.need(word)
      return this.expression(expected)
    })
  }

  readonly lambda: Rule<LambdaExpression> = this.rule("lambda", () => {
    const start = this.token.start
    const opener = this.token
    let parameters: readonly Name[] = []
    this.either(
      () => !this.at("("),
      () => (parameters = [this.name()]),
      () => {
        this.need("(")
        parameters = this.maybe(() => this.atName(), () => this.names()) ?? []
        this.close(")", opener)
      },
    )
    this.need("=>")
    const block = this.borrowedBody()
    const body = this.atLambdaBlock() ? this.lambdaBlock() : this.expression()
    if (block !== undefined) this.close("}", block)
    return this.node<LambdaExpression>(start, { kind: "lambda", parameters, body })
  })

  private conditional(): Expression {
    const start = this.token.start
    const condition = this.operation()
    if (this.atTrailingIf(true)) return this.trailingIf(start, condition)
    return (
      this.maybe("?", (): Expression => {
        this.need("?")
        const then = this.expression()
        this.need(":")
        const otherwise = this.expression()
        return this.node<ConditionalExpression>(start, { kind: "conditional", condition, then, otherwise })
      }) ?? condition
    )
  }

  /** A minus that is glued to its operand on a new line begins something else. */
  private readonly atBinaryOperator = (): boolean => {
    this.readBorrowedOperator()
    const { kind, startsLine } = this.token
    if (!binaryKinds.has(kind)) return false
    const isStep = kind === "+" && this.at("+", 2)
    return !((kind === "-" || isStep) && startsLine && this.peek(2).glued)
  }

  readonly operation: Rule<Expression> = this.rule("operation", () => {
    const operands: Expression[] = []
    const operators: Operator[] = []
    let length = 0
    if (this.isRecorded || prefixes.has(this.token.kind)) this.operandInto(operands, operators)
    else {
      const only = this.operand()
      if (!this.atBinaryOperator()) return only
      operands.push(only)
    }
    this.some(this.atBinaryOperator, () => {
      const operator = binaryOperators[this.token.kind]!
      this.binaryOperator()
      if (this.isRecorded) return this.operandInto(operands, operators)
      this.reduce(operands, operators, precedence[operator])
      operators.push(operator)
      this.operandInto(operands, operators)
      if (++length > chainMax) this.tooDeep(chainMax)
    })
    this.reduce(operands, operators, 0)
    return operands[0]!
  })

  readonly binaryOperator: Rule<void> = this.rule("binaryOperator", () => {
    this.oneOf(...binaryKinds)
  })

  readonly prefixOperator: Rule<void> = this.rule("prefixOperator", () => {
    this.one([{ ALT: () => this.need("-") }, { ALT: () => this.need("not") }, { ALT: () => this.need("!") }])
  })

  private operandInto(operands: Expression[], operators: Operator[]): void {
    if (this.isRecorded || prefixes.has(this.token.kind)) this.prefixesInto(operators)
    operands.push(this.operand())
  }

  private prefixesInto(operators: Operator[]): void {
    let count = 0
    this.some(() => this.at("-") || this.at("not") || this.at("!"), () => {
      operators.push({ operator: this.at("-") ? "-" : "not", start: this.token.start })
      this.prefixOperator()
      if (++count > chainMax && !this.isRecorded) {
        operators.pop()
        this.tooDeep(chainMax)
      }
    })
  }

  /** Builds what binds at least as tightly as the operator that follows. */
  private reduce(operands: Expression[], operators: Operator[], least: number): void {
    if (this.isRecorded) return
    for (let operator = operators.at(-1); operator !== undefined; operator = operators.at(-1)) {
      if (typeof operator === "string") {
        if (precedence[operator] < least) return
        const right = operands.pop()!
        const left = operands.pop()!
        operands.push(this.node<BinaryExpression>(left.span.start, { kind: "binary", operator, left, right }))
      } else {
        if (prefixPrecedence[operator.operator] < least) return
        const operand = operands.pop()!
        const { start, operator: sign } = operator
        operands.push(this.node<UnaryExpression>(start, { kind: "unary", operator: sign, operand }))
      }
      operators.pop()
    }
  }

  readonly operand: Rule<Expression> = this.rule("operand", () => {
    if (!this.isRecorded && !this.atExpression()) return this.missing("an expression")
    const isFormatted = !this.isRecorded && this.skipBorrowedPrefix()
    const start = this.token.start
    let operand = this.one<Expression>((this.primaries ??= [
      { ALT: () => this.list() },
      { ALT: () => this.record() },
      { ALT: () => this.parenthesis() },
      { ALT: () => this.literalValue() },
      { ALT: () => this.literal("nothing", (start) => this.node<NothingExpression>(start, { kind: "nothing" })) },
      { ALT: () => this.nameExpression() },
    ]))
    // Its braces are read as text, and are said to be interpolations already.
    if (isFormatted) operand = { ...operand, recovered: true }
    let length = 0
    this.some(this.atPostfix, () => {
      operand = this.postfix(start, operand)
      if (++length > chainMax && !this.isRecorded) this.tooDeep(chainMax)
    })
    return operand
  })

  private primaries?: { ALT: () => Expression }[]

  readonly nameExpression: Rule<NameExpression> = this.rule("nameExpression", () => {
    const start = this.token.start
    const text = this.text(this.token)
    this.need("Name")
    const name = this.node<Name>(start, { kind: "name", text })
    return this.node<NameExpression>(start, { kind: "nameExpression", name })
  })

  /** Before `(` and `[` a newline ends the expression. */
  private readonly atPostfix = (): boolean => {
    const token = this.token
    const kind = token.kind
    return kind === "." || kind === "?." || ((kind === "(" || kind === "[") && !token.startsLine)
  }

  /** While the grammar is recorded there is no object. */
  readonly postfix: Rule<Expression, [number?, Expression?]> = this.rule("postfix", (start = 0, object = nothingYet) => {
    this.postfixOf = { start, object }
    return this.one<Expression>((this.postfixes ??= [
      {
        ALT: () => {
          const { start, object } = this.postfixOf
          this.need(".")
          this.readRange()
          const name = this.member("a member's name")
          return this.node<MemberExpression>(start, { kind: "member", object, optional: false, name })
        },
      },
      {
        ALT: () => {
          const { start, object } = this.postfixOf
          this.need("?.")
          if (!this.isRecorded && this.at("[")) return this.borrowedIndex(start, object)
          const name = this.member("a member's name")
          return this.node<MemberExpression>(start, { kind: "member", object, optional: true, name })
        },
      },
      {
        ALT: () => {
          const { start, object } = this.postfixOf
          const opener = this.token
          this.need("[")
          this.readSlice()
          const index = this.expression()
          this.close("]", opener)
          return this.node<IndexExpression>(start, { kind: "index", object, index })
        },
      },
      {
        ALT: () => {
          const { start, object } = this.postfixOf
          const values = this.arguments()
          return this.node<CallExpression>(start, { kind: "call", callee: object, arguments: values })
        },
      },
    ]))
  })

  private postfixes?: { ALT: () => Expression }[]
  /** What the postfix that is about to be read stands behind; another one is read inside of it. */
  private postfixOf = { start: 0, object: nothingYet }

  readonly arguments: Rule<readonly Argument[]> = this.rule("arguments", () => {
    const opener = this.token
    const values: Argument[] = []
    this.need("(")
    const begins = (): boolean => this.atExpression() || (this.atWord() && this.at(":", 2)) || this.atUnpacked()
    this.commas(")", begins, () => values.push(this.argument()))
    this.close(")", opener)
    return values
  })

  readonly argument: Rule<Argument> = this.rule("argument", () => {
    const start = this.token.start
    this.readNamedArgument()
    const name = this.maybe(() => this.atWord() && this.at(":", 2), () => {
      const word = this.word()
      this.need(":")
      return word
    })
    const value = this.expression()
    return this.sparse<Argument>(start, { kind: "argument", name, value })
  })

  readonly parenthesis: Rule<ParenthesisExpression> = this.rule("parenthesis", () => {
    const start = this.token.start
    const opener = this.token
    this.need("(")
    const expression = this.expression()
    this.close(")", opener)
    return this.node<ParenthesisExpression>(start, { kind: "parenthesis", expression })
  })
}
