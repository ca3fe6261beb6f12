// The services of one simulated worker: no network, virtual time, and a state store that outlives it.

import type { Provider, PublishedEvent, Services } from "@agentflow/runtime/simulation"
import { createLimiter } from "@agentflow/runtime/simulation"
import { createVirtualBreakers } from "./breakers.ts"
import type { VirtualClock } from "./clock.ts"
import { forever, openStateStore } from "./state.ts"
import type { MemoryState } from "./state.ts"

export interface ServiceOptions {
  readonly clock: VirtualClock
  readonly state: MemoryState
  readonly settings: Readonly<Record<string, unknown>>
  readonly provider: Provider
  readonly isAlive: () => boolean
  readonly publish: (event: PublishedEvent) => void
  readonly raiseEvent: (run: string, name: string, payload: unknown) => void
}

/** Limits and circuits are those of one worker process: another worker has others. */
export function openServices(options: ServiceOptions): Services {
  const { clock, state, settings, provider, isAlive } = options
  return {
    sidecar: { httpUrl: "http://simulated" },
    mcp: { call: () => Promise.reject(new Error("a simulated worker calls no MCP server")) } as unknown as Services["mcp"],
    state: openStateStore(state, isAlive),
    secrets: { read: () => Promise.resolve((secret) => `secret-${secret.name}`) },
    redactor: { add() {}, text: (text) => text, value: (value) => value },
    breakers: createVirtualBreakers(() => clock.now()),
    limiter: createLimiter({ now: () => clock.now(), sleep: (delayMs) => clock.sleep(delayMs) }),
    settings,
    async publish(event) {
      if (!isAlive()) await forever()
      options.publish(event)
    },
    async raiseEvent(run, name, payload) {
      if (!isAlive()) await forever()
      options.raiseEvent(run, name, payload)
    },
    endpoints: {},
    provider: () => provider,
    now: () => new Date(clock.now()),
    timers: { after: (delayMs, call) => clock.after(delayMs, call) },
  }
}
