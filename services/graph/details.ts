// What a picture tells of a step beside its name: its clauses in few words, who does the work, what else it may run.

import type { Symbol } from "../../compiler/1-bind/types.ts"
import type { EffectiveClause } from "../../compiler/2-check/types.ts"
import type { CallExpression, Clause, Expression, Node, TemplateExpression, ToolSource } from "../../grammar/syntax/nodes.ts"
import type { Program } from "../workspace.ts"

export type GraphBadgeKind =
  | "retry" | "timeout" | "deadline" | "circuit" | "limit" | "cache" | "budget" | "effect" | "trigger" | "deadLetter" | "concurrency" | "atATime" | "failures" | "until"

export interface GraphBadge {
  readonly kind: GraphBadgeKind
  readonly text: string
}

export interface GraphLink {
  readonly kind: "undo" | "fallback" | "manual" | "approval" | "tool" | "handoff"
  /** Of the callable, or the value as written. */
  readonly name: string
  /** When it is taken, such as "on unavailable". */
  readonly note?: string
}

export function textIn(program: Program, path: string, { span }: Pick<Node, "span">): string {
  return (program.documents.get(path)?.text.slice(span.start, span.end) ?? "").replace(/\s+/g, " ")
}

/** None for a clause that a picture does not tell of as a badge. */
export function badgesOf(clause: Clause, text: (node: Node) => string): readonly GraphBadge[] {
  switch (clause.kind) {
    case "retry":
      return [{ kind: "retry", text: clause.never ? "retry never" : clause.times === undefined ? "retry" : `retry ${text(clause.times)}×` }]
    case "timeout":
      return [{ kind: "timeout", text: `timeout ${text(clause.duration)}` }]
    case "deadline":
      return [{ kind: "deadline", text: `deadline ${text(clause.duration)}` }]
    case "circuit":
      return [{ kind: "circuit", text: `circuit ${text(clause.failures)} in ${text(clause.window)}` }]
    case "limit": {
      const rate = clause.rate === undefined ? [] : [`${text(clause.rate.count)} per ${text(clause.rate.per)}`]
      return [{ kind: "limit", text: `limit ${[...rate, ...(clause.atOnce === undefined ? [] : [`${text(clause.atOnce)} at once`])].join(", ")}` }]
    }
    case "cache":
      return [{ kind: "cache", text: `cache ${text(clause.duration)}` }]
    case "budget":
      return [{ kind: "budget", text: `budget ${clause.amounts.map(text).join(", ")}` }]
    case "onSchedule":
      return [{ kind: "trigger", text: `on schedule ${text(clause.cron)}` }]
    case "onTopic":
      return [{ kind: "trigger", text: `on topic ${text(clause.topic)}` }]
    case "onHttp":
      return [{ kind: "trigger", text: `on http ${clause.method} ${text(clause.path)}` }]
    case "deadLetter":
      return [{ kind: "deadLetter", text: `dead letter ${text(clause.topic)}` }]
    case "concurrency":
      return [{ kind: "concurrency", text: `${text(clause.limit)} at once${clause.by === undefined ? "" : ` by ${text(clause.by)}`}` }]
    default:
      return []
  }
}

/** What can't be undone is worth a word. */
export function effectBadges({ node }: Symbol): readonly GraphBadge[] {
  return node?.kind === "tool" && node.clauses.some(({ kind }) => kind === "irreversible") ? [{ kind: "effect", text: "irreversible" }] : []
}

/** Who does the work. */
export function detailOf(program: Program, { node, path }: Symbol): string | undefined {
  switch (node?.kind) {
    case "tool":
      return node.source === undefined ? undefined : sourceText(node.source)
    case "agent": {
      const clause = node.clauses.find((each) => each.kind === "modelClause")
      if (clause === undefined) return undefined
      const other = clause.when === undefined ? [] : [clause.when.otherwise.text]
      const next = clause.then.map(({ model }) => model.text)
      return [[clause.model.text, ...other].join(" or "), ...next].join(", then ")
    }
    case "human": {
      const ask = node.clauses.find((each) => each.kind === "text" && each.role === "ask")
      return ask === undefined ? "a person answers" : textIn(program, path, ask).replace(/^ask\s+"?/, "").replace(/"$/, "")
    }
    default:
      return undefined
  }
}

function sourceText(source: ToolSource): string {
  switch (source.kind) {
    case "typescriptSource":
      return plain(source.module)
    case "httpSource":
      return `${source.method} ${plain(source.url).replace(/^https?:\/\//, "")}`
    case "invokeSource":
      return `invoke ${plain(source.app)} ${source.method} ${plain(source.path)}`
    case "bindingSource":
      return `binding ${plain(source.name)} ${plain(source.operation)}`
    case "stateSource":
      return `state ${plain(source.store)} ${source.operation.text} ${plain(source.key)}`
    case "publishSource":
      return `publish to ${plain(source.topic)}`
    case "mcpSource":
      return `mcp ${source.server.text}.${source.tool.text}`
  }
}

/** A hole stands as "…": what is written in it is the program's business. */
function plain({ parts }: TemplateExpression): string {
  return parts.map((part) => (part.kind === "templateText" ? part.value : "…")).join("")
}

export function linksOf(program: Program, { node }: Symbol, effective: readonly EffectiveClause[]): readonly GraphLink[] {
  const links = effective.flatMap(({ clause, path }): readonly GraphLink[] => {
    switch (clause.kind) {
      case "compensate":
        return [{ kind: "undo", name: calledName(clause.call) ?? textIn(program, path, clause.call) }]
      case "fallback": {
        const name = calledName(clause.value) ?? textIn(program, path, clause.value)
        return [{ kind: "fallback", name, ...(clause.on.length === 0 ? {} : { note: `on ${clause.on.map((kind) => kind.text).join(", ")}` }) }]
      }
      case "manual":
        return [{ kind: "manual", name: plain(clause.by), ...(clause.within === undefined ? {} : { note: `within ${textIn(program, path, clause.within)}` }) }]
      default:
        return []
    }
  })
  const own = node?.kind === "agent" || node?.kind === "tool" ? node.clauses : []
  return [...links, ...own.flatMap((clause): readonly GraphLink[] => {
    if (clause.kind === "tools") return clause.names.map((name) => ({ kind: "tool", name: name.text }))
    if (clause.kind === "handoffs") return clause.names.map((name) => ({ kind: "handoff", name: name.text }))
    if (clause.kind === "approve") return [{ kind: "approval", name: calledName(clause.by) ?? "a person" }]
    return []
  })]
}

function calledName(expression: Expression): string | undefined {
  const { callee } = expression.kind === "call" ? expression : ({} as Partial<CallExpression>)
  return callee?.kind === "nameExpression" ? callee.name.text : undefined
}
