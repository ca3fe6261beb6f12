// What a turn sends is encoded when the turn ends: a replay goes through every step of a run and sends none of them again.

import type { ActivityInput } from "../contract.ts"

/** The part of the SDK's own context that is used; none of it is published. */
export interface InnerContext {
  _customStatus: string
  getActions(): readonly InnerAction[]
  callActivity(name: string, input: unknown): unknown
}

interface InnerAction {
  getId(): number
  getScheduletask(): { getInput(): { setValue(text: string): void } | null | undefined } | null | undefined
}

export interface LateEncoding {
  callActivity(name: string, input: ActivityInput): unknown
  showStatus(make: () => string): void
}

/** Undefined where the SDK's context is another than the one that this was written for. */
export function lateEncoding(given: unknown): LateEncoding | undefined {
  const inner = given as Partial<InnerContext & { readonly _sequenceNumber: number }> | null | undefined
  if (typeof inner?.getActions !== "function" || typeof inner.callActivity !== "function") return undefined
  if (typeof inner._sequenceNumber !== "number" || typeof inner._customStatus !== "string") return undefined
  return encodingOf(inner as InnerContext & { readonly _sequenceNumber: number })
}

function encodingOf(inner: InnerContext & { readonly _sequenceNumber: number }): LateEncoding {
  const inputs = new Map<number, ActivityInput>()
  const actionsOf = inner.getActions.bind(inner)
  let status: (() => string) | undefined
  inner.getActions = () => {
    const actions = actionsOf()
    for (const action of actions) {
      const input = inputs.get(action.getId())
      if (input !== undefined) action.getScheduletask()?.getInput()?.setValue(JSON.stringify(input))
    }
    // Whatever is left belongs to steps that the history confirmed.
    inputs.clear()
    if (status !== undefined) inner._customStatus = status()
    return actions
  }
  return {
    callActivity(name, input) {
      // Anything that makes a place for the text.
      const task = inner.callActivity(name, 1)
      inputs.set(inner._sequenceNumber, input)
      return task
    },
    showStatus(make) {
      status = make
    },
  }
}
