// Types: names, records, lists, maps, optionals, unions, literals, and the constraints behind them.

import type { Rule } from "./recorder.ts"
import type {
  ArrayTypeNode, Constraint, Expression, Field, LiteralTypeNode, MapTypeNode, Name, NamedTypeNode, OptionalTypeNode,
  RecordTypeNode, TypeNode, UnaryExpression, UnionTypeNode,
} from "../syntax/nodes.ts"
import { BorrowedTypes } from "./borrowed-types.ts"

const suffixesMax = 16
const literalTypes = new Set(["Number", "Money", "Duration", "true", "false", "-", "StringStart", "BlockStart", "RawString"])

export abstract class TypeRules extends BorrowedTypes {
  protected atType(): boolean {
    const kind = this.token.kind
    if (this.atDeclaration()) return false
    return kind === "{" || kind === "(" || kind === "nothing" || literalTypes.has(kind) || this.atName()
  }

  override readonly type: Rule<TypeNode, [string?]> = this.rule("type", (expected = "a type"): TypeNode => {
    if (!this.isRecorded && !this.atType() && !this.at("|")) return this.missingType(expected)
    return this.nested(
      () => {
        const start = this.token.start
        const members: TypeNode[] = []
        this.accept("|")
        members.push(this.typeSuffixes())
        this.some(() => this.at("|"), () => {
          this.need("|")
          members.push(this.typeSuffixes())
        })
        const only = members[0]
        return members.length === 1 ? only! : this.node<UnionTypeNode>(start, { kind: "unionType", members })
      },
      () => this.missingType(expected),
    )
  })

  protected override missingType(expected: string): NamedTypeNode {
    const name = this.missingName(expected)
    const node = this.node<NamedTypeNode>(name.span.start, { kind: "namedType", name, constraints: [] })
    return { ...node, recovered: true }
  }

  readonly typeSuffixes: Rule<TypeNode> = this.rule("typeSuffixes", (): TypeNode => {
    if (!this.isRecorded && !this.atType()) return this.missingType("a type")
    const start = this.token.start
    let found = this.typePrimary()
    let length = 0
    this.some(() => this.sameLine() && (this.at("[") || this.at("?")), () => {
      this.either(
        () => this.at("["),
        () => {
          const opener = this.token
          this.need("[")
          this.close("]", opener)
          const element = found
          const constraints = this.constraints()
          found = this.node<ArrayTypeNode>(start, { kind: "arrayType", element, constraints })
        },
        () => {
          this.need("?")
          const optional = this.isRecorded || !this.at("@") || !this.sameLine() ? found : this.constrainedLate(found)
          found = this.node<OptionalTypeNode>(start, { kind: "optionalType", type: optional })
        },
      )
      if (++length > suffixesMax && !this.isRecorded) this.tooDeep(suffixesMax)
    })
    return found
  })

  /** `string? @maxLength(5)`: what is said of the value stands before the `?`. */
  private constrainedLate(type: TypeNode): TypeNode {
    const sign = this.lastEnd - 1
    const first = this.token
    const constraints = this.constraints()
    const written = this.tokens.source.text.slice(first.start, this.lastEnd)
    this.borrowed({
      where: { start: first.start, end: this.lastEnd }, text: `?${this.tokens.source.text.slice(sign + 1, first.start)}${written}`,
      hint: `write \`${written}\` before the \`?\`: it is said of the value.`, title: "Write it before the `?`",
      edits: [{ span: { start: sign, end: sign }, text: ` ${written}` }, { span: { start: sign + 1, end: this.lastEnd }, text: "" }],
    })
    return "constraints" in type ? Object.assign(type, { constraints: [...type.constraints, ...constraints] }) : type
  }

  readonly typePrimary: Rule<TypeNode> = this.rule("typePrimary", () => {
    if (!this.isRecorded && this.atGeneric()) return this.nested(() => this.generic(), () => this.missingType("a type"))
    return this.either<TypeNode, TypeNode>(
      () => this.at("map") && this.at("<", 2),
      () => this.mapType(),
      () =>
        this.firstOf<TypeNode>((this.typePrimaries ??= [
            { ALT: () => this.recordType() },
            {
              ALT: () => {
                const opener = this.token
                this.need("(")
                const inner = this.type()
                this.close(")", opener)
                return inner
              },
            },
            { ALT: () => this.namedType() },
            { ALT: () => this.literalType() },
          ]),
        ),
    )
  })
  private typePrimaries?: { ALT: () => TypeNode }[]

  readonly namedType: Rule<NamedTypeNode> = this.rule("namedType", () => {
    const start = this.token.start
    const name = this.either(() => !this.at("nothing"), () => this.name(), () => {
      this.need("nothing")
      return this.node<Name>(start, { kind: "name", text: "nothing" })
    })
    const constraints = this.constraints()
    return this.node<NamedTypeNode>(start, { kind: "namedType", name, constraints })
  })

  readonly mapType: Rule<MapTypeNode> = this.rule("mapType", () => {
    const start = this.token.start
    this.need("map")
    this.need("<")
    this.readMapKey()
    const value = this.type()
    this.need(">")
    const constraints = this.constraints()
    return this.node<MapTypeNode>(start, { kind: "mapType", value, constraints })
  })

  readonly literalType: Rule<LiteralTypeNode> = this.rule("literalType", () => {
    const start = this.token.start
    const value = this.signedLiteral()
    return this.node<LiteralTypeNode>(start, { kind: "literalType", value })
  })

  /** A literal with its sign: what a type or a pattern can name. */
  readonly signedLiteral: Rule<Expression> = this.rule("signedLiteral", () => {
    const start = this.token.start
    const minus = this.accept("-")
    if (!this.isRecorded && (this.at("-") || !literalTypes.has(this.token.kind))) return this.missing("a literal")
    const operand = this.literalValue()
    return minus ? this.node<UnaryExpression>(start, { kind: "unary", operator: "-", operand }) : operand
  })

  readonly constraints: Rule<readonly Constraint[]> = this.rule("constraints", () => {
    const found: Constraint[] = []
    this.some(() => this.at("@"), () => found.push(this.constraint()))
    return found
  })

  readonly constraint: Rule<Constraint> = this.rule("constraint", () => {
    const start = this.token.start
    this.need("@")
    const name = this.word("a constraint's name")
    const values: Expression[] = []
    this.maybe(() => this.at("(") && this.sameLine(), () => {
      const opener = this.token
      this.need("(")
      this.commas(")", () => this.atExpression(), () => values.push(this.expression()))
      this.close(")", opener)
    })
    return this.node<Constraint>(start, { kind: "constraint", name, arguments: values })
  })

  readonly recordType: Rule<RecordTypeNode> = this.rule("recordType", () => {
    const start = this.token.start
    const fields: Field[] = []
    this.braced({
      begins: () => this.atWord() || this.at("StringStart") || this.at("RawString"),
      resumes: () => this.atWord() && this.at(":", 2),
      expected: "a field or `}`",
      item: () => {
        fields.push(this.field())
        this.accept(",")
      },
    })
    return this.node<RecordTypeNode>(start, { kind: "recordType", fields })
  })

  readonly field: Rule<Field> = this.rule("field", () => {
    const doc = this.doc()
    const start = this.token.start
    const name = this.key()
    const sign = this.token.start
    const isOptional = this.readOptionalName()
    this.need(":", "`:` and a type after the field name")
    const written = this.type("a type")
    const type = isOptional ? this.optionalType(sign, written) : written
    return this.sparse<Field>(start, { kind: "field", doc, name, type })
  })
}
