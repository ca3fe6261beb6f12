// The plan: what a program means with no syntax and no sugar left. Serialisable JSON; every node keeps its origin.

import type { Location } from "../../base/text/span.ts"
import type { ExpressionPlan, StatementPlan, StepPlan } from "./code.ts"
import type { TestPlan } from "./test-plan.ts"

/** Rises when a reader of an older plan would misread a newer one. */
export const planVersion = 1

export interface Plan {
  readonly version: typeof planVersion
  /** In kebab case, after the entry file: "daily-brief". */
  readonly name: string
  /** Paths of the entry file and of the files it was compiled with, the entry first. */
  readonly sources: readonly string[]
  readonly types: readonly TypePlan[]
  readonly models: readonly ModelPlan[]
  readonly secrets: readonly SecretPlan[]
  readonly settings: readonly SettingPlan[]
  readonly policies: readonly NamedPolicyPlan[]
  readonly tools: readonly ToolPlan[]
  readonly agents: readonly AgentPlan[]
  readonly humans: readonly HumanPlan[]
  readonly workflows: readonly WorkflowPlan[]
  readonly tests: readonly TestPlan[]
  /** Rules that do not hold somewhere, for whoever checks the plan further. */
  readonly accepts?: readonly { readonly rule: string; readonly path: string; readonly span: Location["span"] }[]
}

/** `name` is unique in the plan ignoring case; it is the declared name unless two files declare the same. */
export interface DeclarationPlan {
  readonly name: string
  readonly doc?: string
  readonly origin: Location
}

// ---------------------------------------------------------------- types

/**
 * The type of a value. On the wire: `time` is an ISO 8601 string, `duration` a number of milliseconds, `money` a number
 * of dollars, `nothing` is null, and an optional field may be null or absent, which mean the same.
 */
export type ValueType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "list"; readonly element: ValueType }
  | { readonly kind: "map"; readonly value: ValueType }
  | { readonly kind: "optional"; readonly type: ValueType }
  | { readonly kind: "record"; readonly fields: readonly FieldPlan[] }
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "union"; readonly members: readonly ValueType[] }
  | { readonly kind: "result"; readonly value: ValueType }
  | { readonly kind: "caughtError"; readonly errors: readonly string[] }

export type PrimitiveKind =
  | "string" | "int" | "number" | "bool" | "time" | "duration" | "money" | "json" | "message" | "nothing" | "secret"
  | "unknown" | "never"

export interface FieldPlan {
  readonly name: string
  readonly type: ValueType
  readonly doc?: string
}

/** JSON Schema 2020-12. `#/$defs/X` stands for the schema of the declared type X of the same plan. */
export type JsonSchema = { readonly [keyword: string]: Json }
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type TypePlan = DeclarationPlan & { readonly schema: JsonSchema } & (
  /** `tag` is set on a member of a tagged union: the value of its added `kind`. */
  | { readonly kind: "record"; readonly fields: readonly FieldPlan[]; readonly tag?: string }
  | { readonly kind: "alias"; readonly type: ValueType }
  | { readonly kind: "taggedUnion"; readonly members: readonly string[] }
  | { readonly kind: "enum"; readonly members: readonly { readonly name: string; readonly doc?: string }[] }
  | { readonly kind: "error"; readonly fields: readonly FieldPlan[] }
  | { readonly kind: "event"; readonly fields: readonly FieldPlan[] }
)

// ---------------------------------------------------------------- resources

export interface ModelPlan extends DeclarationPlan {
  readonly provider: string
  readonly id: string
  /** Integers of 1e-9 dollars for `perTokens` tokens. */
  readonly price: { readonly inputNanoDollars: number; readonly outputNanoDollars: number; readonly perTokens: number }
  readonly contextTokens: number
  readonly outputTokens: number
}

export interface SecretPlan extends DeclarationPlan {
  readonly store: string
  readonly key: string
}

