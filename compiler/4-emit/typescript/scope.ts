// Where code is written: what a piece of emitted code knows of its surroundings.

import type { BinaryPlan, BuiltInPlan, ExpressionPlan, MatchPlan, StatementPlan, StepPlan, WithinPlan } from "../../3-plan/code.ts"
import type { ValueType } from "../../3-plan/types.ts"
import { walkPlan } from "../../3-plan/walk.ts"
import type { Doc } from "./layout.ts"
import type { FileScope, Locals } from "./names.ts"

export interface Code {
  readonly doc: Doc
  readonly precedence: number
  /** `??` may not stand beside `&&` or `||` without parentheses. */
  readonly mixes?: "nullish" | "logical"
}

/** Where code is written: the file, the identifiers of its locals, and how the other half (statements) is written. */
export interface CodeScope {
  readonly file: FileScope
  readonly locals: Locals
  /** Names of values that the source does not name, as they are given out. */
  readonly temporaries: Set<string>
  /** Locals that are compared or matched more than once: TypeScript may have narrowed them further than the language does. */
  readonly narrowed: ReadonlySet<string>
  readonly writers: Writers
  /** What the run is called here: `run`, or in a loop its round. */
  readonly run: string
  /** How a setting is read: from the run, or with the function that a text or a request is given. */
  readonly settings: "run" | "function"
  /** In a function of its own, where TypeScript no longer knows what was found out about a field outside. */
  readonly inBody: boolean
  /** In a body where TypeScript no longer knows what was found out about a variable before it. */
  readonly inRound: boolean
  /** In the body of a loop. */
  readonly inLoop: boolean
  /** Variables whose type is more than a plain one, and that are assigned. */
  readonly assigned: ReadonlySet<string>
}

/** Within a generator function that is handed a run of its own. */
export function bodyScope(scope: CodeScope): CodeScope {
  return { ...scope, run: "run", inBody: true, inRound: true }
}

export function codeScope(file: FileScope, locals: Locals, options: { readonly writers: Writers; readonly unit?: unknown }): CodeScope {
  return {
    file, locals, temporaries: new Set(), narrowed: comparedOften(options.unit), writers: options.writers,
    run: "run", settings: "run", inBody: false, inRound: false, inLoop: false,
    assigned: assignedNames(options.unit),
  }
}

/** A plain type is not narrowed by what is assigned, so that nothing is inferred from that. */
function assignedNames(unit: unknown): ReadonlySet<string> {
  const plain: ReadonlySet<string> = new Set(["string", "int", "number", "time", "duration", "money"])
  const found = new Set<string>()
  walkPlan(unit, (part) => {
    const plan = part as { readonly kind?: string; readonly name?: string; readonly mutable?: boolean; readonly type?: ValueType }
    if (plan.kind === "let" && plan.mutable === true && plan.name !== undefined && !plain.has(plan.type?.kind ?? "")) found.add(plan.name)
  })
  return found
}

function comparedOften(unit: unknown): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const count = (plan: ExpressionPlan): void => {
    if (plan.kind === "member") count(plan.object)
    else if (plan.kind === "local") counts.set(plan.name, (counts.get(plan.name) ?? 0) + 1)
  }
  walkPlan(unit, (part) => {
    const plan = part as unknown as BinaryPlan | MatchPlan
    if (plan.kind === "match") count(plan.subject)
    else if (plan.kind === "binary" && (plan.operator === "==" || plan.operator === "!=")) {
      count(plan.left)
      count(plan.right)
    }
  })
  return new Set([...counts].filter(([, times]) => times > 1).map(([name]) => name))
}

/** Statements, policies and built-ins need expressions and the other way round; the cycle is closed by hand, not by imports. */
export interface Writers {
  readonly builtIn: (scope: CodeScope, plan: BuiltInPlan) => Code
  readonly body: (scope: CodeScope, statements: readonly StatementPlan[]) => Doc
  readonly clauses: (scope: CodeScope, within: WithinPlan) => readonly Doc[]
  readonly callOptions: (scope: CodeScope, step: StepPlan) => readonly Doc[]
}
