// The oracle's agents: turns of models, the tools they ask for, repairs, escalation and handoffs.

import type { AgentPlan, CallablePlan, ModelPlan, RetryPlan } from "../../compiler/3-plan/types.ts"
import { below, exceeded, failed, fresh, isFailed, pathOf, readerOf, sending, service, takes } from "./reference-attempts.ts"
import type { Envelope, Place, Progress } from "./reference-attempts.ts"
import { pure, scopeOf, wholeSchema, written } from "./reference-values.ts"
import type { Fields, Work } from "./reference-values.ts"
import { allowanceOf, costOf, nothing, refusalOf } from "./reference-world.ts"
import type { Amounts } from "./reference-world.ts"

interface Turn {
  readonly finishReason: string
  readonly text?: string
  readonly refusal?: string
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly arguments: unknown; readonly malformed?: string }[]
  readonly answer?: { readonly value: unknown }
  readonly problems?: readonly string[]
}

export interface AgentCall {
  readonly place: Place
  readonly agent: AgentPlan
  readonly parameters: Fields
  readonly retry: RetryPlan | undefined
  readonly limits: Fields
  readonly progress: Progress
  readonly callables: ReadonlyMap<string, CallablePlan>
  /** Several pieces of work at once, all of them ended by the first that fails. */
  readonly together: (place: Place, works: readonly ((own: Partial<Place>) => Work<unknown>)[], atATime: number) => Work<readonly unknown[]>
  readonly call: (place: Place, callable: string, parameters: Fields) => Work<unknown>
}

type Message = Fields & { readonly role: string }

export function* agentWork(first: AgentCall): Work<unknown> {
  const { memory } = first.agent
  const by = memory === undefined ? undefined : written(value(first, memory.by), memory.by.type)
  const remember = (action: string, more: Fields): Work<unknown> =>
    service({ ...first.place, path: pathOf(first.place, "memory") }, "agentflow.memory", { action, agent: first.agent.name, by, ...more })
  const kept = memory === undefined ? [] : (yield* remember("get", {})) as readonly Message[] ?? []
  const prompt = text(first, "prompt")
  const talk = { messages: openingThatFits(first, kept, { role: "user", content: prompt }) }
  let call = first
  for (let rung = 0; ; ) {
    try {
      const end = yield* converse(call, modelOf(call, rung), talk)
      if ("answer" in end) {
        const messages = [{ role: "user", content: prompt }, { role: "assistant", content: written(end.answer) }]
        if (memory !== undefined) {
          try {
            yield* remember("append", { messages, keep: memory.keep ?? 20 })
          } catch (thrown) {
            if (!takes([], thrown)) throw thrown
            first.place.run.world.logs.push("not remembered")
          }
        }
        return end.answer
      }
      call = { ...call, ...end }
      rung = 0
      talk.messages = opening(call, [...talk.messages.filter(({ role }) => role !== "system"), { role: "user", content: text(call, "prompt") }])
    } catch (thrown) {
      const next = call.agent.models.findIndex(({ on }, index) => index > rung && takes(on, thrown))
      if (next < 0) throw thrown
      rung = next
    }
  }
}

function value({ place, parameters }: Pick<AgentCall, "place" | "parameters">, plan: Parameters<typeof pure>[1], result?: unknown): unknown {
  return pure(readerOf(place, { names: scopeOf(parameters), result }), plan)
}

function text(call: AgentCall, role: "prompt" | "instructions"): string {
  const plan = call.agent[role]!
  return written(value(call, plan), plan.type)
}

function modelOf(call: AgentCall, rung: number): ModelPlan {
  const { choose, models } = call.agent
  const chosen = rung === 0 && choose !== undefined ? (value(call, choose.condition) ? choose.then : choose.otherwise) : models[rung]!.model
  return modelNamed(call, chosen)
}

function modelNamed({ place }: AgentCall, wanted: string): ModelPlan {
  return place.run.world.plan.models.find(({ name }) => name === wanted)!
}

function opening(call: AgentCall, messages: readonly Message[]): readonly Message[] {
  const { agent } = call
  const system = agent.instructions === undefined ? [] : [{ role: "system", content: text(call, "instructions") }]
  return [...system, ...(agent.history === undefined ? [] : value(call, agent.history) as readonly Message[]), ...messages]
}

