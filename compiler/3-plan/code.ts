// The code half of the plan: expressions as a small typed core, statements as a closed sum.

import type { Location } from "../../base/text/span.ts"
import type { PolicyPlan, UndoPlan, ValueType } from "./types.ts"

interface ExpressionBase {
  readonly origin: Location
  readonly type: ValueType
}

export type ExpressionPlan =
  | LiteralPlan
  | TemplatePlan
  | ListPlan
  | RecordPlan
  | LocalPlan
  | ResultPlan
  | EnumMemberPlan
  | SecretReferencePlan
  | SettingReferencePlan
  | MemberPlan
  | IndexPlan
  | BuiltInPlan
  | LambdaPlan
  | UnaryPlan
  | BinaryPlan
  | ConditionalPlan
  | StepPlan
  | EachPlan
  | RacePlan
  | WithinPlan
  | SagaPlan
  | WaitPlan

/** Money in dollars, durations in milliseconds (the type says which it is); `nothing` is null. */
export interface LiteralPlan extends ExpressionBase {
  readonly kind: "literal"
  readonly value: string | number | boolean | null
}

export interface TemplatePlan extends ExpressionBase {
  readonly kind: "template"
  readonly parts: readonly (string | ExpressionPlan)[]
}

export interface ListPlan extends ExpressionBase {
  readonly kind: "list"
  readonly items: readonly { readonly spread: boolean; readonly value: ExpressionPlan }[]
}

export interface RecordPlan extends ExpressionBase {
  readonly kind: "record"
  /** Without a key: the fields of `value` are spread. */
  readonly entries: readonly { readonly key?: string; readonly value: ExpressionPlan }[]
}

export interface LocalPlan extends ExpressionBase {
  readonly kind: "local"
  readonly name: string
  /** Known not to be nothing here, though its declaration allows it. `var`: a variable that is assigned somewhere. */
  readonly present?: "let" | "var"
}

/** `result` in an undo or a requirement. */
export interface ResultPlan extends ExpressionBase {
  readonly kind: "result"
}

export interface EnumMemberPlan extends ExpressionBase {
  readonly kind: "enumMember"
  readonly enum: string
  readonly member: string
}

export interface SecretReferencePlan extends ExpressionBase {
  readonly kind: "secretReference"
  readonly name: string
}

/** Read once, when the run starts. */
export interface SettingReferencePlan extends ExpressionBase {
  readonly kind: "settingReference"
  readonly name: string
}

export interface MemberPlan extends ExpressionBase {
  readonly kind: "member"
  readonly object: ExpressionPlan
  readonly name: string
  /** `?.` */
  readonly optional: boolean
  /** Known not to be nothing here, though the field is optional. */
  readonly present?: true
}

export interface IndexPlan extends ExpressionBase {
  readonly kind: "index"
  readonly object: ExpressionPlan
  readonly index: ExpressionPlan
}

/** A built-in by its full name: "list.chunks", "string.trim", "now". A method has its object first. */
export interface BuiltInPlan extends ExpressionBase {
  readonly kind: "builtIn"
  readonly name: string
  readonly arguments: readonly ExpressionPlan[]
  /** Called with `?.` */
  readonly optional?: true
}

export interface LambdaPlan extends ExpressionBase {
  readonly kind: "lambda"
  readonly parameters: readonly string[]
  readonly body: ExpressionPlan
}

export interface UnaryPlan extends ExpressionBase {
  readonly kind: "unary"
  readonly operator: "not" | "-"
  readonly operand: ExpressionPlan
}

export type BinaryOperator = "or" | "and" | "??" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%"

export interface BinaryPlan extends ExpressionBase {
  readonly kind: "binary"
  readonly operator: BinaryOperator
  readonly left: ExpressionPlan
  readonly right: ExpressionPlan
}

export interface ConditionalPlan extends ExpressionBase {
  readonly kind: "conditional"
  readonly condition: ExpressionPlan
  readonly then: ExpressionPlan
  readonly otherwise: ExpressionPlan
}

/** A durable call. `step` is its name segment, unique in its scope. */
export interface StepPlan extends ExpressionBase {
  readonly kind: "step"
  readonly callable: string
  readonly step: string
  readonly arguments: readonly { readonly name: string; readonly value: ExpressionPlan }[]
  readonly policy?: PolicyPlan
  readonly undo?: UndoPlan
}

/** A loop over a list: each item is a scope of its own; its value is the list of what the bodies return. */
export interface EachPlan extends ExpressionBase {
  readonly kind: "each"
  readonly step: string
  readonly variable: string
  readonly index?: string
  readonly items: ExpressionPlan
  readonly atATime?: ExpressionPlan
  readonly failures: "stop" | "skip" | "collect"
  readonly body: readonly StatementPlan[]
}

/** One of several bodies that start together: a scope of its own, whose value is what it returns. */
export interface BranchPlan {
  readonly name: string
  readonly type: ValueType
  readonly body: readonly StatementPlan[]
  /** Its value is used after the block (of a race: always). */
  readonly used: boolean
  readonly origin: Location
}

/** Until the first branch succeeds: `{ winner, value }`. */
export interface RacePlan extends ExpressionBase {
  readonly kind: "race"
  readonly step: string
  readonly branches: readonly BranchPlan[]
}

