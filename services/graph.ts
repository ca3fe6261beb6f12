// Workflows as nested steps: what a picture of them is drawn from. Read from the checked tree, so that a broken file has one, too.

import type { Span } from "../base/text/span.ts"
import type { Block, CallExpression, Node, Statement, WorkflowDeclaration } from "../grammar/syntax/nodes.ts"
import { children } from "../grammar/syntax/walk.ts"
import { amountsText, costsOfCall } from "./amount.ts"
import { symbolOf } from "./target.ts"
import type { Document, Program, Workspace } from "./workspace.ts"

export type GraphKind =
  | "tool" | "agent" | "human" | "workflow" | "if" | "match" | "for" | "repeat" | "while" | "parallel" | "race" | "try" | "catch" | "saga" | "within" | "branch"
  | "wait" | "sleep" | "publish" | "return" | "fail" | "log" | "continue"

export interface GraphNode {
  /** Stable while the program's structure is: the path of the node in its workflow. */
  readonly id: string
  readonly kind: GraphKind
  readonly label: string
  readonly span: Span
  /** Clauses written here, and of a step all that hold around it. */
  readonly clauses: readonly string[]
  /** Name of the undo, where there is one. */
  readonly undo?: string
  readonly cost?: string
  readonly children: readonly GraphNode[]
}

export interface WorkflowGraph {
  readonly name: string
  readonly path: string
  readonly span: Span
  readonly nodes: readonly GraphNode[]
}

export function graphsOf(workspace: Workspace, path: string): readonly WorkflowGraph[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const workflows = document.file.items.filter((item): item is WorkflowDeclaration => item.kind === "workflow")
  return workflows.map(({ name, span, body }) => ({ name: name.text, path, span, nodes: nodesOf(body, { program, document, parent: name.text }) }))
}

interface Where {
  readonly program: Program
  readonly document: Document
  /** Id of the node around. */
  readonly parent: string
}

function nodesOf(nodes: readonly Node[], where: Where): readonly GraphNode[] {
  const found: GraphNode[] = []
  for (const node of nodes) {
    for (const made of nodesIn(node, { ...where, parent: where.parent })) {
      const same = found.filter(({ id }) => id === made.id || id.startsWith(`${made.id}~`)).length
      found.push(same === 0 ? made : { ...made, id: `${made.id}~${same + 1}` })
    }
  }
  return found
}

/** The steps of any node, in the order in which they run; blocks become nodes of their own. */
function nodesIn(node: Node, where: Where): readonly GraphNode[] {
  switch (node.kind) {
    case "call":
      return [...node.arguments.flatMap((argument) => nodesIn(argument, where)), ...nodesIn(node.callee, where), ...stepOf(node, where)]
    case "if":
      return [...nodesIn(node.condition, where), container(node, "if", text(where, node.condition), where, [
        branch(node.then, "then", where), ...(node.otherwise === undefined ? [] : [node.otherwise.kind === "if" ? nodesIn(node.otherwise, where) : [branch(node.otherwise, "else", where)]].flat()),
      ].flat())]
    case "match":
      return [...nodesIn(node.subject, where), container(node, "match", text(where, node.subject), where, node.arms.map((arm) => branch(arm.body, arm.patterns.map((each) => text(where, each)).join(", "), where)))]
    case "for":
      return [...nodesIn(node.items, where), body(node, "for", `${node.variable.text} in ${text(where, node.items)}`, node.body.statements, where)]
    case "repeat":
      return [body(node, "repeat", `up to ${text(where, node.times)} times`, node.body.statements, where)]
    case "while":
      return [body(node, "while", text(where, node.condition), node.body.statements, where)]
    case "parallel":
    case "race":
      return [container(node, node.kind, node.kind, where, node.branches.map((each) => container(each, "branch", each.name.text, where, nodesOf([each.value], { ...where, parent: `${where.parent}/${each.name.text}` }), each.name.text)))]
    case "try":
      return [container(node, "try", "try", where, [...nodesOf(node.body.statements, where), ...node.catches.map((each) => body(each, "catch", each.kinds.map((kind) => kind.text).join(", ") || "any error", each.body.statements, where))])]
    case "saga":
    case "within":
      return [body(node, node.kind, node.kind, node.body.statements, where)]
    case "wait":
      return [leaf(node, "wait", `wait for ${node.event.text}`, where)]
    case "sleep":
    case "log":
    case "fail":
    case "publish":
      return [...children(node).flatMap((child) => nodesIn(child, where)), leaf(node, node.kind, text(where, node), where)]
    case "continueAsNew":
      return [leaf(node, "continue", "continue as new", where)]
    case "return":
      return [...children(node).flatMap((child) => nodesIn(child, where)), leaf(node, "return", "return", where)]
    default:
      return isClause(node) ? [] : children(node).flatMap((child) => nodesIn(child, where))
  }
}

function isClause({ kind }: Node): boolean {
  return kind === "fallback" || kind === "compensate" || kind === "lambda" || kind === "budget"
}

function text({ document }: Where, { span }: { readonly span: Span }): string {
  const written = document.text.slice(span.start, span.end).replace(/\s+/g, " ")
  return written.length > 60 ? `${written.slice(0, 59)}…` : written
}

function container(node: Node, kind: GraphKind, label: string, where: Where, below: readonly GraphNode[], segment: string = kind): GraphNode {
  const clauses = "clauses" in node && Array.isArray(node.clauses) ? (node.clauses as readonly Node[]).map((clause) => text(where, clause)) : []
  return { id: `${where.parent}/${segment}`, kind, label, span: node.span, clauses, children: below }
}

function body(node: Node, kind: GraphKind, label: string, statements: readonly Statement[], where: Where): GraphNode {
  return container(node, kind, label, where, nodesOf(statements, { ...where, parent: `${where.parent}/${kind}` }))
}

function branch(block: Block, label: string, where: Where): GraphNode {
  return container(block, "branch", label, where, nodesOf(block.statements, { ...where, parent: `${where.parent}/${label}` }), label)
}

function leaf(node: Node, kind: GraphKind, label: string, where: Where): GraphNode {
  return container(node, kind, label, where, [])
}

function stepOf(call: CallExpression, { program, document, parent }: Where): readonly GraphNode[] {
  const facts = program.checked.files.get(document.path)
  const callee = facts?.calls.get(call.id)
  if (callee === undefined) return []
  const { name, kind } = symbolOf(program, callee)
  const effective = facts?.callPolicies.get(call.id) ?? []
  const clauses = effective.map(({ clause, path }) => program.documents.get(path)!.text.slice(clause.span.start, clause.span.end).replace(/\s+/g, " "))
  const undo = effective.find(({ clause }) => clause.kind === "compensate")?.clause
  const undoName = undo?.kind === "compensate" && undo.call.kind === "call" && undo.call.callee.kind === "nameExpression" ? undo.call.callee.name.text : undefined
  const cost = costsOfCall(program, document.path, call.span.start)[0]
  const costText = cost === undefined ? "" : amountsText(cost.amounts)
  return [{
    id: `${parent}/${facts?.stepNames.get(call.id) ?? name}`, kind: kind as GraphKind, label: name, span: call.span, clauses, children: [],
    ...(undoName === undefined ? {} : { undo: undoName }), ...(costText === "" ? {} : { cost: costText }),
  }]
}
