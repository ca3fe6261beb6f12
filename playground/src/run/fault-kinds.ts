// The palette: each fault as what it does to one call of a step.

import type { Fault, Outcome } from "../../../simulator/index.ts"

export type FaultId = "429" | "503" | "timeout" | "crash" | "network" | "down" | "nonsense" | "silence"

export interface FaultKind {
  readonly id: FaultId
  readonly label: string
  readonly title: string
  /** Which steps it can strike. */
  readonly of: readonly ("tool" | "agent" | "human" | "workflow")[]
}

export const faultKinds: readonly FaultKind[] = [
  { id: "429", label: "429", title: "Too many requests: come back in two seconds", of: ["tool", "agent"] },
  { id: "503", label: "503", title: "The service is unavailable", of: ["tool", "agent"] },
  { id: "timeout", label: "Timeout", title: "No answer in time, though it may have been done", of: ["tool", "agent"] },
  { id: "crash", label: "Crash", title: "The worker dies while the service does its part", of: ["tool", "agent", "human"] },
  { id: "network", label: "Cut", title: "The network is cut after the service has done it", of: ["tool", "agent"] },
  { id: "down", label: "Down", title: "The provider is down: every call fails", of: ["tool", "agent"] },
  { id: "nonsense", label: "Wrong answer", title: "The model answers what does not fit the type", of: ["agent"] },
  { id: "silence", label: "No reply", title: "The person never answers", of: ["human"] },
]

/** Of one call. What an outcome says here, a `test` block can say too. */
export const outcomes: Readonly<Record<Exclude<FaultId, "crash">, Outcome>> = {
  "429": { action: "fails", kind: "rate_limited", retryAfterMs: 2000 },
  "503": { action: "fails", kind: "unavailable" },
  timeout: { action: "fails", kind: "timeout", effect: true },
  network: { action: "fails", kind: "network", effect: true },
  down: { action: "fails", kind: "unavailable" },
  nonsense: { action: "returns", instead: "nonsense" },
  silence: { action: "returns", instead: "silence" },
}

/** At a step, by its path; `before` are the faults that strike already. */
export function faultAt(id: Exclude<FaultId, "down">, path: string, before: readonly Fault[]): Fault {
  const nth = (kind: Fault["kind"]): number => before.filter((fault) => fault.kind === kind && "callable" in fault && fault.callable === path).length + 1
  return id === "crash" ? { kind: "crashAt", callable: path, point: "during", nth: nth("crashAt") } : { kind: "outcome", callable: path, nth: nth("outcome"), outcome: outcomes[id] }
}
