// One execution per attempt in a process: a host that lost the first answer gets it, not a second execution.

import type { Envelope } from "./contract.ts"

export interface Executions {
  /** Joins the execution under the key, running or among the last finished; without one the work starts. */
  join(key: string, work: () => Promise<Envelope>): Promise<Envelope>
}

const finishedMax = 100

/**
 * A sidecar that went away sends again what it has no answer for. The work of this process went on meanwhile, so its
 * outcome is known: without this, a write that was sent would count as unknown, and a model call be paid twice.
 */
export function createExecutions(): Executions {
  const executions = new Map<string, Promise<Envelope>>()
  const finished: string[] = []
  return {
    join(key, work) {
      const known = executions.get(key)
      if (known !== undefined) return known
      const execution = work()
      executions.set(key, execution)
      void execution.finally(() => {
        finished.push(key)
        const oldest = finished.length > finishedMax ? finished.shift() : undefined
        if (oldest !== undefined) executions.delete(oldest)
      })
      return execution
    },
  }
}
