// The keys under which the runtime keeps things in the Dapr state store.

import type { ActivityInput } from "./contract.ts"

export const inboxIndexKey = "inbox:index"

export function inboxKey(run: string, step: string): string {
  return `inbox:${run}:${step}`
}

export function markerKey(run: string, input: Pick<ActivityInput, "start" | "step" | "attempt">): string {
  return `call:${run}:${input.start}:${input.step}:${input.attempt}`
}

export const deadLetterIndexKey = "deadletter:index"

export function deadLetterKey(run: string, start: number): string {
  return `deadletter:${run}:${start}`
}

export function memoryKey(agent: string, by: string): string {
  return `memory:${agent}:${by}`
}

const reservedPrefixes = ["inbox", "call", "deadletter", "memory", "cache", "trigger", "gate"]

/** Keys that a program's own tools may not touch: an answer written past the inbox would be nobody's. */
export function isReservedKey(key: string): boolean {
  return reservedPrefixes.some((prefix) => key.startsWith(`${prefix}:`))
}

export function triggerKey(workflow: string, id: string): string {
  return `trigger:${workflow}:${id}`
}

export function gateKey(workflow: string): string {
  return `gate:${workflow}`
}
