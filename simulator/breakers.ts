// Circuit breakers on virtual time, with the behaviour of the runtime's own.

import type { Breakers, CircuitSpec } from "@agentflow/runtime/simulation"
import type { Envelope } from "@agentflow/runtime/contract"

const countedKinds: ReadonlySet<string> = new Set(["unavailable", "timeout", "network"])

interface Circuit {
  openedAtMs: number | undefined
  isProbing: boolean
  failures: number[]
}

/** One circuit per name and numbers; a crash of the worker forgets them all, as the guarantees say. */
export function createVirtualBreakers(now: () => number): Breakers {
  const circuits = new Map<string, Circuit>()
  return {
    async run(name, spec, work) {
      if (spec === undefined) return work()
      const key = JSON.stringify([name, spec.failures, spec.withinMs, spec.retryAfterMs])
      const circuit = circuits.get(key) ?? { openedAtMs: undefined, isProbing: false, failures: [] }
      circuits.set(key, circuit)
      return runThrough(circuit, { name, spec, work, now })
    },
  }
}

interface Call {
  readonly name: string
  readonly spec: CircuitSpec
  readonly work: () => Promise<Envelope>
  readonly now: () => number
}

async function runThrough(circuit: Circuit, { name, spec, work, now }: Call): Promise<Envelope> {
  const leftMs = circuit.openedAtMs === undefined ? 0 : circuit.openedAtMs + spec.retryAfterMs - now()
  if (leftMs > 0 || circuit.isProbing) return openCircuit(name, Math.max(leftMs, 0))
  const isProbe = circuit.openedAtMs !== undefined
  if (isProbe) circuit.isProbing = true
  try {
    const envelope = await work()
    count(circuit, { isProbe, spec, failed: !envelope.ok && countedKinds.has(envelope.kind), nowMs: now() })
    return envelope
  } finally {
    if (isProbe) circuit.isProbing = false
  }
}

interface Counted {
  readonly isProbe: boolean
  readonly spec: CircuitSpec
  readonly failed: boolean
  readonly nowMs: number
}

function count(circuit: Circuit, { isProbe, spec, failed, nowMs }: Counted): void {
  if (isProbe) {
    circuit.openedAtMs = failed ? nowMs : undefined
    circuit.failures = []
  } else if (failed && circuit.openedAtMs === undefined) {
    circuit.failures = [...circuit.failures.filter((time) => nowMs - time < spec.withinMs), nowMs]
    if (circuit.failures.length < spec.failures) return
    circuit.failures = []
    circuit.openedAtMs = nowMs
  }
}

function openCircuit(name: string, leftMs: number): Envelope {
  const message = `the circuit of ${name} is open after repeated failures; next try in ${Math.ceil(leftMs / 1000)}s`
  return { ok: false, kind: "circuit_open", message, ...(leftMs > 0 ? { retryAfterMs: leftMs } : {}) }
}
