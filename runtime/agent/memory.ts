// What an agent remembers from one call to the next, in the state store.

import { text } from "../builtins.ts"
import { memoryActivity } from "../contract.ts"
import type { Agent, ChatMessage, Flow } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { serviceStep } from "../flow/service.ts"
import { stepPath } from "../flow/state.ts"
import type { Frame } from "../flow/state.ts"

const keptMessages = 20

export function* recall<P extends object, R>(
  frame: Frame, { name, spec }: Agent<P, R>, parameters: P,
): Flow<readonly ChatMessage[]> {
  if (!spec.memory) return []
  const asked = { action: "get", agent: name, by: spec.memory.by(parameters) }
  const step = stepPath(frame, "memory")
  const kept = yield* serviceStep(frame, { activity: memoryActivity, step, parameters: asked })
  return Array.isArray(kept) ? kept as readonly ChatMessage[] : []
}

/** The question and the answer, without the work between them. An answer is not lost because it can't be remembered. */
export function* remember<P extends object, R>(
  frame: Frame, { name, spec }: Agent<P, R>, parameters: P, said: { readonly prompt: string; readonly answer: R },
): Flow<void> {
  if (!spec.memory) return
  const messages: readonly ChatMessage[] = [
    { role: "user", content: said.prompt }, { role: "assistant", content: text(said.answer) },
  ]
  const { by, keep = keptMessages } = spec.memory
  const added = { action: "append", agent: name, by: by(parameters), messages, keep }
  const step = stepPath(frame, "memory")
  try {
    yield* serviceStep(frame, { activity: memoryActivity, step, parameters: added })
  } catch (thrown) {
    if (!(thrown instanceof FlowError) || !catches(thrown)) throw thrown
    frame.state.runOf(frame).log(`${step}: not remembered: ${thrown.message}`)
  }
}
