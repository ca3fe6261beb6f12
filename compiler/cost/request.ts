// The input of a model call: bytes of its messages, schemas and tools, of which no tokenizer makes more tokens.

import type { ExpressionPlan } from "../3-plan/code.ts"
import type { AgentPlan, ModelPlan } from "../3-plan/types.ts"
import { assert } from "../../base/assert.ts"
import { bounded, plus } from "./arithmetic.ts"
import {
  envelopeBytesMax, framingTokensPerMessage, framingTokensPerRequest, problemsMax, utf8Length,
} from "./assumptions.ts"
import type { Analysis, Scope } from "./context.ts"
import { inPlace } from "./schema.ts"
import { leastBytes, textBytes } from "./shape.ts"
import type { Shape } from "./shape.ts"
import type { Bound } from "./types.ts"

export interface Request {
  /** Tokens of the first call at most. */
  readonly opening: Bound
  /** Tokens that each wrong answer adds, with the request to correct it. */
  readonly repair: Bound
  /** Tokens that the runtime counts for the first call at least. */
  readonly openingLeast: number
}

export function requestOf(analysis: Analysis, agent: AgentPlan, scope: Scope, result: Shape): Request {
  const says = (text: ExpressionPlan): Shape => analysis.evaluate(analysis, scope, text).shape
  const messages = [
    ...(agent.instructions === undefined ? [] : [{ role: "system", shape: says(agent.instructions) }]),
    { role: "user", shape: says(agent.prompt) },
  ]
  const fixed = declaredBytes(analysis, agent) + framingTokensPerRequest
    + messages.reduce((total, { role }) => total + emptyMessage({ role, content: "" }), 0)
  const otherwise = agent.requirements.map((requirement) =>
    textBytes(analysis.evaluate(analysis, { ...scope, result }, requirement.otherwise).shape, 1))
  return {
    opening: plus(bounded(fixed), ...messages.map(({ shape }) => textBytes(shape, 1))),
    openingLeast: fixed + messages.reduce((total, { shape }) => total + leastBytes(shape), 0),
    repair: plus(bounded(envelopeBytesMax + repairFraming(otherwise.length)), ...otherwise),
  }
}

function declaredBytes({ types, callees }: Analysis, agent: AgentPlan): number {
  const tools = agent.tools.map((name) => {
    const schema = callees.get(name)?.plan.parametersSchema ?? {}
    const description = schema["description"]
    return { name, ...(typeof description === "string" ? { description } : {}), parameters: inPlace(types, schema) }
  })
  return utf8Length(JSON.stringify([tools, inPlace(types, agent.resultSchema)]))
}

function emptyMessage(message: object): number {
  return utf8Length(JSON.stringify(message)) + framingTokensPerMessage
}

/** What stands around the wrong answer and its problems; a problem's line is "- …\n". */
function repairFraming(requirements: number): number {
  const wordsMax = 256
  const lineMax = 4
  return wordsMax + lineMax * (problemsMax + requirements)
    + emptyMessage({ content: "", role: "assistant" }) + emptyMessage({ role: "user", content: "" })
}

// ---------------------------------------------------------------- models and prices

/** The models in their order; of two that a condition chooses from, either. */
export function modelsOf(analysis: Analysis, agent: AgentPlan): readonly (readonly ModelPlan[])[] {
  const find = (name: string): ModelPlan => {
    const model = analysis.plan.models.find((each) => each.name === name)
    assert(model !== undefined, `an agent on the unknown model ${name}`)
    return model
  }
  const { choose } = agent
  return agent.models.map(({ model }, index) =>
    index === 0 && choose !== undefined ? [find(choose.then), find(choose.otherwise)] : [find(model)])
}

/** Rounded up, as the runtime does it. */
export function costNanoDollars({ price }: ModelPlan, inputTokens: number, outputTokens: number): number {
  const input = BigInt(price.inputNanoDollars) * BigInt(inputTokens)
  const output = BigInt(price.outputNanoDollars) * BigInt(outputTokens)
  const per = BigInt(price.perTokens)
  return Number((input + output + per - 1n) / per)
}
