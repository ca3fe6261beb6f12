// Types: unions break before each bar, record types are bodies.

import type {
  ArrayTypeNode, Constraint, Field, LiteralTypeNode, MapTypeNode, NamedTypeNode, OptionalTypeNode, RecordTypeNode, TypeNode, UnionTypeNode,
} from "../../syntax/nodes.ts"
import { dropComma, kindAt, offsetOf, take, type Cursor, type Rule } from "../cursor.ts"
import { concat, empty, group, ifBreak, indent, line, type Doc } from "../doc.ts"
import { body, itemStyle } from "./body.ts"
import { parentheses, separated } from "./separated.ts"

/** The tree has no node for the parentheses around a type. */
export function inParentheses<N extends TypeNode>(rule: Rule<N>): Rule<N> {
  const print: Rule<N> = (node, cursor) => {
    if (kindAt(cursor) !== "(" || offsetOf(cursor) >= node.span.start) return rule(node, cursor)
    return concat([take(cursor, "("), print(node, cursor), take(cursor, ")")])
  }
  return print
}

function constrained(type: Doc, constraints: readonly Constraint[], cursor: Cursor): Doc {
  return concat([type, ...constraints.flatMap((constraint) => [" ", cursor.print(constraint, cursor)])])
}

export function namedType(node: NamedTypeNode, cursor: Cursor): Doc {
  return constrained(cursor.print(node.name, cursor), node.constraints, cursor)
}

export function arrayType(node: ArrayTypeNode, cursor: Cursor): Doc {
  return constrained(concat([cursor.print(node.element, cursor), take(cursor, "["), take(cursor, "]")]), node.constraints, cursor)
}

export function mapType(node: MapTypeNode, cursor: Cursor): Doc {
  const type = concat([take(cursor, "map"), take(cursor, "<"), cursor.print(node.value, cursor), take(cursor, ">")])
  return constrained(type, node.constraints, cursor)
}

export function optionalType(node: OptionalTypeNode, cursor: Cursor): Doc {
  return concat([cursor.print(node.type, cursor), take(cursor, "?")])
}

export function literalType(node: LiteralTypeNode, cursor: Cursor): Doc {
  return cursor.print(node.value, cursor)
}

export function constraint(node: Constraint, cursor: Cursor): Doc {
  const name = concat([take(cursor, "@"), cursor.print(node.name, cursor)])
  return kindAt(cursor) === "(" && offsetOf(cursor) < node.span.end ? concat([name, separated(node.arguments, cursor, parentheses)]) : name
}

export function recordType(node: RecordTypeNode, cursor: Cursor): Doc {
  return body(node.fields, cursor, itemStyle)
}

export function field(node: Field, cursor: Cursor): Doc {
  return concat([cursor.print(node.name, cursor), take(cursor, ":"), " ", cursor.print(node.type, cursor)])
}

export function unionType(node: UnionTypeNode, cursor: Cursor): Doc {
  const bar = dropComma(cursor, "|")
  const [first, ...rest] = members(node, cursor)
  return group(bar, first!, indent(...rest))
}

/** The type behind a declaration's `=`: one member per line, each with its bar, where they do not fit on one. */
export function declaredType(node: TypeNode, cursor: Cursor): Doc {
  if (node.kind !== "unionType") return concat([" ", dropComma(cursor, "|"), cursor.print(node, cursor)])
  if (kindAt(cursor) === "(" && offsetOf(cursor) < node.span.start) return concat([" ", cursor.print(node, cursor)])
  return group(indent(dropComma(cursor, "|"), line, ifBreak("| ", empty), ...members(node, cursor)))
}

function members({ members: types }: UnionTypeNode, cursor: Cursor): readonly Doc[] {
  return types.map((type, index) => {
    if (index === 0) return cursor.print(type, cursor)
    return concat([line, take(cursor, "|"), " ", cursor.print(type, cursor)])
  })
}
