// The messages of one agent call, and how many tokens they can be at most.

import type { JsonSchema, Message, ToolDescription } from "../contract.ts"
import { utf8Length } from "../policy/hash.ts"

export interface Conversation {
  readonly messages: readonly Message[]
  /** An upper bound: no tokenizer makes more tokens than there are bytes, and what frames a message is counted too. */
  readonly inputTokensMax: number
}

/** Of running text; where a model makes more of it, its provider refuses what is too much, as `too_large` too. */
const bytesPerTokenUsual = 4

/** What to expect rather than what is possible: a prompt is not refused for what it could be at worst. */
export function likelyTokens({ inputTokensMax }: Conversation): number {
  return Math.ceil(inputTokensMax / bytesPerTokenUsual)
}

const framingTokensPerMessage = 8
const framingTokensPerRequest = 64

export function openConversation(start: {
  readonly messages: readonly Message[]
  readonly tools: readonly ToolDescription[]
  readonly responseSchema: JsonSchema
}): Conversation {
  const declared = utf8Length(JSON.stringify([start.tools, start.responseSchema]))
  return extend({ messages: [], inputTokensMax: declared + framingTokensPerRequest }, start.messages)
}

export function extend(conversation: Conversation, messages: readonly Message[]): Conversation {
  const sizes = messages.map((message) => utf8Length(JSON.stringify(message)) + framingTokensPerMessage)
  const inputTokensMax = sizes.reduce((total, size) => total + size, conversation.inputTokensMax)
  return { messages: [...conversation.messages, ...messages], inputTokensMax }
}
