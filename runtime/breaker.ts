// Circuit breakers: cockatiel's state machine, one breaker per name in this process.

import { circuitBreaker, CircuitState, handleWhenResult } from "cockatiel"
import type { CircuitBreakerPolicy, IBreaker } from "cockatiel"
import type { Envelope } from "./contract.ts"

export interface CircuitSpec {
  readonly failures: number
  readonly withinMs: number
  readonly retryAfterMs: number
}

export interface Breakers {
  /** Runs the work unless the circuit of that name is open: then `circuit_open`, at once and without the work. */
  run(name: string, spec: CircuitSpec | undefined, work: () => Promise<Envelope>): Promise<Envelope>
}

export interface CircuitChange {
  /** Of the callable; of an agent with its model: each model has a circuit. */
  readonly name: string
  readonly state: "closed" | "half open" | "open"
}

interface Circuit {
  readonly policy: CircuitBreakerPolicy
  openedAtMs: number
  isProbing: boolean
}

const countedKinds: ReadonlySet<string> = new Set(["unavailable", "timeout", "network"])

/** Every activity of the name must state the same numbers; other numbers are another circuit. */
export function createBreakers(onChange: (change: CircuitChange) => void = () => undefined): Breakers {
  const circuits = new Map<string, Circuit>()
  return {
    run(name, spec, work) {
      if (spec === undefined) return work()
      const key = `${name}\0${spec.failures}\0${spec.withinMs}\0${spec.retryAfterMs}`
      const circuit = circuits.get(key) ?? createCircuit(spec, (state) => onChange({ name, state }))
      circuits.set(key, circuit)
      return runThrough(circuit, name, spec, work)
    },
  }
}

function createCircuit(spec: CircuitSpec, onChange: (state: CircuitChange["state"]) => void): Circuit {
  const counted = handleWhenResult((result) => isCounted(result))
  const policy = circuitBreaker(counted, {
    halfOpenAfter: spec.retryAfterMs,
    breaker: failuresWithin(spec.failures, spec.withinMs),
  })
  const circuit: Circuit = { policy, openedAtMs: 0, isProbing: false }
  policy.onBreak(() => {
    circuit.openedAtMs = Date.now()
    onChange("open")
  })
  policy.onHalfOpen(() => onChange("half open"))
  policy.onReset(() => onChange("closed"))
  onChange("closed")
  return circuit
}

function isCounted(result: unknown): boolean {
  const envelope = result as Envelope
  return !envelope.ok && countedKinds.has(envelope.kind)
}

async function runThrough(
  circuit: Circuit,
  name: string,
  spec: CircuitSpec,
  work: () => Promise<Envelope>,
): Promise<Envelope> {
  const { policy } = circuit
  const leftMs = circuit.openedAtMs + spec.retryAfterMs - Date.now()
  // The library lets others wait for the probe's outcome; here they fail at once, as the language says.
  const isOpen = policy.state === CircuitState.Open && leftMs > 0
  if (isOpen || circuit.isProbing) return openCircuit(name, Math.max(leftMs, 0))
  const isProbe = policy.state !== CircuitState.Closed
  if (isProbe) circuit.isProbing = true
  try {
    return await policy.execute(work)
  } finally {
    if (isProbe) circuit.isProbing = false
  }
}

function openCircuit(name: string, leftMs: number): Envelope {
  const message = `the circuit of ${name} is open after repeated failures; next try in ${Math.ceil(leftMs / 1000)}s`
  return { ok: false, kind: "circuit_open", message, ...(leftMs > 0 ? { retryAfterMs: leftMs } : {}) }
}

/** Opens at the N-th counted failure of a sliding window. Successes in between do not reset it: the window does. */
function failuresWithin(failures: number, withinMs: number): IBreaker {
  let times: number[] = []
  return {
    get state() {
      return times
    },
    set state(value) {
      times = Array.isArray(value) ? value.map(Number) : []
    },
    success(state) {
      if (state === CircuitState.HalfOpen) times = []
    },
    failure(state) {
      if (state === CircuitState.HalfOpen) return true
      const now = Date.now()
      times = [...times.filter((time) => now - time < withinMs), now]
      if (times.length < failures) return false
      times = []
      return true
    },
  }
}
