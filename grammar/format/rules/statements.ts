// Statements: clauses stand behind a call on its line, or below it one step in.

import type {
  AssignStatement, Block, Branch, CallStatement, CatchClause, Clause, ContinueStatement, DoBlock, FailStatement, IfStatement,
  LetStatement, MatchArm, MatchStatement, ParallelStatement, RaceStatement, ReturnStatement, RightHandSide, TryStatement,
  WithinStatement,
} from "../../syntax/nodes.ts"
import { gapBefore, indexAt, kindAt, take, takeComma, within, type Cursor } from "../cursor.ts"
import { concat, empty, group, hardline, indent, line, type Doc } from "../doc.ts"
import { armStyle, body, itemStyle, openBody, rowsOf, statementStyle } from "./body.ts"
import { parentheses, separated } from "./separated.ts"

export function block(node: Block, cursor: Cursor): Doc {
  return body(node.statements, cursor, statementStyle)
}

/** A value with its clauses: all on one line, or each row of clauses on a line of its own. */
function governed(value: RightHandSide, clauses: readonly Clause[], cursor: Cursor): Doc {
  const doc = cursor.print(value, cursor)
  return clauses.length === 0 ? doc : concat([doc, clausesBelow(clauses, cursor)])
}

function clausesBelow(clauses: readonly Clause[], cursor: Cursor): Doc {
  const end = indexAt(cursor, clauses.at(-1)!.span.end)
  return group(indent(edgeOf(clauses, cursor), ...rowsOf(clauses, cursor, end, itemStyle)))
}

/** Clauses that the source puts below stay below. */
function edgeOf(clauses: readonly Clause[], cursor: Cursor): Doc {
  return clauses.some(({ span }) => gapBefore(cursor, indexAt(cursor, span.start)).hasNewline) ? hardline : line
}

export function letStatement(node: LetStatement, cursor: Cursor): Doc {
  const start = concat([take(cursor), " ", cursor.print(node.name, cursor)])
  const type = node.type === undefined ? empty : concat([take(cursor, ":"), " ", cursor.print(node.type, cursor)])
  return concat([start, type, " ", take(cursor, "="), " ", governed(node.value, node.clauses, cursor)])
}

export function assignment(node: AssignStatement | Branch, cursor: Cursor): Doc {
  const start = cursor.print(node.name, cursor)
  return concat([start, " ", take(cursor, "="), " ", governed(node.value, node.clauses, cursor)])
}

export function callStatement(node: CallStatement, cursor: Cursor): Doc {
  return governed(node.call, node.clauses, cursor)
}

export function returnStatement(node: ReturnStatement, cursor: Cursor): Doc {
  const start = take(cursor, "return")
  return node.value === undefined ? start : concat([start, " ", governed(node.value, node.clauses, cursor)])
}

export function failStatement(node: FailStatement, cursor: Cursor): Doc {
  const start = concat([take(cursor, "fail"), " ", cursor.print(node.error, cursor)])
  const values = [node.message, node.data].filter((value) => value !== undefined)
  return within(cursor, node) ? concat([start, separated(values, cursor, { ...parentheses, trailingComma: false })]) : start
}

export function continueStatement(node: ContinueStatement, cursor: Cursor): Doc {
  const start = concat([take(cursor, "continue"), " ", take(cursor, "as"), " ", take(cursor, "new"), " "])
  return concat([start, separated(node.arguments, cursor, parentheses)])
}

/** All blocks of one `if` break, or none does. */
export function ifStatement(node: IfStatement, cursor: Cursor): Doc {
  return group(branchesOf(node, cursor))
}

function branchesOf(node: IfStatement, cursor: Cursor): Doc {
  const parts: Doc[] = []
  for (let next: IfStatement | Block | undefined = node; next !== undefined; ) {
    if (next.kind === "block") {
      parts.push(openBody(next.statements, cursor, statementStyle))
      break
    }
    parts.push(take(cursor, "if"), " ", cursor.print(next.condition, cursor), " ", openBody(next.then.statements, cursor, statementStyle))
    if (next.otherwise !== undefined) parts.push(" ", take(cursor, "else"), " ")
    next = next.otherwise
  }
  return concat(parts)
}

export function tryStatement(node: TryStatement, cursor: Cursor): Doc {
  const start = concat([take(cursor, "try"), " ", openBody(node.body.statements, cursor, statementStyle)])
  return group(start, ...node.catches.flatMap((clause) => [" ", catchClause(clause, cursor)]))
}

export function catchClause(node: CatchClause, cursor: Cursor): Doc {
  const parts: Doc[] = [take(cursor, "catch"), " "]
  while (within(cursor, node) && kindAt(cursor) !== "{" && !cursor.failed) {
    parts.push(...(kindAt(cursor) === "," ? [takeComma(cursor), " "] : kindAt(cursor, 1) === "," ? [take(cursor)] : [take(cursor), " "]))
  }
  return concat([...parts, openBody(node.body.statements, cursor, statementStyle)])
}

export function matchStatement(node: MatchStatement, cursor: Cursor): Doc {
  const start = concat([take(cursor, "match"), " ", governed(node.subject, node.clauses, cursor), " "])
  return concat([start, body(node.arms, cursor, armStyle)])
}

export function arm(node: MatchArm, cursor: Cursor): Doc {
  const patterns: Doc[] = []
  for (const pattern of node.patterns) {
    if (kindAt(cursor) === ",") patterns.push(takeComma(cursor), " ")
    else if (patterns.length > 0) patterns.push(" ", take(cursor, "|"), " ")
    patterns.push(cursor.print(pattern, cursor))
  }
  const arrow = [" ", take(cursor, "=>"), " "]
  const [only] = node.body.statements
  return concat([...patterns, ...arrow, cursor.print(node.bare && only !== undefined ? only : node.body, cursor)])
}

export function branches(node: ParallelStatement | RaceStatement, cursor: Cursor): Doc {
  return concat([take(cursor), " ", body(node.branches, cursor, itemStyle)])
}

export function withinStatement(node: WithinStatement, cursor: Cursor): Doc {
  const end = indexAt(cursor, node.body.span.start)
  const start = take(cursor, "within")
  const edge = edgeOf(node.clauses, cursor)
  const rows = indent(edge, ...rowsOf(node.clauses, cursor, end, itemStyle))
  return concat([start, group(rows, edge), cursor.print(node.body, cursor)])
}

export function doBlock(node: DoBlock, cursor: Cursor): Doc {
  return concat([take(cursor, "do"), " ", cursor.print(node.body, cursor)])
}
