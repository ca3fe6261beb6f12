// An agent call: model turns and the tools they ask for, until there is an answer that holds.

import type {
  Agent, AgentSpec, Amounts, ChatMessage, Envelope, Flow, Message, Model, ModelTurn, Settings,
} from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { budgetExceeded, newProgress, sendUntilDone } from "../flow/attempts.ts"
import type { Progress } from "../flow/attempts.ts"
import { cheaperModel } from "../flow/over-budget.ts"
import type { Limits } from "../flow/policies.ts"
import { openFrame, settingOf } from "../flow/state.ts"
import type { Frame } from "../flow/state.ts"
import { modelAmounts, modelAllowance, noAmounts, usefulOutputTokens } from "../policy/budget.ts"
import type { Allowance } from "../policy/budget.ts"
import type { RetryPlan } from "../policy/retry.ts"
import { extend, likelyTokens, openConversation } from "./conversation.ts"
import type { Conversation } from "./conversation.ts"
import { answerHandoffs, describeHandoffs, handoffsOf } from "./handoff.ts"
import type { Handoff } from "./handoff.ts"
import { recall, remember } from "./memory.ts"
import { callTools, describeTools, toolsOf } from "./tools.ts"

/** How often one model may answer in vain before its answer counts as `invalid_output`. */
export const repairTurnsMax = 3

/** Holds an agent whose budget does not bound its turns. */
export const turnsMax = 100

export interface AgentCall<P extends object, R> {
  readonly frame: Frame
  readonly agent: Agent<P, R>
  readonly parameters: P
  readonly retry: RetryPlan | undefined
  readonly limits: Limits
  /** `attempts` counts turns here: a call that a person sends again goes on with the next number. */
  readonly progress: Progress
}

/** A value, or another agent that takes the conversation over. */
type End<R> = { readonly answer: R } | Handoff<R>

/**
 * The models in their order: when one fails in a way that another is meant for, that one takes the talk over. So does
 * another agent that the conversation is handed to; what it spends and how many turns it takes counts for the first.
 */
export function* runAgent<P extends object, R>(first: AgentCall<P, R>): Flow<R> {
  const settings = settingsOf(first.frame)
  const remembered = yield* recall(first.frame, first.agent, first.parameters)
  const prompt = first.agent.spec.prompt(first.parameters, settings)
  const talk = { conversation: openingThatFits(first, remembered, { role: "user", content: prompt }) }
  let call = first as AgentCall<object, R>
  for (let rung = 0; ; ) {
    try {
      const end = yield* converse(call, modelAt(call, rung), talk)
      if ("answer" in end) {
        yield* remember(first.frame, first.agent, first.parameters, { prompt, answer: end.answer })
        return end.answer
      }
      call = { ...call, agent: end.agent, parameters: end.parameters }
      rung = 0
      talk.conversation = handedOver(call, talk.conversation)
    } catch (thrown) {
      const next = call.agent.spec.models.findIndex(({ on }, index) =>
        index > rung && thrown instanceof FlowError && catches(thrown, ...(on ?? [])))
      if (next < 0) throw thrown
      rung = next
    }
  }
}

function settingsOf({ state }: Frame): Settings {
  return (setting) => settingOf(state, setting)
}

function modelAt<P extends object, R>({ agent: { spec }, parameters, frame }: AgentCall<P, R>, rung: number): Model {
  const chosen = rung === 0 ? spec.chooseModel?.(parameters, settingsOf(frame)) : undefined
  const model = chosen ?? spec.models[rung]?.model
  if (!model) throw new FlowError("internal", `agent ${spec.name} has no model`)
  return model
}

function opening<P extends object, R>(call: AgentCall<P, R>, messages: readonly Message[]): Conversation {
  const { agent: { spec }, parameters, frame } = call
  const instructions = spec.instructions?.(parameters, settingsOf(frame))
  const history: readonly ChatMessage[] = spec.history?.(parameters) ?? []
  return openConversation({
    messages: [
      ...(instructions === undefined ? [] : [{ role: "system", content: instructions } as const]),
      ...history,
      ...messages,
    ],
    tools: declaredTo(spec),
    responseSchema: spec.result.json,
  })
}

/** As much of what is remembered as the model has room for, the latest first to stay. */
function openingThatFits<P extends object, R>(call: AgentCall<P, R>, remembered: readonly ChatMessage[], prompt: Message): Conversation {
  const model = modelAt(call, 0)
  for (let dropped = 0; ; dropped++) {
    const conversation = opening(call, [...remembered.slice(dropped), prompt])
    if (dropped >= remembered.length || outputRoom(model, conversation) >= usefulOutput(model)) return conversation
  }
}

/** Tokens of an answer that the model's context has room for beside the conversation. */
function outputRoom({ context, output }: Model, conversation: Conversation): number {
  return Math.min(output, context - likelyTokens(conversation))
}

function usefulOutput({ output }: Model): number {
  return Math.min(usefulOutputTokens, output)
}

/** The next agent knows what was said, but has its own instructions. */
function handedOver<P extends object, R>(call: AgentCall<P, R>, before: Conversation): Conversation {
  const prompt = call.agent.spec.prompt(call.parameters, settingsOf(call.frame))
  const said = before.messages.filter(({ role }) => role !== "system")
  return opening(call, [...said, { role: "user", content: prompt }])
}

function declaredTo<P extends object, R>(spec: AgentSpec<P, R>): ReturnType<typeof describeTools> {
  return [...describeTools(toolsOf(spec)), ...describeHandoffs(handoffsOf(spec))]
}

/**
 * One model until it answers. `talk` keeps what is worth keeping for the next model: the tools' answers, which cost
 * something or did something, but not the answers that were no good.
 */
