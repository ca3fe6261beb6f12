// Expressions: operators break before themselves, chains of calls before their dots.

import type {
  Argument, BinaryExpression, BinaryOperator, CallExpression, ConditionalExpression, Expression, IndexExpression, LambdaExpression,
  ListExpression, MemberExpression, Node, ParenthesisExpression, RecordEntry, RecordExpression, UnaryExpression,
} from "../../syntax/nodes.ts"
import { kindAt, startsElse, take, takeComma, within, type Cursor } from "../cursor.ts"
import { concat, empty, group, indent, line, softline, type Doc } from "../doc.ts"
import { body, entryStyle } from "./body.ts"
import { parentheses, separated, squareBrackets } from "./separated.ts"

const ranks: Readonly<Record<BinaryOperator, number>> = {
  or: 1, and: 2, "??": 3, "==": 4, "!=": 4, "<": 5, "<=": 5, ">": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}
const spelled: Readonly<Record<string, string>> = { "&&": "and", "||": "or", "!": "not" }

export function list(node: ListExpression, cursor: Cursor): Doc {
  return separated(node.items, cursor, squareBrackets)
}

export function record(node: RecordExpression, cursor: Cursor): Doc {
  return body(node.entries, cursor, entryStyle)
}

export function entry(node: RecordEntry, cursor: Cursor): Doc {
  const key = cursor.print(node.key, cursor)
  return node.value === undefined ? key : concat([key, take(cursor, ":"), " ", cursor.print(node.value, cursor)])
}

export function spread(node: { readonly value: Expression }, cursor: Cursor): Doc {
  return concat([take(cursor, "..."), cursor.print(node.value, cursor)])
}

export function argument(node: Argument, cursor: Cursor): Doc {
  const name = node.name === undefined ? [] : [cursor.print(node.name, cursor), take(cursor, ":"), " "]
  return concat([...name, cursor.print(node.value, cursor)])
}

export function parenthesis(node: ParenthesisExpression, cursor: Cursor): Doc {
  const opener = take(cursor, "(")
  const fixed = startsElse(cursor)
  const inner = cursor.print(node.expression, cursor)
  const closer = take(cursor, ")")
  return fixed ? concat([opener, inner, closer]) : group(opener, indent(softline, inner), softline, closer)
}

export function unary(node: UnaryExpression, cursor: Cursor): Doc {
  const operator = take(cursor, undefined, spelled[kindAt(cursor)])
  return concat([operator, node.operator === "not" ? " " : empty, cursor.print(node.operand, cursor)])
}

/** Operators of one rank share their breaks: `a and b and c` is one list. */
export function binary(node: BinaryExpression, cursor: Cursor): Doc {
  const rest: BinaryExpression[] = [node]
  let first: Expression = node.left
  while (first.kind === "binary" && ranks[first.operator] === ranks[node.operator]) {
    rest.push(first)
    first = first.left
  }
  const parts: Doc[] = []
  const start = cursor.print(first, cursor)
  for (const { right } of rest.reverse()) {
    const operator = take(cursor, undefined, spelled[kindAt(cursor)])
    parts.push(line, operator, " ", cursor.print(right, cursor))
  }
  return group(start, indent(...parts))
}

export function conditional(node: ConditionalExpression, cursor: Cursor): Doc {
  const condition = cursor.print(node.condition, cursor)
  const then = [line, take(cursor, "?"), " ", cursor.print(node.then, cursor)]
  return group(condition, indent(...then, line, take(cursor, ":"), " ", cursor.print(node.otherwise, cursor)))
}

export function lambda(node: LambdaExpression, cursor: Cursor): Doc {
  const parameters: Doc[] = []
  while (within(cursor, node) && kindAt(cursor) !== "=>" && !cursor.failed) {
    parameters.push(kindAt(cursor) === "," ? concat([takeComma(cursor), " "]) : take(cursor))
  }
  return concat([...parameters, " ", take(cursor, "=>"), " ", cursor.print(node.body, cursor)])
}

type Link = MemberExpression | IndexExpression | CallExpression

/** `head.a(…).b(…)`: from two calls on, each starts a line of its own where they do not fit on one. */
export function chain(node: Link, cursor: Cursor): Doc {
  const links: Link[] = []
  let head: Expression = node
  while (head.kind === "member" || head.kind === "index" || head.kind === "call") {
    links.unshift(head)
    head = head.kind === "call" ? head.callee : head.object
  }
  const groups: Doc[][] = [[cursor.print(head, cursor)]]
  links.forEach((link, index) => {
    const isCall = link.kind === "member" && links[index + 1]?.kind === "call"
    if (isCall) groups.push([])
    groups.at(-1)!.push(linkDoc(link, cursor))
  })
  const [first = [], ...calls] = groups
  if (calls.length < 2) return concat(groups.flat())
  return group(...first, indent(...calls.flatMap((call) => [softline, ...call])))
}

function linkDoc(link: Link, cursor: Cursor): Doc {
  switch (link.kind) {
    case "member":
      return concat([take(cursor, link.optional ? "?." : "."), cursor.print(link.name, cursor)])
    case "index":
      return concat([take(cursor, "["), cursor.print(link.index, cursor), take(cursor, "]")])
    case "call":
      return separated(link.arguments as readonly Node[], cursor, parentheses)
  }
}
