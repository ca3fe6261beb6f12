// Which clause governs a step: the nearest place wins per kind, only budgets add up.

import type {
  Budget, Cache, Callable, CallOptions, Circuit, Fallback, Limit, OverBudget, Policy, Retry, ToolInput,
} from "../contract.ts"
import { openAccounts } from "../policy/budget.ts"
import type { Account } from "../policy/budget.ts"
import { durationMs } from "../policy/duration.ts"
import { agentRetry, retryPlan, undoRetry } from "../policy/retry.ts"
import type { RetryPlan } from "../policy/retry.ts"
import type { Frame } from "./state.ts"

export interface StepPolicy<P extends object, R> {
  readonly retry: RetryPlan | undefined
  /** As written: of a human it is how long to wait. */
  readonly timeout: Policy["timeout"]
  readonly deadlineMs: number | undefined
  readonly fallback: Fallback<P, R> | undefined
  readonly manual: Policy["manual"]
  readonly cache: Cache<P> | undefined
  readonly limits: Limits
  readonly account: Account
}

/** What an activity keeps to by itself. */
export type Limits = Pick<ToolInput, "timeoutMs" | "circuit" | "limit">

export function policyOf<P extends object, R>(
  frame: Frame, call: {
    readonly callable: Callable<P, R>
    readonly parameters: P
    readonly options: CallOptions<P, R>
  },
): StepPolicy<P, R> {
  const { callable, options } = call
  // A workflow's own clauses govern the run itself, whoever started it.
  const own: Policy<P, R> = callable.kind === "workflow" ? {} : callable.spec.policy ?? {}
  const steps = frame.defaults
  const retry: Retry | "never" | undefined = options.retry ?? own.retry ?? steps.retry ?? defaultRetry(frame, callable)
  const timeout = options.timeout ?? own.timeout ?? steps.timeout
  const deadline = options.deadline ?? own.deadline ?? steps.deadline
  const circuit = options.circuit ?? own.circuit ?? steps.circuit
  const limit = options.limit ?? own.limit ?? steps.limit
  return {
    retry: retryPlan(retry),
    timeout,
    deadlineMs: deadline === undefined ? undefined : durationMs(deadline),
    fallback: options.fallback ?? own.fallback ?? steps.fallback,
    manual: options.manual ?? own.manual ?? steps.manual,
    cache: options.cache ?? own.cache ?? steps.cache,
    limits: {
      ...(timeout === undefined ? {} : { timeoutMs: durationMs(timeout) }),
      ...(circuit === undefined ? {} : { circuit: circuitInput(circuit) }),
      ...(limit === undefined ? {} : { limit: limitInput(limit) }),
    },
    account: openAccounts({
      name: callable.name,
      parameters: call.parameters,
      // The type of an `else` was checked where it stands; the accounts of one step all end in that step's value.
      places: [steps, own, ...(callable.kind === "agent" ? [callable.spec] : []), options] as readonly Place[],
      parent: frame.account,
    }),
  }
}

type Place = { readonly budget?: Budget; readonly overBudget?: OverBudget }

function limitInput({ rate, atOnce }: Limit): NonNullable<ToolInput["limit"]> {
  return {
    ...(rate === undefined ? {} : { times: rate.times, perMs: durationMs(rate.per) }),
    ...(atOnce === undefined ? {} : { atOnce }),
  }
}

function circuitInput({ failures, within, retryAfter }: Circuit): NonNullable<ToolInput["circuit"]> {
  return { failures, withinMs: durationMs(within), retryAfterMs: durationMs(retryAfter) }
}

function defaultRetry<P extends object, R>(frame: Frame, callable: Callable<P, R>): Retry | undefined {
  if (callable.kind === "agent") return agentRetry
  return frame.isUndo ? undoRetry : undefined
}
