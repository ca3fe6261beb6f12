// What tests of workflow bodies share: a workflow from a body, envelopes, and what was called.

import type { Envelope, Flow, Run, Workflow, WorkflowSpec } from "../../runtime/contract.ts"
import { workflow } from "../../runtime/workflow.ts"
import { anything, objectSchema, testTool } from "./callables.ts"
import type { Fields } from "./callables.ts"
import type { Played } from "./fake-context.ts"

export const done = (value: unknown = null): Envelope => ({ ok: true, value })

export const failed = (kind: string, more: object = {}): Envelope => ({ ok: false, kind, message: kind, ...more })

export function flow(
  body: (run: Run, input: Fields) => Flow<unknown>, spec: Partial<WorkflowSpec<Fields, unknown>> = {},
): Workflow<Fields, unknown> {
  return workflow({ name: "W", parameters: objectSchema, result: anything, ...spec }, body)
}

export const ping = testTool("ping")
export const cancel = testTool("cancel")

/** Its undo is `cancel` with the same parameters and the booking. */
export const book = testTool("book", {
  compensate(undo, parameters, result) {
    return undo.call(cancel, { ...parameters, booking: result })
  },
})

export function stepsOf(played: Played, name?: string): readonly string[] {
  return played.activities.filter((activity) => name === undefined || activity.name === name).map(({ step }) => step)
}

export function parametersOf(played: Played, name: string): readonly unknown[] {
  return played.activities.filter((activity) => activity.name === name).map(({ parameters }) => parameters)
}