/** The oldest of what is remembered is left out where the model has no room for it. */
function openingThatFits(call: AgentCall, kept: readonly Message[], prompt: Message): readonly Message[] {
  const messages = opening(call, [...kept, prompt])
  const model = modelOf(call, 0)
  return kept.length === 0 || room(model, inputTokens(call, messages)) >= useful(model) ? messages : openingThatFits(call, kept.slice(1), prompt)
}

/** Of a token there are likely four bytes. */
function room({ contextTokens, outputTokens }: ModelPlan, input: number): number {
  return Math.min(outputTokens, contextTokens - Math.ceil(input / 4))
}

function useful({ outputTokens }: ModelPlan): number {
  return Math.min(256, outputTokens)
}

/** From above: no tokenizer makes more tokens than there are bytes. */
function inputTokens({ place, agent, callables }: AgentCall, messages: readonly Message[]): number {
  const { types } = place.run.world.plan
  const tools = agent.tools.map((name) => {
    const schema = wholeSchema(types, callables.get(name)!.parametersSchema)
    return { name, description: schema["description"], parameters: schema }
  })
  const handoffs = agent.handoffs.map((name) => {
    const schema = wholeSchema(types, callables.get(name)!.parametersSchema)
    const about = schema["description"] === undefined ? "" : `. ${String(schema["description"])}`
    return { name: `hand_over_to_${name}`, description: `Hands the conversation over to ${name}, who answers it${about}`, parameters: schema }
  })
  const size = (json: unknown): number => Buffer.byteLength(JSON.stringify(json))
  const declared = size([[...tools, ...handoffs], wholeSchema(types, agent.resultSchema)]) + 64
  return messages.reduce((sum, message) => sum + size(message) + 8, declared)
}

function* converse(call: AgentCall, model: ModelPlan, talk: { messages: readonly Message[] }): Work<{ readonly answer: unknown } | Pick<AgentCall, "agent" | "parameters">> {
  const { agent, place, progress } = call
  let { messages } = talk
  for (let repairs = 0; ; repairs++) {
    if (progress.attempts >= 100) throw failed("loop_exhausted", `${agent.name} gave no answer in 100 turns`, { step: place.path })
    progress.attempts += 1
    const turnPlace = below(place, `${place.path}/turn[${progress.attempts}]`)
    const turn = yield* takeTurn(call, turnPlace, model, messages)
    if (turn.refusal !== undefined || turn.finishReason === "content_filter") {
      throw failed("refused", turn.refusal ?? "the provider's content filter stopped the answer", { step: turnPlace.path })
    }
    const said: Message = { role: "assistant", ...(turn.text === undefined ? {} : { content: turn.text }) }
    if ((turn.toolCalls ?? []).length > 0 && agent.tools.length + agent.handoffs.length > 0) {
      const { answers, handoff } = yield* answered(call, turnPlace, turn.toolCalls!)
      messages = [...messages, { ...said, toolCalls: turn.toolCalls! }, ...answers]
      talk.messages = messages
      if (handoff !== undefined) return handoff
      repairs -= 1
      continue
    }
    const problems = problemsOf(call, turn)
    if (problems.length === 0) return { answer: turn.answer!.value }
    if (repairs >= 3) throw failed("invalid_output", problems.join("; "), { data: { problems }, step: turnPlace.path })
    const content = `That answer can't be used:\n${problems.map((problem) => `- ${problem}`).join("\n")}\nGive the whole answer again, corrected.`
    messages = [...messages, { content: "", ...said }, { role: "user", content }]
  }
}

function* takeTurn(call: AgentCall, place: Place, wanted: ModelPlan, messages: readonly Message[]): Work<Turn> {
  const input = inputTokens(call, messages)
  let model = wanted
  const prepare = () => {
    const found = affordable(call, place, wanted, input)
    model = found.model
    const { amounts, outputTokens } = found
    return { allowance: amounts, parameters: { model: { name: model.name }, messages, maxOutputTokens: outputTokens, allowance: amounts } }
  }
  const spent = (envelope: Envelope | undefined, allowance: Amounts): Amounts => {
    if (envelope?.usage) {
      const cost = costOf(model, envelope.usage.inputTokens, envelope.usage.outputTokens)
      if (cost.tokens > allowance.tokens) place.run.world.logs.push("billed more")
      return cost
    }
    return envelope?.ok === false && !envelope.maybeDone && envelope.kind !== "interrupted" ? nothing : allowance
  }
  return (yield* sending(place, { name: call.agent.name, step: place.path, retry: call.retry, limits: call.limits, prepare, spent }, fresh())).value as Turn
}