function* converse<P extends object, R>(
  call: AgentCall<P, R>, model: Model, talk: { conversation: Conversation },
): Flow<End<R>> {
  const { spec } = call.agent
  let conversation = talk.conversation
  for (let repairs = 0; ; ) {
    const frame = nextTurn(call)
    const turn = yield* takeTurn(call, frame, model, conversation)
    if (turn.refusal !== undefined || turn.finishReason === "content_filter") {
      const message = turn.refusal ?? "the provider's content filter stopped the answer"
      throw new FlowError("refused", message, undefined, { step: frame.path })
    }
    const said = { role: "assistant", ...(turn.text === undefined ? {} : { content: turn.text }) } as const
    // Of an agent without tools a call of one is no answer: it counts as a repair, or such a model would not stop.
    if (turn.toolCalls && turn.toolCalls.length > 0 && declaredTo(spec).length > 0) {
      const { handoff, answers: handed, rest } = answerHandoffs<R>(handoffsOf(spec), turn.toolCalls)
      const answers = yield* callTools(frame, toolsOf(spec), rest)
      conversation = extend(conversation, [{ ...said, toolCalls: turn.toolCalls }, ...handed, ...answers])
      talk.conversation = conversation
      if (handoff) return handoff
      continue
    }
    const problems = problemsOf(spec, turn, call.parameters)
    if (problems.length === 0) return { answer: turn.answer?.value as R }
    if (repairs >= repairTurnsMax) {
      throw new FlowError("invalid_output", problems.join("; "), { problems }, { step: frame.path })
    }
    repairs += 1
    conversation = extend(conversation, [{ content: "", ...said }, repairRequest(problems)])
  }
}

function nextTurn<P extends object, R>({ frame, progress, agent }: AgentCall<P, R>): Frame {
  if (progress.attempts >= turnsMax) {
    const message = `${agent.name} gave no answer in ${turnsMax} turns`
    throw new FlowError("loop_exhausted", message, undefined, { step: frame.path })
  }
  progress.attempts += 1
  return openFrame(frame, `${frame.path}/turn[${progress.attempts}]`)
}

function* takeTurn<P extends object, R>(
  call: AgentCall<P, R>, frame: Frame, model: Model, conversation: Conversation,
): Flow<ModelTurn> {
  const { spec } = call.agent
  let used = model
  const success = yield* sendUntilDone(frame, {
    activity: spec.name,
    step: frame.path,
    retry: call.retry,
    limits: call.limits,
    prepare() {
      const affordable = affordableCall(frame, model, conversation)
      used = affordable.model
      const { kind: _kind, ...modelSpec } = used
      const { amounts, maxOutputTokens } = affordable
      return {
        allowance: amounts,
        parameters: {
          model: modelSpec,
          messages: conversation.messages,
          tools: declaredTo(spec),
          responseSchema: spec.result.json,
          maxOutputTokens,
          allowance: amounts,
        },
      }
    },
    spent(envelope, allowance) {
      const spent = spentOn(used, envelope, allowance)
      if (spent.tokens > allowance.tokens) {
        const over = `the provider billed ${spent.tokens} tokens, ${allowance.tokens} were allowed`
        frame.state.runOf(frame).log(`${frame.path}: ${over}`)
      }
      return spent
    },
  }, newProgress())
  return success.value as ModelTurn
}

/** The model itself, or the one that a budget without room for it names instead. */
function affordableCall(frame: Frame, wanted: Model, conversation: Conversation): Allowance & { readonly model: Model } {
  const tried: Model[] = []
  for (let model = wanted; ; ) {
    const output = outputRoom(model, conversation)
    if (output < usefulOutput(model)) throw tooLong(model, conversation, frame.path)
    const allowed = modelAllowance(frame.account, { model: { ...model, output }, inputTokens: conversation.inputTokensMax })
    if (allowed.ok) return { ...allowed, model }
    tried.push(model)
    const cheaper = cheaperModel(allowed.refused.by)
    if (!cheaper || tried.includes(cheaper)) throw budgetExceeded(allowed.refused, frame.path)
    model = cheaper
  }
}

/** Before anything is sent or spent; a model of more context may be named for it: `then big on too_large`. */
function tooLong({ name, context }: Model, conversation: Conversation, step: string): FlowError {
  const message = `the conversation has about ${likelyTokens(conversation)} tokens, which leaves no room for an answer in the ${context} of ${name}`
  return new FlowError("too_large", message, undefined, { step })
}

/** What was reported; nothing when the call is known to have done nothing; otherwise the whole allowance. */
function spentOn(model: Model, envelope: Envelope | undefined, allowance: Amounts): Amounts {
  if (envelope?.usage) return modelAmounts(model, envelope.usage.inputTokens, envelope.usage.outputTokens)
  const didNothing = envelope?.ok === false && !envelope.maybeDone && envelope.kind !== "interrupted"
  return didNothing ? noAmounts : allowance
}

function problemsOf<P extends object, R>(spec: AgentSpec<P, R>, turn: ModelTurn, parameters: P): readonly string[] {
  const cut = turn.finishReason === "length" ? ["the answer was cut off because it was too long"] : []
  if (!turn.answer) return [...cut, ...(turn.problems ?? (cut.length > 0 ? [] : ["there was no answer"]))]
  const value = turn.answer.value as R
  const broken = (spec.require ?? []).filter((rule) => !rule.holds(value, parameters))
  return broken.map((rule) => rule.otherwise(value, parameters))
}

function repairRequest(problems: readonly string[]): Message {
  const listed = problems.map((problem) => `- ${problem}`).join("\n")
  return { role: "user", content: `That answer can't be used:\n${listed}\nGive the whole answer again, corrected.` }
}
