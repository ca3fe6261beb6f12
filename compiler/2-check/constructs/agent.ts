// The clauses of an agent: its models, its texts, its tools, its memory.

import type {
  AgentDeclaration, HandoffsClause, HistoryClause, MemoryClause, ModelClause, TextClause, ToolsClause,
} from "../../../grammar/syntax/nodes.ts"
import { report, symbolAt, type FileContext } from "../context.ts"
import { expectType } from "../expect.ts"
import { isWhole } from "../flow/walk.ts"
import { arrayOf, BOOL, STRING } from "../types/relate.ts"
import { wholeNumber } from "./constants.ts"
import { distinctKinds } from "./kinds.ts"
import { expectKind } from "./names.ts"
import type { ClauseSite } from "./site.ts"

/** What an agent can't do without. */
export function checkAgent(node: AgentDeclaration, file: FileContext): void {
  if (!isWhole(node, file)) return
  const has = (found: boolean, what: string): void => {
    if (!found) report(file, node.name, "AF4006", { kind: "agent", name: node.name.text, what })
  }
  has(node.clauses.some(({ kind }) => kind === "modelClause"), "`model`")
  has(node.clauses.some((clause) => clause.kind === "text" && clause.role === "prompt"), "`prompt`")
  has(node.result !== undefined, "result type: write `: string` after its parameters")
}

export function checkModelClause(clause: ModelClause, { env, check }: ClauseSite): void {
  expectKind(clause.model, ["model"], env.file)
  if (clause.when !== undefined) {
    const inside = { ...env, settings: true }
    expectType(check(clause.when.condition, inside), BOOL, clause.when.condition, inside, " after when")
    expectKind(clause.when.otherwise, ["model"], env.file)
  }
  for (const next of clause.then) {
    expectKind(next.model, ["model"], env.file)
    distinctKinds(next.on, env.file)
  }
}

export function checkText(clause: TextClause, { env, check, place }: ClauseSite): void {
  const prose = { ...env, text: "prose" as const, settings: true }
  expectType(check(clause.value, prose), STRING, clause.value, prose, ` as ${clause.role}`)
  const home = clause.role === "ask" ? "human" : "agent"
  if (place !== home) {
    report(
      env.file,
      clause,
      "AF4004",
      {
        clause: clause.role,
        place: `in ${place === "human" ? "a human" : "an agent"}`,
        hint: `: it belongs in ${home === "human" ? "a human" : "an agent"}`,
      },
    )
  }
}

export function checkHistory(clause: HistoryClause, { env, check }: ClauseSite): void {
  expectType(check(clause.value, env), arrayOf({ kind: "message" }), clause.value, env, " as a history")
}

export function checkTools(clause: ToolsClause, { env }: ClauseSite): void {
  distinctKinds(clause.names, env.file)
  for (const name of clause.names) {
    if (!expectKind(name, ["tool", "agent", "human", "workflow"], env.file)) continue
    const symbol = symbolAt(env.file, name)!
    if (symbol.kind === "tool") env.file.context.agentTools.push({ tool: symbol.id, path: env.file.path, name })
  }
}

/** The conversation moves on, so that the other agent gives what this one was asked for. */
export function checkHandoffs(clause: HandoffsClause, { env, result, callable }: ClauseSite): void {
  const { file } = env
  distinctKinds(clause.names, file)
  for (const name of clause.names) {
    if (!expectKind(name, ["agent"], file)) continue
    const symbol = symbolAt(file, name)!
    if (symbol.id === callable?.symbol) {
      report(file, name, "AF2016", { name: symbol.name, actual: "this agent itself", expected: "another agent" })
    }
    const given = file.context.signatures.get(symbol.id)?.result
    if (given !== undefined) expectType(given, result, name, env, ` as the result of a handoff`)
  }
}

export function checkMemory(clause: MemoryClause, { env, check }: ClauseSite): void {
  expectType(check(clause.by, env), STRING, clause.by, env, " as the key of a memory")
  wholeNumber(clause.keep, { what: "The count of messages kept", min: 1 }, env.file)
}