/** A value per environment. */
export interface SettingPlan extends DeclarationPlan {
  readonly type: ValueType
  readonly schema: JsonSchema
  readonly default?: ExpressionPlan
}

// ---------------------------------------------------------------- policies

export interface NamedPolicyPlan extends DeclarationPlan {
  readonly policy: PolicyPlan
}

/** What holds at one place, and what of it comes from a named policy. */
export interface PolicyPlan {
  readonly clauses: ClausesPlan
  /** Named policies that give at least one of the clauses, the nearest first. */
  readonly uses: readonly string[]
  /** The clauses written at this place itself. */
  readonly own: readonly ClauseKind[]
}

export type ClauseKind = keyof ClausesPlan

export interface ClausesPlan {
  readonly retry?: RetryPlan
  readonly timeoutMs?: number
  readonly deadlineMs?: number
  readonly circuit?: CircuitPlan
  readonly limit?: LimitPlan
  readonly cache?: CachePlan
  readonly fallback?: FallbackPlan
  readonly manual?: { readonly by: string; readonly withinMs?: number }
  readonly budget?: BudgetPlan
  /** The `else` of the budget. */
  readonly overBudget?: OverBudgetPlan
}

export interface LimitPlan {
  readonly rate?: { readonly count: number; readonly perMs: number }
  readonly atOnce?: number
}

/** By empty: all parameters. */
export interface CachePlan {
  readonly forMs: number
  readonly by: readonly ExpressionPlan[]
}

export type OverBudgetPlan =
  | { readonly kind: "return"; readonly value: ExpressionPlan }
  | { readonly kind: "use"; readonly model: string }
  | { readonly kind: "ask"; readonly approval: ApprovalPlan }

/** A question to a person; `yes` is the answer that lets it happen: true, or the first member of an enum. */
export interface ApprovalPlan {
  readonly human: StepPlan
  readonly yes: ExpressionPlan
  readonly when?: ExpressionPlan
}

export type RetryPlan =
  | { readonly never: true }
  | {
      readonly never: false
      /** Retries, not attempts. */
      readonly times: number
      /** Empty: the transient kinds. */
      readonly on: readonly string[]
      readonly backoff?: { readonly firstMs: number; readonly maxMs?: number }
      readonly factor?: number
      readonly jitter: boolean
    }

export interface CircuitPlan {
  readonly failures: number
  readonly withinMs: number
  readonly retryAfterMs: number
}

export interface BudgetPlan {
  readonly tokens?: number
  readonly nanoDollars?: number
  readonly turns?: number
  readonly calls?: number
}

/** Kinds empty: every kind but `budget_exceeded` and `cancelled`. */
export interface FallbackPlan {
  readonly on: readonly string[]
  readonly value: ExpressionPlan
}

// ---------------------------------------------------------------- callables

export interface ParameterPlan {
  readonly name: string
  readonly type: ValueType
  readonly doc?: string
  /** Steps fill it in where they call; the caller of a workflow and a model may leave the parameter out. */
  readonly default?: ExpressionPlan
  readonly origin: Location
}

export interface CallablePlan extends DeclarationPlan {
  readonly parameters: readonly ParameterPlan[]
  readonly result: ValueType
  readonly parametersSchema: JsonSchema
  readonly resultSchema: JsonSchema
  readonly policy: PolicyPlan
  readonly undo?: UndoPlan
  readonly requirements: readonly RequirementPlan[]
}

/** The step that undoes; `needsResult` when it mentions the result of what it undoes. */
export interface UndoPlan {
  readonly step: StepPlan
  readonly needsResult: boolean
  readonly origin: Location
}

export interface RequirementPlan {
  readonly condition: ExpressionPlan
  readonly otherwise: ExpressionPlan
  readonly origin: Location
}

export interface ToolPlan extends CallablePlan {
  readonly effect: "reads" | "writes"
  readonly irreversible?: string
  readonly idempotent: boolean
  readonly approve?: ApprovalPlan
  /** The errors that it is declared to fail with, besides those that any call may. */
  readonly fails?: readonly string[]
  readonly source: ToolSourcePlan
}

