// Tests as data: what is given, what happens in which order, what is expected. Values stay expressions.

import type { Location } from "../../base/text/span.ts"
import type { BinaryOperator, ExpressionPlan, StepPlan } from "./code.ts"

export interface TestPlan {
  readonly name: string
  readonly origin: Location
  readonly steps: readonly TestStepPlan[]
}

export type TestStepPlan = { readonly origin: Location } & (
  | { readonly kind: "given"; readonly callable: string; readonly outcomes: readonly OutcomePlan[] }
  | { readonly kind: "run"; readonly workflow: string; readonly arguments: StepPlan["arguments"] }
  | { readonly kind: "send"; readonly event: string; readonly value?: ExpressionPlan }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "crash"; readonly where: CrashPlan }
  | { readonly kind: "fault"; readonly where: FaultPlan }
  | { readonly kind: "expect"; readonly expected: ExpectationPlan }
)

export type CrashPlan =
  | { readonly kind: "everywhere" }
  | { readonly kind: "call"; readonly callable: string; readonly point: "before" | "in" | "after"; readonly nth: number }
  | { readonly kind: "boundary"; readonly index: number }

export type FaultPlan =
  | { readonly kind: "everywhere" }
  | { readonly kind: "call"; readonly callable: string; readonly error: string; readonly nth: number; readonly effect: boolean; readonly retryAfterMs?: number }
  | { readonly kind: "message"; readonly how: "drop" | "duplicate" | "delay"; readonly message: number }

export interface OutcomePlan {
  readonly action: "returns" | "fails" | "answers"
  readonly value?: ExpressionPlan
  /** Of `fails`: an error kind. */
  readonly error?: string
  /** Absent: once, or where it is the last for ever. */
  readonly times?: number
  readonly takesMs?: number
  readonly costsNanoDollars?: number
  readonly retryAfterMs?: number
}

export type AmountName = "cost" | "tokens" | "calls" | "time" | "steps" | "inbox" | "deadLetters"

export type ExpectationPlan =
  | { readonly kind: "status"; readonly status: "completed" | "failed" | "cancelled" | "waiting" | "ended"; readonly error?: string }
  | { readonly kind: "amount"; readonly of: AmountName; readonly operator: BinaryOperator; readonly value: ExpressionPlan }
  /** `actual` sees the run's result. */
  | { readonly kind: "value"; readonly actual: ExpressionPlan; readonly operator: BinaryOperator; readonly value: ExpressionPlan }
  | { readonly kind: "holds"; readonly condition: ExpressionPlan }
  /** Absent: at least once. */
  | { readonly kind: "called"; readonly callable: string; readonly times?: number }
  | { readonly kind: "calledWith"; readonly callable: string; readonly parameters: readonly { readonly name: string; readonly value: ExpressionPlan }[] }
  | { readonly kind: "order"; readonly callable: string; readonly is: "before" | "after"; readonly other: string }
  | { readonly kind: "effect"; readonly callable: string; readonly how: "once" | "never" | "undone" }
