// A task that the workflow completes itself: lets one fiber wake another without the host.

import type { Task } from "../contract.ts"

export interface Signal extends Task {
  readonly isLocal: true
  raise(): void
}

export function createSignal(): Signal {
  let raised = false
  return {
    isLocal: true,
    get isComplete() {
      return raised
    },
    isFailed: false,
    getResult: () => undefined,
    getException: () => undefined,
    raise: () => {
      raised = true
    },
  }
}

/** The host knows nothing of local tasks and may not be given one. */
export function isDurable(task: Task): boolean {
  return !("isLocal" in task)
}