export type ToolSourcePlan =
  /** `module` is a path from the project root. */
  | { readonly kind: "typescript"; readonly module: string; readonly exportName: string }
  | {
      readonly kind: "http"
      readonly method: string
      readonly url: ExpressionPlan
      readonly headers: readonly { readonly name: ExpressionPlan; readonly value: ExpressionPlan }[]
      readonly body?: ExpressionPlan
      /** Names of the secrets that the request reads, in order of first use. */
      readonly secrets: readonly string[]
    }
  | (ServiceSource & { readonly kind: "invoke"; readonly app: string; readonly method: string; readonly path: ExpressionPlan })
  | (ServiceSource & { readonly kind: "binding"; readonly binding: string; readonly operation: string })
  | (ServiceSource & { readonly kind: "state"; readonly store: string; readonly operation: "get" | "set" | "delete"; readonly key: ExpressionPlan })
  | (ServiceSource & { readonly kind: "publish"; readonly pubsub: string; readonly topic: string })
  /** Its arguments are the body, else all parameters. */
  | (ServiceSource & { readonly kind: "mcp"; readonly server: string; readonly tool: string })

/** What goes through Dapr: without a body the record of all parameters is sent, where something is. */
export interface ServiceSource {
  readonly headers: readonly { readonly name: ExpressionPlan; readonly value: ExpressionPlan }[]
  readonly body?: ExpressionPlan
  readonly secrets: readonly string[]
}

export interface AgentPlan extends CallablePlan {
  readonly models: readonly { readonly model: string; readonly on: readonly string[] }[]
  readonly choose?: { readonly condition: ExpressionPlan; readonly then: string; readonly otherwise: string }
  readonly instructions?: ExpressionPlan
  readonly prompt: ExpressionPlan
  readonly history?: ExpressionPlan
  /** Names of callables. */
  readonly tools: readonly string[]
  readonly handoffs: readonly string[]
  readonly memory?: { readonly by: ExpressionPlan; readonly keep?: number }
  readonly budget?: BudgetPlan
  readonly overBudget?: OverBudgetPlan
}

export interface HumanPlan extends CallablePlan {
  readonly ask: ExpressionPlan
  /** The enum that the person chooses from. */
  readonly choices?: string
  /** The topic that is told that somebody is asked. */
  readonly announce?: string
}

export interface WorkflowPlan extends DeclarationPlan {
  /** Set from the second version on: new runs start under "Name@2", those of the first stay where they are. */
  readonly version?: number
  readonly parameters: readonly ParameterPlan[]
  readonly result: ValueType
  readonly parametersSchema: JsonSchema
  readonly resultSchema: JsonSchema
  readonly budget?: BudgetPlan
  readonly overBudget?: OverBudgetPlan
  readonly deadlineMs?: number
  /** The named policy of `steps use`. */
  readonly steps?: string
  /** What a step that calls it takes where the call says nothing. */
  readonly policy: PolicyPlan
  readonly deadLetter?: string
  readonly triggers: readonly TriggerPlan[]
  readonly concurrency?: ConcurrencyPlan
  readonly body: readonly StatementPlan[]
}

/** The name that runs are started under: the first version has the plain name, later ones carry their number. */
export function registeredName({ name, version = 1 }: Pick<WorkflowPlan, "name" | "version">): string {
  return version === 1 ? name : `${name}@${version}`
}

export type TriggerPlan =
  | { readonly on: "topic"; readonly topic: string; readonly origin: Location }
  | { readonly on: "schedule"; readonly cron: string; readonly parameters?: ExpressionPlan; readonly origin: Location }
  | { readonly on: "http"; readonly method: string; readonly path: string; readonly origin: Location }

export interface ConcurrencyPlan {
  readonly atMost: number
  readonly by?: ExpressionPlan
  readonly whenFull?: "queue" | "drop" | "join"
}
