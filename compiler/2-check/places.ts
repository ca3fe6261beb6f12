// Which clause may stand where.

import type { Clause } from "../../grammar/syntax/nodes.ts"

export type Place =
  | "policy" | "model" | "tool" | "agent" | "human" | "workflow" | "within"
  | "tool call" | "agent call" | "human call" | "workflow call"

const STEPS = ["tool", "agent", "tool call", "agent call"] as const
const CALLABLES = ["tool", "agent", "human", "workflow"] as const
const CALLS = ["tool call", "agent call", "human call", "workflow call"] as const

const PLACES: Readonly<Record<Clause["kind"], readonly Place[]>> = {
  retry: ["policy", "workflow", "workflow call", "within", ...STEPS],
  timeout: ["policy", "human", "human call", "within", ...STEPS],
  deadline: ["policy", "workflow", "workflow call", "within", ...STEPS],
  circuit: ["policy", "within", ...STEPS],
  limit: ["policy", "within", ...STEPS],
  cache: ["policy", "workflow call", ...STEPS],
  budget: ["policy", "workflow", "workflow call", "within", ...STEPS],
  fallback: [...CALLABLES, ...CALLS],
  compensate: ["workflow call", ...STEPS],
  manual: ["policy", "workflow call", "within", ...STEPS],
  use: [...CALLABLES, ...CALLS, "within"],
  stepsUse: ["workflow"],
  effect: ["tool"],
  irreversible: ["tool"],
  idempotent: ["tool"],
  accept: ["policy", "model", ...CALLABLES, ...CALLS],
  header: ["tool"],
  body: ["tool"],
  fails: ["tool"],
  require: ["tool", "agent"],
  approve: ["tool"],
  modelClause: ["agent"],
  text: ["agent", "human"],
  history: ["agent"],
  tools: ["agent"],
  handoffs: ["agent"],
  memory: ["agent"],
  announce: ["human"],
  onSchedule: ["workflow"],
  onTopic: ["workflow"],
  onHttp: ["workflow"],
  deadLetter: ["workflow"],
  concurrency: ["workflow"],
  price: ["model"],
  size: ["model"],
}

export function isAllowed(kind: Clause["kind"], place: Place): boolean {
  return PLACES[kind].includes(place)
}

/** What to write instead, where something obvious does the same. */
export function insteadOf(kind: Clause["kind"], place: Place): string {
  if (kind === "timeout" && place.startsWith("workflow")) return ": a run is limited by `deadline`"
  if (kind === "deadline" && place.startsWith("human")) return ": the time of a person is limited by `timeout`"
  if (kind === "retry" && place.startsWith("human")) {
    return ": a person is asked once; `timeout` and `fallback` say what follows"
  }
  if (kind === "compensate" && place === "policy") return ": an undo needs the parameters of one tool"
  if (kind === "fallback" && place === "policy") return ": a fallback has the result type of one callable"
  if (place.endsWith("call")) return ": it belongs in the declaration"
  return ""
}

const WORDS: Readonly<Partial<Record<Clause["kind"], string>>> = {
  modelClause: "model", stepsUse: "steps use", onSchedule: "on schedule", onTopic: "on topic", onHttp: "on http",
  deadLetter: "dead letter", approve: "approve by",
}

/** The clause as its first words. */
export function clauseWord(clause: Clause): string {
  switch (clause.kind) {
    case "effect":
      return clause.effect
    case "text":
      return clause.role
    case "size":
      return clause.what
    default:
      return WORDS[clause.kind] ?? clause.kind
  }
}
