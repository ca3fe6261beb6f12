// Seeded bugs in the runtime: each is what a hurried change could do, and an example's test blocks must notice it.

export interface Mutant {
  readonly name: string
  /** Below `runtime/`. */
  readonly file: string
  /** Stands once in the file, wherever its lines have moved to. */
  readonly find: string
  readonly replace: string
  /** Who notices: the examples' test blocks, or where a test block can't say it, the oracle on generated programs. */
  readonly by: "examples" | "oracle"
}

const inExamples = (name: string, file: string, find: string, replace: string): Mutant => ({ name, file, find, replace, by: "examples" })

export const mutants: readonly Mutant[] = [
  inExamples("one retry too many", "policy/retry.ts", "failed.retriesUsed >= plan.times", "failed.retriesUsed > plan.times"),
  inExamples("every kind is retried", "policy/retry.ts", "!plan.on.includes(failed.kind)", "plan.on.length === 0"),
  inExamples("the backoff does not grow", "policy/retry.ts", "plan.firstMs * plan.factor ** failed.retriesUsed", "plan.firstMs"),
  inExamples("jitter is drawn anew", "policy/retry.ts", "unitInterval(`jitter:${failed.step}:${failed.attempt}`)", "Math.random()"),
  inExamples("undos run in the order of the steps", "policy/compensation.ts", "const undo = stack.at(-1)\n  return undo && { undo, rest: stack.slice(0, -1) }", "const undo = stack[0]\n  return undo && { undo, rest: stack.slice(1) }"),
  inExamples("undos run in the order of completion", "policy/compensation.ts", "return above < 0 ?", "return above < 1_000 ?"),
  inExamples("a reservation is not released", "policy/budget.ts", "enclosing.reserved = subtract(enclosing.reserved, entry.reserved)", ""),
  inExamples("nothing is charged", "policy/budget.ts", "enclosing.spent = add(enclosing.spent, entry.spent)", ""),
  inExamples("the budget is checked after the call", "flow/attempts.ts", "if (!refused) return prepared", "if (!refused || sending.spent) return prepared"),
  inExamples("another key for each attempt", "flow/attempts.ts", "start: state.start, step: sending.step })", "start: state.start, step: `${sending.step}${progress.attempts}` })"),
  inExamples("a cancelled branch is not waited for", "flow/fibers.ts", "if (running.length === 0) break", "if (running.length === 0 || fatal) break"),
  inExamples("the deadline begins again with every history", "flow/scope.ts", "fireAt ?? context", "undefined ?? context"),
  inExamples("no marker before a write", "activity.ts", "spec.effect === \"writes\" && spec.idempotent !== true", "spec.effect === undefined"),
  inExamples("a fallback swallows budget_exceeded", "errors.ts", "return error.kind !== \"budget_exceeded\" && error.kind !== \"cancelled\"", "return error.kind !== \"cancelled\""),
  inExamples("approval is skipped", "flow/step.ts", "approval.when?.(step.parameters) === false) return", "approval.when?.(step.parameters) !== true) return"),
  inExamples("a repair is not counted", "agent/loop.ts", "repairs += 1", "repairs += 0"),
  inExamples("a turn is not counted", "policy/budget.ts", "turns: 1,\n    calls: 0,", "turns: 0,\n    calls: 0,"),
  inExamples("no dead letter", "flow/surroundings.ts", "if (!deadLetter) return", "if (deadLetter) return"),
  inExamples("what may be done is not undone", "flow/step.ts", "step.callable.kind === \"tool\" && maybeDone", "step.callable.kind !== \"tool\" && maybeDone"),
  inExamples("results in the order of completion", "flow/fibers.ts", "outcomes[fiber.index] = outcome", "outcomes.push(outcome)"),
  inExamples("a saga undoes nothing", "flow/blocks.ts", "else yield* compensate(inner, own)", ""),
  inExamples("losers of a race are not undone", "flow/race.ts", "  yield* compensate(loser.frame, loser.saga)\n", ""),
  inExamples("the next history forgets what it owes", "flow/carry.ts", "if (decided) undo.push({ start, step, ...carriedCall(decided, undos) })", "if (!decided) undo.push({ start, step })"),
  inExamples("a run begins again without undoing", "flow/body.ts", "      yield* compensate(own, own.saga)\n", ""),
  inExamples("an event of anyone will do", "flow/events.ts", "|| by?.(accepted.value) === false", ""),
  inExamples("a child has a budget of its own", "flow/child.ts", "frame.isUndo ? {} : childAllotment(account, declared, frame.share)", "{}"),
  inExamples("a skipped step fails all the same", "flow/step.ts", "if (decision.action === \"skip\") return decision.value", ""),
  inExamples("a step's deadline is ignored", "flow/step.ts", "const scope = deadlineMs === undefined\n", "const scope = deadlineMs !== 0\n"),
  inExamples("the cache never hits", "flow/cache.ts", "if (kept) {", "if (!kept) {"),
  inExamples("a person is asked again after a no", "flow/over-budget.ts", "else over.more = undefined", ""),
  { name: "Retry-After is ignored", file: "policy/retry.ts", find: "Math.ceil(failed.retryAfterMs ?? 0)", replace: "0", by: "oracle" },
  { name: "approval is skipped for agents", file: "flow/step.ts", find: "if (!approval || ", replace: "if (!approval || frame.path.includes(\"/turn[\") || ", by: "oracle" },
]
