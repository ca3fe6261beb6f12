// Types as other languages write them: read as what is meant, and said once.

import type { Edit } from "../../base/text/edit.ts"
import { span } from "../../base/text/span.ts"
import type { ArrayTypeNode, MapTypeNode, OptionalTypeNode, TypeNode } from "../syntax/nodes.ts"
import type { Rule } from "./recorder.ts"
import { DocumentedRules } from "./documented.ts"

const lists = /^(?:Readonly)?(?:Array|List|Set|Sequence|Iterable|Vec|list|set|tuple)$/
const maps = /^(?:Record|Map|Dict|Mapping|HashMap|dict)$/
const optionals = /^(?:Optional|Maybe|Option|Nullable)$/
const waited = /^(?:Promise|Awaitable|Awaited|Future|Task|Readonly|Required)$/

export abstract class BorrowedTypes extends DocumentedRules {
  abstract readonly type: Rule<TypeNode, [string?]>
  protected abstract missingType(expected: string): TypeNode

  /** `Array<string>` or `List[str]`: only a map has a type of its own in here. */
  protected atGeneric(): boolean {
    if (!this.atName() || (this.at("map") && this.at("<", 2))) return false
    const next = this.peek(2)
    return next.glued && (next.kind === "<" || (next.kind === "[" && this.atName(3) && this.sameLine(3)))
  }

  protected generic(): TypeNode {
    const start = this.token.start
    const name = this.spelt()
    this.consume()
    const opener = this.token
    const closer = opener.kind === "<" ? ">" : "]"
    this.consume()
    const types: TypeNode[] = []
    this.commas(closer, () => this.atName() || this.at("{") || this.at("(") || this.at("StringStart"), () => types.push(this.type("a type")))
    const last = types.at(-1)
    const end = this.token
    if (last === undefined || end.kind !== closer) {
      this.mismatch(`\`${closer}\``)
      return last ?? this.missingType("a type")
    }
    this.consume()
    return this.meant(name, start, last, end.end)
  }

  private meant(name: string, start: number, last: TypeNode, end: number): TypeNode {
    const inner = this.tokens.source.text.slice(last.span.start, last.span.end)
    const element = last.kind === "unionType" ? `(${inner})` : inner
    const tell = (write: string, hint = `write \`${write}\`.`): void => {
      const before = write.slice(0, write.indexOf(inner))
      const after = write.slice(write.indexOf(inner) + inner.length)
      const edits: Edit[] = [{ span: span(start, last.span.start), text: before }, { span: span(last.span.end, end), text: after }]
      this.borrowed({ where: span(start, end), text: `${name}<…>`, hint, title: `Write \`${write}\``, edits })
    }
    if (lists.test(name)) {
      tell(`${element}[]`)
      return this.node<ArrayTypeNode>(start, { kind: "arrayType", element: last, constraints: [] })
    }
    if (maps.test(name)) {
      tell(`map<${inner}>`, `write \`map<${inner}>\`: the keys of a map are always text.`)
      return this.node<MapTypeNode>(start, { kind: "mapType", value: last, constraints: [] })
    }
    if (optionals.test(name)) {
      tell(`${element}?`)
      return this.node<OptionalTypeNode>(start, { kind: "optionalType", type: last })
    }
    if (waited.test(name)) tell(inner, `write \`${inner}\`: every call is waited for, and no value changes.`)
    else this.borrowed({ where: span(start, end), text: `${name}<…>`, hint: "types take no other types; name each one that is needed." })
    return last
  }

  /** `map<string, int>` */
  protected readMapKey(): void {
    if (this.isRecorded || !this.atName() || !this.at(",", 2)) return
    const where = span(this.token.start, this.peek(3).start)
    this.borrowed({
      where: span(this.token.start, this.peek(2).end), text: `map<${this.spelt()}, …>`, hint: "the keys of a map are always text: write only the type of its values.",
      title: "Remove the type of the keys", edits: [{ span: where, text: "" }],
    })
    this.drop()
    this.drop()
  }

  /** `title?: string`: gives whether the type that follows is optional. */
  protected readOptionalName(): boolean {
    if (this.isRecorded || !this.at("?") || !this.at(":", 2)) return false
    this.drop()
    return true
  }

  /** Says of a name with `?` what its type is. */
  protected optionalType(sign: number, type: TypeNode): TypeNode {
    const text = this.tokens.source.text.slice(type.span.start, type.span.end)
    const { start, end } = type.span
    const around = type.kind === "unionType" ? [{ span: span(start, start), text: "(" }, { span: span(end, end), text: ")?" }] : [{ span: span(end, end), text: "?" }]
    this.borrowed({
      where: span(sign, sign + 1), text: "?:", hint: `the type says that it may be nothing: \`: ${text}?\`.`, title: "Put the `?` behind the type",
      edits: type.kind === "optionalType" ? [{ span: span(sign, sign + 1), text: "" }] : [{ span: span(sign, sign + 1), text: "" }, ...around],
    })
    return type.kind === "optionalType" || type.recovered === true ? type : this.node<OptionalTypeNode>(start, { kind: "optionalType", type })
  }
}
