// The worst case of one agent call: turns, attempts of each turn, repairs, escalation, and the tools it is given.

import type { AgentPlan, ModelPlan } from "../3-plan/types.ts"
import { multiplied, nothing, sum } from "./amounts.ts"
import type { Cost, Held } from "./amounts.ts"
import { bounded, isZero, least, most, plus, product, unbounded } from "./arithmetic.ts"
import { agentRetries, agentTurnsMax, backoffMs, modelTimeoutMs, repairTurnsMax, retriesOf } from "./assumptions.ts"
import type { Analysis, Scope } from "./context.ts"
import { tightest } from "./policy.ts"
import type { EffectivePolicy } from "./policy.ts"
import { costNanoDollars, modelsOf, requestOf } from "./request.ts"
import type { Shape } from "./shape.ts"
import type { Amounts, Bound } from "./types.ts"

export interface AgentCall {
  readonly analysis: Analysis
  readonly agent: AgentPlan
  readonly scope: Scope
  readonly result: Shape
  readonly policy: EffectivePolicy
  /** The worst of the agent's tools; absent when it has none. */
  readonly tool: Cost | undefined
}

export function agentCost(call: AgentCall): Cost {
  const { analysis, agent, policy, tool } = call
  const rungs = modelsOf(analysis, agent)
  const retries = policy.clauses.retry === undefined ? agentRetries : retriesOf(policy.clauses.retry)
  const attempts = retries.times + 1
  const turnsCap = tightest(policy.budgets, "turns")
  const answers = tool === undefined ? rungs.length * (repairTurnsMax + 1) : agentTurnsMax
  const turnsMax = bounded(Math.min(agentTurnsMax, answers))
  // A turn that gave anything was counted; only the last one of each model may have failed without a trace.
  const steps = turnsCap === undefined
    ? turnsMax
    : least(turnsMax, bounded(turnsCap.value + rungs.length, [turnsCap.label]))
  const attemptMs = policy.clauses.timeoutMs ?? modelTimeoutMs
  const turns: Amounts = {
    ...nothing,
    ...spending(call, { rungs, attempts, cap: turnsCap?.value }),
    turns: product(turnsMax, bounded(attempts)),
    steps,
    timeMs: product(steps, bounded(attempts * attemptMs + backoffMs(retries))),
  }
  const models = new Set(rungs.flat())
  if (tool === undefined) return { work: turns, undo: nothing, attemptMs: bounded(attemptMs), models }
  const { times, undone } = toolCalls(agent, tool, policy.budgets)
  return {
    work: sum(turns, multiplied(tool.work, times)),
    undo: multiplied(tool.undo, undone),
    attemptMs: most(bounded(attemptMs), tool.attemptMs),
    models: new Set([...models, ...tool.models]),
  }
}

/** A budget of `calls` bounds them: no tool that did anything was not counted. */
function toolCalls(
  agent: AgentPlan, tool: Cost, budgets: readonly Held[],
): { readonly times: Bound; readonly undone: Bound } {
  const cap = tightest(budgets, "calls")
  const why = `${agent.name} may call any number of tools in a turn, and no \`calls\` of a budget holds it`
  const free = unbounded(why, agent.origin)
  const undone = cap === undefined ? free : bounded(cap.value, [cap.label])
  // What is no tool (an agent, a person) and what a circuit refuses does not count as a call.
  return { times: isCounted(tool) ? undone : free, undone }
}

function isCounted(tool: Cost): boolean {
  return isZero(tool.work.turns) && isZero(tool.work.waitMs) && !isZero(tool.work.calls)
}

type Spent = Pick<Amounts, "tokens" | "nanoDollars">

/** Tokens and dollars of all turns; where a budget allows fewer turns, of the dearest ones. */
function spending(call: AgentCall, turns: {
  readonly rungs: readonly (readonly ModelPlan[])[]
  readonly attempts: number
  readonly cap: number | undefined
}): Spent {
  const { analysis, agent, scope, result, tool } = call
  const { rungs, attempts, cap = Infinity } = turns
  if (tool !== undefined) {
    const why = unbounded(`${agent.name} sends every answer of its tools again with each later turn`, agent.origin)
    return { tokens: why, nanoDollars: rungs.flat().every(isFree) ? bounded(0) : why }
  }
  const { opening, repair } = requestOf(analysis, agent, scope, result)
  const entries = rungs.flatMap((models) => Array.from({ length: repairTurnsMax + 1 }, (_, repairs) => {
    const input = plus(opening, product(bounded(repairs), repair))
    return models.map((model) => turnOf(model, input)).reduce(worse)
  }))
  const total = (unit: "tokens" | "nanoDollars"): Bound => {
    const bounds = entries.flatMap((entry) => Array.from({ length: Math.min(attempts, cap) }, () => entry[unit]))
    bounds.sort((left, right) => valueOf(right) - valueOf(left))
    return plus(...bounds.slice(0, Math.min(bounds.length, cap)))
  }
  return { tokens: total("tokens"), nanoDollars: total("nanoDollars") }
}

function turnOf(model: ModelPlan, input: Bound): Spent {
  const nanoDollars = isFree(model) ? bounded(0)
    : input.kind === "unbounded" ? input
    : bounded(costNanoDollars(model, input.value, model.outputTokens), input.by)
  return { tokens: plus(input, bounded(model.outputTokens)), nanoDollars }
}

function worse(left: Spent, right: Spent): Spent {
  return { tokens: most(left.tokens, right.tokens), nanoDollars: most(left.nanoDollars, right.nanoDollars) }
}

function isFree({ price }: ModelPlan): boolean {
  return price.inputNanoDollars === 0 && price.outputNanoDollars === 0
}

function valueOf(bound: Bound): number {
  return bound.kind === "bounded" ? bound.value : Infinity
}