/** Clauses around a block; its value is what the body returns. */
export interface WithinPlan extends ExpressionBase {
  readonly kind: "within"
  readonly step: string
  readonly policy: PolicyPlan
  /** The body's value is used. */
  readonly valued: boolean
  readonly body: readonly StatementPlan[]
}

/** A block whose steps are undone when it fails. */
export interface SagaPlan extends ExpressionBase {
  readonly kind: "saga"
  readonly step: string
  readonly body: readonly StatementPlan[]
}

/** The first event that fits; `by` sees the event's fields as locals. */
export interface WaitPlan extends ExpressionBase {
  readonly kind: "wait"
  readonly event: string
  readonly step: string
  readonly by?: { readonly fields: readonly string[]; readonly condition: ExpressionPlan }
  readonly timeoutMs?: number
}

// ---------------------------------------------------------------- statements

interface StatementBase {
  readonly origin: Location
  /** An empty line stands before it in the source. */
  readonly spaced?: true
}

export type StatementPlan =
  | LetPlan
  | AssignPlan
  | DoPlan
  | ReturnPlan
  | FailPlan
  | LogPlan
  | IfPlan
  | MatchPlan
  | TryPlan
  | FinishPlan
  | ParallelPlan
  | LoopPlan
  | SleepPlan
  | PublishPlan
  | ContinuePlan

/** Without a value: every path of the statement that follows assigns it. */
export interface LetPlan extends StatementBase {
  readonly kind: "let"
  readonly name: string
  readonly mutable: boolean
  readonly type: ValueType
  /** Set when the source names the type. */
  readonly annotated: boolean
  readonly value?: ExpressionPlan
}

export interface AssignPlan extends StatementBase {
  readonly kind: "assign"
  readonly name: string
  readonly value: ExpressionPlan
}

/** Evaluated for its effect. */
export interface DoPlan extends StatementBase {
  readonly kind: "do"
  readonly value: ExpressionPlan
}

/** Leaves the workflow, or in a body with a scope of its own (a loop over a list, a branch, a block) gives its value. */
export interface ReturnPlan extends StatementBase {
  readonly kind: "return"
  readonly value?: ExpressionPlan
}

export interface FailPlan extends StatementBase {
  readonly kind: "fail"
  readonly error: string
  readonly message?: ExpressionPlan
  readonly data?: ExpressionPlan
}

export interface LogPlan extends StatementBase {
  readonly kind: "log"
  readonly message: ExpressionPlan
}

export interface IfPlan extends StatementBase {
  readonly kind: "if"
  readonly condition: ExpressionPlan
  readonly then: readonly StatementPlan[]
  readonly otherwise: readonly StatementPlan[]
}

/** Exhaustive: when no arm says `else`, the last arm takes what the others leave. */
export interface MatchPlan extends StatementBase {
  readonly kind: "match"
  readonly subject: ExpressionPlan
  readonly arms: readonly ArmPlan[]
}

export interface ArmPlan {
  readonly patterns: readonly PatternPlan[]
  /** The name that the matched value has in the body. */
  readonly binding?: string
  readonly body: readonly StatementPlan[]
  readonly origin: Location
}

export type PatternPlan =
  | { readonly kind: "member"; readonly enum: string; readonly member: string }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** A member of a tagged union: its `kind`. */
  | { readonly kind: "tag"; readonly tag: string }
  /** A primitive or list member of an untagged union, told apart by what it is at run time. */
  | { readonly kind: "shape"; readonly shape: "string" | "number" | "boolean" | "list" | "object" }
  | { readonly kind: "nothing" }
  | { readonly kind: "else" }

export interface TryPlan extends StatementBase {
  readonly kind: "try"
  readonly body: readonly StatementPlan[]
  readonly catches: readonly CatchPlan[]
}

export interface CatchPlan {
  /** Empty: every kind but `budget_exceeded` and `cancelled`. */
  readonly kinds: readonly string[]
  readonly binding?: string
  readonly body: readonly StatementPlan[]
  readonly origin: Location
}

/** Leaves the workflow from within a body that has a scope of its own. */
export interface FinishPlan extends StatementBase {
  readonly kind: "finish"
  readonly value?: ExpressionPlan
}

/** All branches at once; the names of those that are used are locals after it. */
export interface ParallelPlan extends StatementBase {
  readonly kind: "parallel"
  readonly step: string
  readonly branches: readonly BranchPlan[]
}

/** At most `times` rounds; a round more is an error. `until` is asked at the end of a round, and sees its names. */
export interface LoopPlan extends StatementBase {
  readonly kind: "loop"
  readonly step: string
  readonly times: number
  readonly while?: ExpressionPlan
  readonly body: readonly StatementPlan[]
  readonly until?: ExpressionPlan
}

export interface SleepPlan extends StatementBase {
  readonly kind: "sleep"
  /** A duration, or with `until` a time. */
  readonly until: boolean
  readonly value: ExpressionPlan
}

export interface PublishPlan extends StatementBase {
  readonly kind: "publish"
  readonly step: string
  readonly event: string
  readonly value: ExpressionPlan
  readonly topic: ExpressionPlan
}

/** Starts the run again, with these parameters and a new history. */
export interface ContinuePlan extends StatementBase {
  readonly kind: "continueAsNew"
  readonly arguments: StepPlan["arguments"]
}
