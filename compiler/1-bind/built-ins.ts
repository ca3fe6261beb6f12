// The names that every program knows without declaring them.

/** Types that need no declaration. */
export const BUILT_IN_TYPES = [
  "string", "int", "number", "bool", "time", "duration", "money", "json", "message", "nothing",
] as const

/** The closed list of error kinds that the runtime raises; a program can't redeclare them. */
export const BUILT_IN_ERRORS = [
  "rate_limited", "unavailable", "timeout", "network", "not_found", "denied", "conflict", "invalid_input",
  "invalid_output", "refused", "circuit_open", "budget_exceeded", "loop_exhausted", "cancelled", "outcome_unknown",
  "too_large", "internal",
] as const

/** Functions that are pure in a workflow: its own time and ids made from its instance id. */
export const BUILT_IN_FUNCTIONS = ["now", "uuid"] as const

export function isBuiltInType(name: string): boolean {
  return (BUILT_IN_TYPES as readonly string[]).includes(name)
}

export function isBuiltInError(name: string): boolean {
  return (BUILT_IN_ERRORS as readonly string[]).includes(name)
}
