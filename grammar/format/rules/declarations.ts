// Declarations: a head on one line, parameters that break when it is too long, and a body.

import type {
  AgentDeclaration, EnumDeclaration, ErrorDeclaration, EventDeclaration, HumanDeclaration, ImportDeclaration, ModelDeclaration, Name,
  Node, PolicyDeclaration, SecretDeclaration, SettingDeclaration, TestDeclaration, ToolDeclaration, TypeDeclaration,
  WorkflowDeclaration,
} from "../../syntax/nodes.ts"
import { gapBefore, indexAt, kindAt, take, takeUpTo, within, type Cursor } from "../cursor.ts"
import { concat, empty, group, ifBreak, type Doc } from "../doc.ts"
import { body, itemStyle, memberStyle, openBody, statementStyle } from "./body.ts"
import { parentheses, separated } from "./separated.ts"
import { declaredType } from "./types.ts"

/** A name is one token, unless it is written in quotes. */
export function name(node: Name, cursor: Cursor): Doc {
  return takeUpTo(cursor, Math.max(indexAt(cursor, node.span.end), cursor.index + 1))
}

/** `keyword name` */
function head(node: { readonly name: Node }, cursor: Cursor): Doc {
  return concat([take(cursor), " ", cursor.print(node.name, cursor)])
}

/** The spaces that the author lines up columns with, where the declaration stays on one line. */
function column(cursor: Cursor): Doc {
  const { spaces } = gapBefore(cursor)
  return spaces > 1 ? ifBreak(" ", " ".repeat(spaces)) : " "
}

export function importDeclaration(node: ImportDeclaration, cursor: Cursor): Doc {
  const names = concat([take(cursor, "import"), " ", body(node.names, cursor, memberStyle)])
  return concat([names, " ", take(cursor, "from"), " ", cursor.print(node.from, cursor)])
}

export function typeDeclaration(node: TypeDeclaration, cursor: Cursor): Doc {
  const start = head(node, cursor)
  if (kindAt(cursor) !== "=") return concat([start, " ", cursor.print(node.type, cursor)])
  return concat([start, " ", take(cursor, "="), declaredType(node.type, cursor)])
}

export function enumDeclaration(node: EnumDeclaration, cursor: Cursor): Doc {
  return concat([head(node, cursor), " ", body(node.members, cursor, memberStyle)])
}

export function failureOrEvent(node: ErrorDeclaration | EventDeclaration, cursor: Cursor): Doc {
  const start = head(node, cursor)
  return node.fields === undefined ? start : concat([start, " ", cursor.print(node.fields, cursor)])
}

export function modelDeclaration(node: ModelDeclaration, cursor: Cursor): Doc {
  const start = head(node, cursor)
  const beforeEquals = column(cursor)
  const provider = [take(cursor, "="), " ", cursor.print(node.provider, cursor), separated(node.arguments, cursor, parentheses)]
  const clauses = within(cursor, node) ? [column(cursor), openBody(node.clauses, cursor, itemStyle)] : []
  return group(start, beforeEquals, ...provider, ...clauses)
}

export function secretDeclaration(node: SecretDeclaration, cursor: Cursor): Doc {
  const start = head(node, cursor)
  const store = [column(cursor), take(cursor, "from"), " ", cursor.print(node.store, cursor)]
  const key = node.key === undefined ? [] : [column(cursor), take(cursor, "key"), " ", cursor.print(node.key, cursor)]
  return group(start, ...store, ...key)
}

export function settingDeclaration(node: SettingDeclaration, cursor: Cursor): Doc {
  const start = concat([head(node, cursor), take(cursor, ":"), " ", cursor.print(node.type, cursor)])
  if (node.value === undefined) return start
  return group(start, column(cursor), take(cursor, "="), " ", cursor.print(node.value, cursor))
}

export function policyDeclaration(node: PolicyDeclaration, cursor: Cursor): Doc {
  return concat([head(node, cursor), " ", body(node.clauses, cursor, itemStyle)])
}

function signature(node: ToolDeclaration | AgentDeclaration | HumanDeclaration | WorkflowDeclaration, cursor: Cursor): Doc {
  const start = concat([head(node, cursor), separated(node.parameters, cursor, parentheses)])
  return node.result === undefined ? start : concat([start, take(cursor, ":"), " ", cursor.print(node.result, cursor)])
}

export function toolDeclaration(node: ToolDeclaration, cursor: Cursor): Doc {
  const start = signature(node, cursor)
  const equals = kindAt(cursor) === "=" ? concat([" ", take(cursor, "=")]) : empty
  const source = node.source === undefined ? empty : concat([equals, " ", cursor.print(node.source, cursor)])
  const clauses = within(cursor, node) ? concat([" ", body(node.clauses, cursor, itemStyle)]) : empty
  return concat([start, source, clauses])
}

export function agentOrHuman(node: AgentDeclaration | HumanDeclaration, cursor: Cursor): Doc {
  return concat([signature(node, cursor), " ", body(node.clauses, cursor, itemStyle)])
}

export function workflowDeclaration(node: WorkflowDeclaration, cursor: Cursor): Doc {
  return concat([signature(node, cursor), " ", body([...node.clauses, ...node.body], cursor, statementStyle)])
}

export function testDeclaration(node: TestDeclaration, cursor: Cursor): Doc {
  return concat([head(node, cursor), " ", body(node.steps, cursor, itemStyle)])
}
