// What a shared link keeps of a run: its input, faults and seed.

import { batch } from "@preact/signals"
import { decisions, faults, given, inputText, moment, run, seed, trace, workflow } from "./session.ts"

interface SharedRun {
  readonly workflow: string
  readonly input: string
  readonly faults: typeof faults.value
  readonly given: typeof given.value
  readonly decisions: typeof decisions.value
  readonly seed: number
  readonly moment: number
}

export function sharedRun(): SharedRun | undefined {
  if (trace.peek() === undefined) return undefined
  return { workflow: workflow.peek(), input: inputText.peek(), faults: faults.peek(), given: given.peek(), decisions: decisions.peek(), seed: seed.peek(), moment: moment.peek() }
}

/** The run of a link is run again: it is the same, so its moment is too. */
export function restoreRun(written: unknown): void {
  if (typeof written !== "object" || written === null || typeof (written as SharedRun).workflow !== "string") return
  const { workflow: name, input, faults: struck = [], given: scripted = {}, decisions: decided = {}, seed: drawn = 0, moment: at = 0 } = written as SharedRun
  batch(() => {
    workflow.value = name
    inputText.value = typeof input === "string" ? input : "{}"
    faults.value = Array.isArray(struck) ? struck : []
    given.value = scripted
    decisions.value = decided
    seed.value = drawn
    moment.value = at
  })
  void run({ keepMoment: true, play: false })
}
