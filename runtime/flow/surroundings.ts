// Steps around a body: the settings before it, the dead letter after it has failed.

import { deadLetterActivity, settingsActivity } from "../contract.ts"
import type { Flow, RunFailure, Setting, WorkflowSpec } from "../contract.ts"
import { catches, FlowError } from "../errors.ts"
import { accept } from "../schema/accept.ts"
import type { RunInput } from "./carry.ts"
import { openScope } from "./scope.ts"
import { serviceStep } from "./service.ts"
import { openFrame, stepPath } from "./state.ts"
import type { Frame } from "./state.ts"

/** A durable step, so that a replay, another worker and a later deployment see the values that the run began with. */
export function* readSettings(frame: Frame, settings: readonly Setting[]): Flow<void> {
  if (settings.length === 0) return
  const wanted = settings.map((setting) =>
    ({ name: setting.name, ...(setting.default === undefined ? {} : { default: setting.default }) }))
  const step = stepPath(frame, "settings")
  const values = yield* serviceStep(frame, { activity: settingsActivity, step, parameters: { settings: wanted } })
  const read = Object.entries((values ?? {}) as Record<string, unknown>)
  frame.state.settings = Object.fromEntries(settings.map((setting) => {
    const accepted = accept(setting.schema, read.find(([name]) => name === setting.name)?.[1])
    if (accepted.ok) return [setting.name, accepted.value]
    throw new FlowError("invalid_input", `setting ${setting.name}: ${accepted.problems.join("; ")}`, undefined, { step })
  }))
}

type Told = Pick<WorkflowSpec<object, unknown>, "name" | "deadLetter">

/** The last step of a failed run; that nobody could be told changes nothing about its failure. */
export function* tellDeadLetter(frame: Frame, { name, deadLetter }: Told, input: RunInput, failure: RunFailure): Flow<void> {
  if (!deadLetter) return
  const own = openFrame(frame, stepPath(frame, "dead letter"), { scope: openScope() })
  const parameters = { workflow: name, ...deadLetter, input: input.parameters, failure }
  try {
    yield* serviceStep(own, { activity: deadLetterActivity, step: own.path, parameters })
  } catch (thrown) {
    if (!(thrown instanceof FlowError) || !catches(thrown)) throw thrown
    frame.state.runOf(frame).log(`the dead letter was not written: ${thrown.message}`)
  }
}

/** A run that succeeds may still have left something behind: an undo of a block that failed for good. */
export function* tellLeftovers(frame: Frame, spec: Told, input: RunInput): Flow<void> {
  const { undone, failed, unknown } = frame.state.compensated
  if (failed.length === 0 && unknown.length === 0) return
  const steps = [...failed.map(({ step }) => step ?? ""), ...unknown]
  const message = `the run completed, but something is not undone: ${steps.join(", ")}`
  frame.state.runOf(frame).log(message)
  yield* tellDeadLetter(frame, spec, input, {
    v: 1, kind: "internal", message, undone, undoFailed: failed, undoUnknown: unknown,
  })
}
