// Tests as the compiler writes them into the program's module: data whose values are functions.

import type { Origin } from "../trace.ts"

export interface LoadedTest {
  readonly name: string
  readonly origin: Origin
  readonly steps: readonly LoadedStep[]
}

export type LoadedStep = { readonly origin: Origin } & (
  | { readonly kind: "given"; readonly callable: string; readonly outcomes: readonly LoadedOutcome[] }
  | { readonly kind: "run"; readonly workflow: string; parameters(): object }
  | { readonly kind: "send"; readonly event: string; value?(): unknown }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "crash"; readonly where: CrashPlace }
  | { readonly kind: "fault"; readonly where: FaultPlace }
  | { readonly kind: "expect"; readonly expected: Expectation }
)

export type StepOf<Kind extends LoadedStep["kind"]> = Extract<LoadedStep, { readonly kind: Kind }>

export interface LoadedOutcome {
  readonly action: "returns" | "fails" | "answers"
  value?(): unknown
  readonly error?: string
  readonly times?: number
  readonly takesMs?: number
  readonly costsNanoDollars?: number
  readonly retryAfterMs?: number
}

export type CrashPlace =
  | { readonly kind: "everywhere" }
  | { readonly kind: "call"; readonly callable: string; readonly point: "before" | "in" | "after"; readonly nth: number }
  | { readonly kind: "boundary"; readonly index: number }

export type FaultPlace =
  | { readonly kind: "everywhere" }
  | { readonly kind: "call"; readonly callable: string; readonly error: string; readonly nth: number; readonly effect: boolean; readonly retryAfterMs?: number }
  | { readonly kind: "message"; readonly how: "drop" | "duplicate" | "delay"; readonly message: number }

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">="

export type Expectation =
  | { readonly kind: "status"; readonly status: "completed" | "failed" | "cancelled" | "waiting" | "ended"; readonly error?: string }
  | { readonly kind: "amount"; readonly of: AmountName; readonly operator: Operator; value(): unknown }
  | { readonly kind: "value"; readonly operator: Operator; actual(result: unknown): unknown; value(result: unknown): unknown }
  | { readonly kind: "holds"; condition(result: unknown): unknown }
  | { readonly kind: "called"; readonly callable: string; readonly times?: number }
  | { readonly kind: "calledWith"; readonly callable: string; parameters(): Readonly<Record<string, unknown>> }
  | { readonly kind: "order"; readonly callable: string; readonly is: "before" | "after"; readonly other: string }
  | { readonly kind: "effect"; readonly callable: string; readonly how: "once" | "never" | "undone" }

export type AmountName = "cost" | "tokens" | "calls" | "time" | "steps" | "inbox" | "deadLetters"
