// Workflows as nested steps: what a picture of them is drawn from. Read from the checked tree, so that a broken file has one, too.

import type { Span } from "../base/text/span.ts"
import type { Block, CallExpression, Clause, ForStatement, Node, WorkflowDeclaration } from "../grammar/syntax/nodes.ts"
import { children } from "../grammar/syntax/walk.ts"
import { amountsText, costsOfCall } from "./amount.ts"
import { parameterText } from "./describe.ts"
import { badgesOf, detailOf, effectBadges, linksOf, textIn, type GraphBadge, type GraphLink } from "./graph/details.ts"
import { symbolOf } from "./target.ts"
import type { Document, Program, Workspace } from "./workspace.ts"

export type { GraphBadge, GraphLink } from "./graph/details.ts"

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
  /** The clauses as few words, such as "retry 5×" and "≤ $0.05". */
  readonly badges: readonly GraphBadge[]
  /** What else a step may run: its undo, its fallback, the tools of an agent. */
  readonly links: readonly GraphLink[]
  /** What does the work: "POST slack.com", "gpt-4o-mini, then gpt-4o". */
  readonly detail?: string
  /** Name of a step in the paths of a run, such as "fetchSource#2". */
  readonly step?: string
  /** Path of a step or block in a run, without the numbers of iterations: "DailyBrief/sources/fetchSource". */
  readonly runPath?: string
  /** Name of the undo, where there is one. */
  readonly undo?: string
  readonly cost?: string
  readonly children: readonly GraphNode[]
}

export interface WorkflowGraph {
  readonly name: string
  readonly path: string
  readonly span: Span
  /** "DailyBrief(topic: string): Brief" */
  readonly signature: string
  /** Text of the `///` lines above the workflow. */
  readonly doc?: string
  /** Of the run itself: budget, deadline, triggers, dead letter. */
  readonly badges: readonly GraphBadge[]
  readonly nodes: readonly GraphNode[]
}

export function graphsOf(workspace: Workspace, path: string): readonly WorkflowGraph[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const workflows = document.file.items.filter((item): item is WorkflowDeclaration => item.kind === "workflow")
  return workflows.map((workflow) => {
    const { name, span, body, clauses, parameters, result, doc } = workflow
    const where = { program, document }
    const written = parameters.map((parameter) => parameterText(program, path, parameter)).join(", ")
    return {
      name: name.text, path, span,
      signature: `${name.text}(${written})${result === undefined ? "" : `: ${text(where, result)}`}`,
      badges: clauses.flatMap((clause) => badgesOf(clause, (node) => text(where, node))),
      nodes: identified(body.flatMap((statement) => nodesIn(statement, where)), { id: name.text, run: name.text }),
      ...(doc === undefined || doc.trim() === "" ? {} : { doc: doc.trim() }),
    }
  })
}

interface Where {
  readonly program: Program
  readonly document: Document
}

/** A node before the ids of what is around it are known. */
interface Draft extends Omit<GraphNode, "id" | "children"> {
  /** Its part of the id. */
  readonly segment: string
  /** Its part of the paths of a run; absent of what runs leave no trace of. */
  readonly run?: string
  readonly children: readonly Draft[]
}

function identified(drafts: readonly Draft[], around: { readonly id: string; readonly run: string }): readonly GraphNode[] {
  const times = new Map<string, number>()
  return drafts.map(({ segment, run, children: below, ...rest }) => {
    const time = (times.get(segment) ?? 0) + 1
    times.set(segment, time)
    const id = `${around.id}/${segment}${time === 1 ? "" : `~${time}`}`
    const runPath = run === undefined ? around.run : `${around.run}/${run}`
    return { id, ...rest, ...(run === undefined ? {} : { runPath }), children: identified(below, { id, run: runPath }) }
  })
}

