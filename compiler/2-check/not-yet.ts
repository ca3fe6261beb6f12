// The one table of constructs that this version refuses (delete a line when it runs), and of those that wait silently.

import type { Node } from "../../grammar/syntax/nodes.ts"
import { report, symbolAt, symbolOf, type FileContext } from "./context.ts"
import { nodesIn } from "./flow/walk.ts"

/** Constructs that are checked and then refused: what a message calls each. */
const NOT_YET: Readonly<Record<string, string>> = {
  event: "event",
  setting: "setting",
  limit: "limit",
  cache: "cache",
  approve: "approve by",
  stepsUse: "steps use",
  history: "history",
  handoffs: "handoffs",
  memory: "memory",
  onHttp: "on http",
  concurrency: "concurrency",
  budgetElse: "the else of a budget",
  invokeSource: "a tool that invokes a service",
  bindingSource: "a tool on a binding",
  stateSource: "a tool on a state store",
  publishSource: "a tool that publishes",
  mcpSource: "an MCP tool",
  var: "var",
  assign: "assignment",
  repeat: "repeat",
  while: "while",
  parallel: "parallel",
  race: "race",
  within: "within",
  saga: "saga",
  wait: "wait for",
  sleep: "sleep",
  publish: "publish",
  continueAsNew: "continue as new",
  collect: "collect failures",
  returnInFor: "return inside a for",
  workflowCall: "the call of a workflow",
  workflowClause: "this clause on a workflow",
  toolBudget: "a budget on a tool",
  toolRequire: "require on a tool",
  agentCircuit: "a circuit on an agent",
  agentUndo: "compensate on an agent",
}

/** Constructs that are checked and do nothing yet: `build` names them. */
const INACTIVE: Readonly<Record<string, string>> = {
  onSchedule: "on schedule",
  onTopic: "on topic",
  announce: "announce",
  deadLetter: "dead letter",
  test: "test",
}

export function reportNotYet(file: FileContext): void {
  for (const item of file.bound.file.items) {
    for (const node of nodesIn(item)) {
      const found = constructOf(node, file)
      const refused = found === undefined ? undefined : NOT_YET[found]
      if (refused !== undefined) report(file, node, "AF9001", { construct: refused })
      const inactive = INACTIVE[node.kind]
      if (inactive !== undefined) file.context.inactive.push({ construct: inactive, path: file.path, node: node.id })
    }
    if (item.kind === "workflow") reportReturns(item, file)
    if (item.kind === "workflow" || item.kind === "tool" || item.kind === "agent") reportOwnClauses(item, file)
  }
}

/** The table's key for a node that is a construct of its own. */
function constructOf(node: Node, file: FileContext): string | undefined {
  switch (node.kind) {
    case "let":
      return node.mutable ? "var" : undefined
    case "assign":
      return symbolAt(file, node.name)?.kind === "var" ? "assign" : undefined
    case "for":
      return node.failures === "collect" ? "collect" : undefined
    case "call": {
      const callee = file.calls.get(node.id)
      const isWorkflow = callee !== undefined && symbolOf(file.context, callee).kind === "workflow"
      return isWorkflow ? "workflowCall" : undefined
    }
    default:
      return Object.hasOwn(NOT_YET, node.kind) ? node.kind : undefined
  }
}

function reportReturns(item: Node, file: FileContext): void {
  for (const node of nodesIn(item)) {
    if (node.kind !== "for") continue
    for (const inside of nodesIn(node.body)) {
      if (inside.kind === "return") report(file, inside, "AF9001", { construct: NOT_YET["returnInFor"] ?? "" })
    }
  }
}

/** Clauses that run in some places only. */
function reportOwnClauses(
  item: Extract<Node, { readonly kind: "workflow" | "tool" | "agent" }>, file: FileContext,
): void {
  for (const clause of item.clauses) {
    const { kind } = clause
    let construct: string | undefined
    const isOfSteps = kind === "retry" || kind === "fallback" || kind === "use"
    if (item.kind === "workflow" && isOfSteps) construct = NOT_YET["workflowClause"]
    if (item.kind === "tool" && kind === "budget") construct = NOT_YET["toolBudget"]
    if (item.kind === "tool" && kind === "require") construct = NOT_YET["toolRequire"]
    if (item.kind === "agent" && kind === "circuit") construct = NOT_YET["agentCircuit"]
    if (item.kind === "agent" && kind === "compensate") construct = NOT_YET["agentUndo"]
    if (construct !== undefined) report(file, clause, "AF9001", { construct })
  }
}
