// Handoffs: an agent lets another take the conversation over by calling it like a tool.

import type { Agent, AgentSpec, Message, ToolCall, ToolDescription } from "../contract.ts"
import { accept } from "../schema/accept.ts"
import { descriptionOf, refusal } from "./tools.ts"

export interface Handoff<R> {
  readonly agent: Agent<object, R>
  readonly parameters: object
}

export function handoffsOf<P extends object, R>({ handoffs = [] }: AgentSpec<P, R>): readonly Agent[] {
  return typeof handoffs === "function" ? handoffs() : handoffs
}

export function describeHandoffs(agents: readonly Agent[]): readonly ToolDescription[] {
  return agents.map(({ name, spec }) => {
    const about = descriptionOf(spec.parameters.json)
    const description = `Hands the conversation over to ${name}, who answers it${about === undefined ? "" : `. ${about}`}`
    return { name: toolName(name), description, parameters: spec.parameters.json }
  })
}

export interface AnsweredHandoffs<R> {
  /** The first that can be taken. */
  readonly handoff: Handoff<R> | undefined
  readonly answers: readonly Message[]
  /** The calls of real tools. */
  readonly rest: readonly ToolCall[]
}

/** Every call wants an answer, also the one that ends the agent's part. */
export function answerHandoffs<R>(agents: readonly Agent[], calls: readonly ToolCall[]): AnsweredHandoffs<R> {
  let handoff: Handoff<R> | undefined
  const answers: Message[] = []
  const rest: ToolCall[] = []
  for (const call of calls) {
    const agent = agents.find(({ name }) => toolName(name) === call.name)
    if (!agent) {
      rest.push(call)
      continue
    }
    const parameters = accept(agent.spec.parameters, call.malformed === undefined ? call.arguments ?? {} : undefined)
    const answer = (content: string): void => {
      answers.push({ role: "tool", toolCallId: call.id, name: call.name, content })
    }
    if (!parameters.ok) answer(refusal("invalid_input", parameters.problems.join("; ")))
    else if (handoff) answer(refusal("conflict", `the conversation goes to ${handoff.agent.name} already`))
    else {
      // The compiler has checked that all agents of a handoff answer with the same type.
      handoff = { agent: agent as Agent<object, R>, parameters: parameters.value }
      answer(JSON.stringify({ handedOverTo: agent.name }))
    }
  }
  return { handoff, answers, rest }
}

function toolName(agent: string): string {
  return `hand_over_to_${agent}`
}