function affordable(call: AgentCall, place: Place, wanted: ModelPlan, input: number, tried: readonly ModelPlan[] = []): ReturnType<typeof allowanceOf> & { readonly model: ModelPlan } {
  const outputTokens = room(wanted, input)
  if (outputTokens < useful(wanted)) {
    const likely = Math.ceil(input / 4)
    throw failed("too_large", `the conversation has about ${likely} tokens, which leaves no room for an answer in the ${wanted.contextTokens} of ${wanted.name}`, { step: place.path })
  }
  const allowance = allowanceOf(place.account, { ...wanted, outputTokens }, input)
  const refusal = refusalOf(place.account, allowance.amounts)
  if (refusal === undefined) return { ...allowance, model: wanted }
  const over = refusal.by.over?.plan
  const cheaper = over?.kind === "use" ? modelNamed(call, over.model) : undefined
  if (cheaper === undefined || [...tried, wanted].includes(cheaper)) throw exceeded(refusal, place.path)
  return affordable(call, place, cheaper, input, [...tried, wanted])
}

function problemsOf(call: AgentCall, turn: Turn): readonly string[] {
  const cut = turn.finishReason === "length" ? ["the answer was cut off because it was too long"] : []
  if (turn.answer === undefined) return [...cut, ...(turn.problems ?? (cut.length > 0 ? [] : ["there was no answer"]))]
  const answer = turn.answer.value
  return call.agent.requirements.filter(({ condition }) => !value(call, condition, answer))
    .map(({ otherwise }) => written(value(call, otherwise, answer), otherwise.type))
}

/** What each call is told, in the order of the calls; an agent that takes the conversation over is told first. */
function* answered(call: AgentCall, place: Place, calls: NonNullable<Turn["toolCalls"]>): Work<{ readonly answers: readonly Message[]; readonly handoff?: Pick<AgentCall, "agent" | "parameters"> }> {
  let handoff: Pick<AgentCall, "agent" | "parameters"> | undefined
  const answer = ({ id, name }: (typeof calls)[number], content: string): Message => ({ role: "tool", toolCallId: id, name, content })
  const handed: Message[] = []
  const rest = calls.filter((each) => {
    const target = call.agent.handoffs.find((name) => `hand_over_to_${name}` === each.name)
    if (target === undefined) return true
    if (handoff !== undefined) handed.push(answer(each, refusal("conflict", `the conversation goes to ${handoff.agent.name} already`)))
    else {
      handoff = { agent: call.callables.get(target) as AgentPlan, parameters: each.arguments as Fields }
      handed.push(answer(each, JSON.stringify({ handedOverTo: target })))
    }
    return false
  })
  const works = rest.map((each) => (own: Partial<Place>): Work<unknown> => toldBy(call, { ...place, ...own, share: place.share * rest.length }, each))
  const answers = (yield* call.together(place, works, 16)) as readonly string[]
  return { answers: [...handed, ...answers.map((content, index) => answer(rest[index]!, content))], ...(handoff === undefined ? {} : { handoff }) }
}

function* toldBy(call: AgentCall, place: Place, { name, malformed, arguments: given }: NonNullable<Turn["toolCalls"]>[number]): Work<string> {
  const { tools } = call.agent
  if (!tools.includes(name)) return refusal("invalid_input", `there is no tool ${name}; there are: ${tools.join(", ") || "none"}`)
  if (malformed !== undefined) return refusal("invalid_input", "the arguments are not JSON")
  try {
    return written(yield* call.call(place, name, given as Fields))
  } catch (thrown) {
    if (!isFailed(thrown) || !takes([], thrown)) throw thrown
    return refusal(thrown.kind, thrown.message, thrown.data)
  }
}

function refusal(kind: string, message: string, data?: unknown): string {
  return JSON.stringify({ error: { kind, message, data } })
}

