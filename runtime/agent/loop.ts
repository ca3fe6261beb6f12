// An agent call: model turns and the tools they ask for, until there is an answer that holds.

import type {
  Agent, AgentSpec, Amounts, Envelope, Flow, Message, Model, ModelTurn, ToolInput,
} from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { budgetExceeded, newProgress, sendUntilDone } from "../flow/attempts.ts"
import type { Progress } from "../flow/attempts.ts"
import { openFrame } from "../flow/state.ts"
import type { Frame } from "../flow/state.ts"
import { modelAmounts, modelAllowance, noAmounts } from "../policy/budget.ts"
import type { RetryPlan } from "../policy/retry.ts"
import { extend, openConversation } from "./conversation.ts"
import type { Conversation } from "./conversation.ts"
import { callTools, describeTools } from "./tools.ts"

/** How often one model may answer in vain before its answer counts as `invalid_output`. */
export const repairTurnsMax = 3

/** Holds an agent whose budget does not bound its turns. */
export const turnsMax = 100

export interface AgentCall<P extends object, R> {
  readonly frame: Frame
  readonly agent: Agent<P, R>
  readonly parameters: P
  readonly retry: RetryPlan | undefined
  readonly limits: Pick<ToolInput, "timeoutMs" | "circuit">
  /** `attempts` counts turns here: a call that a person sends again goes on with the next number. */
  readonly progress: Progress
}

/** The models in their order: when one fails in a way that another is meant for, that one takes the talk over. */
export function* runAgent<P extends object, R>(call: AgentCall<P, R>): Flow<R> {
  const { spec } = call.agent
  const talk = { conversation: opening(spec, call.parameters) }
  for (let rung = 0; ; ) {
    try {
      return yield* converse(call, modelAt(spec, call.parameters, rung), talk)
    } catch (thrown) {
      const next = spec.models.findIndex(({ on }, index) =>
        index > rung && thrown instanceof FlowError && catches(thrown, ...(on ?? [])))
      if (next < 0) throw thrown
      rung = next
    }
  }
}

function modelAt<P extends object, R>(spec: AgentSpec<P, R>, parameters: P, rung: number): Model {
  const model = (rung === 0 ? spec.chooseModel?.(parameters) : undefined) ?? spec.models[rung]?.model
  if (!model) throw new FlowError("internal", `agent ${spec.name} has no model`)
  return model
}

function opening<P extends object, R>(spec: AgentSpec<P, R>, parameters: P): Conversation {
  const instructions = spec.instructions?.(parameters)
  return openConversation({
    messages: [
      ...(instructions === undefined ? [] : [{ role: "system", content: instructions } as const]),
      { role: "user", content: spec.prompt(parameters) },
    ],
    tools: describeTools(spec.tools ?? []),
    responseSchema: spec.result.json,
  })
}

/**
 * One model until it answers. `talk` keeps what is worth keeping for the next model: the tools' answers, which cost
 * something or did something, but not the answers that were no good.
 */
function* converse<P extends object, R>(
  call: AgentCall<P, R>, model: Model, talk: { conversation: Conversation },
): Flow<R> {
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
    // Without tools a call of one is no answer: it counts as a repair, or such a model would never stop.
    if (turn.toolCalls && turn.toolCalls.length > 0 && (spec.tools ?? []).length > 0) {
      const answers = yield* callTools(frame, spec.tools ?? [], turn.toolCalls)
      conversation = extend(conversation, [{ ...said, toolCalls: turn.toolCalls }, ...answers])
      talk.conversation = conversation
      continue
    }
    const problems = problemsOf(spec, turn, call.parameters)
    if (problems.length === 0) return turn.answer?.value as R
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
  const { kind: _kind, ...modelSpec } = model
  const inputTokens = conversation.inputTokensMax
  const success = yield* sendUntilDone(frame, {
    activity: spec.name,
    step: frame.path,
    retry: call.retry,
    limits: call.limits,
    prepare() {
      const allowed = modelAllowance(frame.account, { model, inputTokens })
      if (!allowed.ok) throw budgetExceeded(allowed.refusal, frame.path)
      const { amounts, maxOutputTokens } = allowed
      return {
        allowance: amounts,
        parameters: {
          model: modelSpec,
          messages: conversation.messages,
          tools: describeTools(spec.tools ?? []),
          responseSchema: spec.result.json,
          maxOutputTokens,
          allowance: amounts,
        },
      }
    },
    spent(envelope, allowance) {
      const spent = spentOn(model, envelope, allowance)
      if (spent.tokens > allowance.tokens) {
        const over = `the provider billed ${spent.tokens} tokens, ${allowance.tokens} were allowed`
        frame.state.runOf(frame).log(`${frame.path}: ${over}`)
      }
      return spent
    },
  }, newProgress())
  return success.value as ModelTurn
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
