// Which clause governs a step: the nearest place wins per kind, only budgets add up.

import type { Callable, CallOptions, Circuit, Fallback, Policy, Retry, ToolInput } from "../contract.ts"
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
  readonly limits: Pick<ToolInput, "timeoutMs" | "circuit">
  readonly account: Account
}

export function policyOf<P extends object, R>(
  frame: Frame, callable: Callable<P, R>, options: CallOptions<P, R>,
): StepPolicy<P, R> {
  const own: Policy<P, R> = callable.spec.policy ?? {}
  const steps = frame.state.steps
  const retry: Retry | "never" | undefined = options.retry ?? own.retry ?? steps.retry ?? defaultRetry(frame, callable)
  const timeout = options.timeout ?? own.timeout ?? steps.timeout
  const deadline = options.deadline ?? own.deadline ?? steps.deadline
  const circuit = options.circuit ?? own.circuit ?? steps.circuit
  const agentBudget = callable.kind === "agent" ? callable.spec.budget : undefined
  return {
    retry: retryPlan(retry),
    timeout,
    deadlineMs: deadline === undefined ? undefined : durationMs(deadline),
    fallback: options.fallback ?? own.fallback ?? steps.fallback,
    manual: options.manual ?? own.manual ?? steps.manual,
    limits: {
      ...(timeout === undefined ? {} : { timeoutMs: durationMs(timeout) }),
      ...(circuit === undefined ? {} : { circuit: circuitInput(circuit) }),
    },
    account: openAccounts(callable.name, [steps.budget, own.budget, agentBudget, options.budget], frame.account),
  }
}

function circuitInput({ failures, within, retryAfter }: Circuit): NonNullable<ToolInput["circuit"]> {
  return { failures, withinMs: durationMs(within), retryAfterMs: durationMs(retryAfter) }
}

function defaultRetry<P extends object, R>(frame: Frame, callable: Callable<P, R>): Retry | undefined {
  if (callable.kind === "agent") return agentRetry
  return frame.isUndo ? undoRetry : undefined
}
