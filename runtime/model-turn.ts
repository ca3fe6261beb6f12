// The activity of one model turn: marker, request, and an answer that is checked before anything is built on it.

import type { Agent, CallMarker, Envelope, Failure, ModelTurn, ModelTurnInput } from "./contract.ts"
import { failureOf } from "./failure.ts"
import type { Provider, ProviderReply, ProviderRequest } from "./providers/provider.ts"
import { turnOf } from "./providers/offline-model.ts"
import { accept } from "./schema/accept.ts"
import { isRecord } from "./schema/json-schema.ts"
import type { Activity, Services } from "./services.ts"
import { markerKey } from "./state-keys.ts"
import { withTimeout } from "./timeout.ts"

// A call without a declared timeout must end too, or its worker's slot is lost.
const timeoutMsUsual = 5 * 60_000

export function modelTurnActivity(agent: Agent, services: Services): Activity {
  return async (context, raw) => {
    const input = raw as ModelTurnInput
    const { model } = input.parameters
    const provider = services.provider(model.provider)
    if (provider === undefined)
      return { ok: false, kind: "invalid_input", message: `no provider is called "${model.provider}"` }
    const name = `${agent.name} on ${model.id}`
    const guardedCall = (work: () => Promise<Envelope>): Promise<Envelope> =>
      services.limiter.run(agent.name, input.limit, () => services.breakers.run(name, input.circuit, work))
    return guardedCall(async () => {
      const run = context.getWorkflowInstanceId()
      const marker: CallMarker = { v: 1, allowance: input.parameters.allowance, at: services.now().toISOString() }
      if ((await services.state.saveFirst(markerKey(run, input), marker)) === "exists") return interrupted(agent.name)
      const work = (signal: AbortSignal): Promise<Envelope> => turn({ agent, provider, input, signal, run, services })
      return withTimeout(input.timeoutMs ?? timeoutMsUsual, agent.name, work, services.timers)
    })
  }
}

function interrupted(name: string): Failure {
  const message = `an earlier execution of this attempt of ${name} was cut off after its request may have left`
  return { ok: false, kind: "interrupted", message, maybeDone: true }
}

interface Turn {
  readonly agent: Agent
  readonly provider: Provider
  readonly input: ModelTurnInput
  readonly signal: AbortSignal
  readonly run: string
  readonly services: Services
}

async function turn({ agent, provider, input, signal, run, services }: Turn): Promise<Envelope<ModelTurn>> {
  const { onText } = services
  const { model, messages, tools, responseSchema, maxOutputTokens } = input.parameters
  const request: ProviderRequest = {
    agent: agent.name,
    step: input.step,
    attempt: input.attempt,
    turn: turnOf(messages),
    model: model.id,
    messages,
    tools,
    responseSchema,
    maxOutputTokens,
    idempotencyKey: input.key,
    signal,
    ...(onText === undefined ? {} : { onText: (delta: string) => onText({ run, step: input.step, delta }) }),
  }
  try {
    const response = await provider.complete(request)
    if (!response.ok) return response
    const { usage } = response
    return { ok: true, value: judged(agent, response, maxOutputTokens), ...(usage === undefined ? {} : { usage }) }
  } catch (thrown) {
    // A provider never throws; one that does may have sent its request.
    return { ...failureOf(thrown), maybeDone: true }
  }
}

function judged(agent: Agent, reply: ProviderReply, maxOutputTokens: number): ModelTurn {
  const { finishReason, toolCalls, refusal } = reply
  const base = { finishReason, ...(reply.text === "" ? {} : { text: reply.text }) }
  if (refusal !== undefined) return { ...base, refusal }
  if (finishReason === "content_filter") return { ...base, refusal: "the provider's content filter stopped the answer" }
  if (finishReason === "length")
    return {
      ...base,
      problems: [`the answer was cut off at the limit of ${maxOutputTokens} tokens; give a shorter one`],
    }
  if (toolCalls.length > 0) return { ...base, toolCalls }
  const answer = reply.answer ?? plainText(agent, reply.text)
  if (answer === undefined)
    return { ...base, problems: [reply.text.trim() === "" ? "the answer is empty" : "the answer is not JSON"] }
  const accepted = accept(agent.spec.result, answer.value)
  return accepted.ok ? { ...base, answer: { value: accepted.value } } : { ...base, problems: accepted.problems }
}

/** Where a text is wanted, a model without structured output just writes it. */
function plainText(agent: Agent, text: string): { readonly value: unknown } | undefined {
  const { json } = agent.spec.result
  return isRecord(json) && json["type"] === "string" && text.trim() !== "" ? { value: text } : undefined
}