/** The steps of any node, in the order in which they run; blocks become nodes of their own. */
function nodesIn(node: Node, where: Where): readonly Draft[] {
  const all = (nodes: readonly Node[]): readonly Draft[] => nodes.flatMap((each) => nodesIn(each, where))
  switch (node.kind) {
    case "call":
      return [...all(node.arguments), ...nodesIn(node.callee, where), ...stepOf(node, where)]
    case "if": {
      const otherwise = node.otherwise === undefined ? [] : [node.otherwise.kind === "if"
        ? container(node.otherwise, "branch", "else", where, { below: nodesIn(node.otherwise, where), segment: "else" })
        : branch(node.otherwise, "else", where)]
      return [...nodesIn(node.condition, where), container(node, "if", text(where, node.condition), where, { below: [branch(node.then, "then", where), ...otherwise] })]
    }
    case "match":
      return [...nodesIn(node.subject, where), container(node, "match", text(where, node.subject), where, {
        below: node.arms.map((arm) => branch(arm.body, arm.patterns.map((each) => text(where, each)).join(", "), where)),
      })]
    case "for":
      return [...nodesIn(node.items, where), container(node, "for", `${node.variable.text} in ${text(where, node.items)}`, where, { below: all(node.body.statements), badges: loopBadges(node) })]
    case "repeat":
      return [container(node, "repeat", `up to ${text(where, node.times)} times`, where, {
        below: all(node.body.statements), badges: node.until === undefined ? [] : [{ kind: "until", text: `until ${text(where, node.until)}` }],
      })]
    case "while":
      return [container(node, "while", text(where, node.condition), where, {
        below: all(node.body.statements), badges: node.times === undefined ? [] : [{ kind: "until", text: `up to ${text(where, node.times)} times` }],
      })]
    case "parallel":
    case "race":
      return [container(node, node.kind, node.kind, where, {
        below: node.branches.map((each) => container(each, "branch", each.name.text, where, { below: nodesIn(each.value, where), segment: each.name.text, run: each.name.text })),
      })]
    case "try":
      return [container(node, "try", "try", where, {
        below: [...all(node.body.statements), ...node.catches.map((each) =>
          container(each, "catch", each.kinds.map((kind) => kind.text).join(", ") || "any error", where, { below: all(each.body.statements) }))],
      })]
    case "saga":
    case "within":
      return [container(node, node.kind, node.kind, where, { below: all(node.body.statements) })]
    case "wait":
      return [container(node, "wait", `wait for ${node.event.text}`, where, {
        badges: node.timeout === undefined ? [] : [{ kind: "timeout", text: `timeout ${text(where, node.timeout)}` }],
      })]
    case "sleep":
    case "log":
    case "fail":
    case "publish":
      return [...all(children(node)), container(node, node.kind, text(where, node), where)]
    case "continueAsNew":
      return [...all(node.arguments), container(node, "continue", "continue as new", where)]
    case "return":
      return [...all(children(node)), container(node, "return", node.value === undefined || !isPlain(node.value) ? "return" : text(where, node), where)]
    default:
      return isClause(node) ? [] : children(node).flatMap((child) => nodesIn(child, where))
  }
}

function isPlain({ kind }: Node): boolean {
  return kind === "nameExpression" || kind === "member" || kind === "template" || kind === "number" || kind === "bool" || kind === "nothing" || kind === "money"
}

function isClause({ kind }: Node): boolean {
  return kind === "fallback" || kind === "compensate" || kind === "lambda" || kind === "budget"
}

function loopBadges({ atATime, failures }: ForStatement): readonly GraphBadge[] {
  const many = atATime?.kind === "number" ? [{ kind: "atATime", text: `${atATime.text} at a time` } as const] : atATime === undefined ? [] : [{ kind: "atATime", text: "several at a time" } as const]
  return [...many, ...(failures === "stop" ? [] : [{ kind: "failures", text: `${failures} failures` } as const])]
}

function text({ document }: Where, { span }: { readonly span: Span }): string {
  const written = document.text.slice(span.start, span.end).replace(/\s+/g, " ")
  return written.length > 60 ? `${written.slice(0, 59)}…` : written
}

interface Inside {
  readonly below?: readonly Draft[]
  readonly badges?: readonly GraphBadge[]
  /** Default: the kind. */
  readonly segment?: string
  /** Default: the name that the checker gave it, if any. */
  readonly run?: string
}

function container(node: Node, kind: GraphKind, label: string, where: Where, { below = [], badges = [], segment = kind, run = runName(node, where) }: Inside = {}): Draft {
  const clauses = "clauses" in node && Array.isArray(node.clauses) ? (node.clauses as readonly Clause[]) : []
  return {
    segment, kind, label, span: node.span, links: [], children: below, ...(run === undefined ? {} : { run }),
    clauses: clauses.map((clause) => text(where, clause)),
    badges: [...badges, ...(kind === "within" ? clauses.flatMap((clause) => badgesOf(clause, (each) => text(where, each))) : [])],
  }
}

function runName(node: Node, { program, document }: Where): string | undefined {
  return program.checked.files.get(document.path)?.stepNames.get(node.id) ?? (node.kind === "sleep" ? "sleep" : undefined)
}

function branch(block: Block, label: string, where: Where): Draft {
  return container(block, "branch", label, where, { below: block.statements.flatMap((each) => nodesIn(each, where)), segment: label })
}

function stepOf(call: CallExpression, { program, document }: Where): readonly Draft[] {
  const facts = program.checked.files.get(document.path)
  const callee = facts?.calls.get(call.id)
  if (callee === undefined) return []
  const symbol = symbolOf(program, callee)
  const effective = facts?.callPolicies.get(call.id) ?? []
  const clauses = effective.map(({ clause, path }) => textIn(program, path, clause))
  const links = linksOf(program, symbol, effective)
  const undo = links.find(({ kind }) => kind === "undo")?.name
  const cost = costsOfCall(program, document.path, call.span.start)[0]
  const costText = cost === undefined ? "" : amountsText(cost.amounts)
  const step = facts?.stepNames.get(call.id)
  const detail = detailOf(program, symbol)
  return [{
    segment: step ?? symbol.name, kind: symbol.kind as GraphKind, label: symbol.name, span: call.span, clauses, children: [], links,
    badges: [...effective.flatMap(({ clause, path }) => badgesOf(clause, (node) => textIn(program, path, node))), ...effectBadges(symbol)],
    run: step ?? symbol.name, ...(detail === undefined ? {} : { detail }), ...(step === undefined ? {} : { step }),
    ...(undo === undefined ? {} : { undo }), ...(costText === "" ? {} : { cost: costText }),
  }]
}
