// What people write who come from another language: said once with what to write here, and read as that.

import type { Applicability } from "../base/diagnostics/diagnostic.ts"
import type { Edit } from "../base/text/edit.ts"
import { span, type Span } from "../base/text/span.ts"
import { nesting } from "./braces.ts"
import type { Token } from "./lexer.ts"
import { RecoveringParser } from "./recovery.ts"

export interface Borrowed {
  readonly where: Span
  /** What stands there, as the message shows it. */
  readonly text: string
  /** What to write instead, as a sentence. */
  readonly hint: string
  /** Without edits there is nothing to apply. */
  readonly edits?: readonly Edit[]
  readonly title?: string
  readonly applicability?: Applicability
  /** What stands behind it is read as if it were right; so it is where the fix may be applied unseen. */
  readonly isReadPast?: boolean
}

/** A word of another language where something begins: what to do, and the word to write in its place ("" for none). */
export interface ForeignWord {
  readonly hint: string
  readonly write?: string
}

const failHint = "write `fail` and a declared error, such as `fail OutOfStock(\"why\")`."
const logHint = "write `log` and a text, such as `log \"got {count}\"`."
const callableHint = "steps are a `workflow`, and code that they call is a `tool … from \"./tools.ts\"`."
const typeHint = "write `type` and the fields."
const settingHint = "a value for the whole program is a `setting name: type = value`."

export const foreignStatements: ReadonlyMap<string, ForeignWord> = new Map([
  ["throw", { hint: failHint }], ["raise", { hint: failHint }], ["panic", { hint: failHint }],
  ["print", { hint: logHint, write: "log" }], ["println", { hint: logHint, write: "log" }], ["echo", { hint: logHint, write: "log" }],
  ["puts", { hint: logHint, write: "log" }],
  ["switch", { hint: "write `match` and arms such as `1 => …`.", write: "match" }],
  ["foreach", { hint: "write `for x in list`.", write: "for" }],
  ["unless", { hint: "write `if not`.", write: "if not" }],
  ["loop", { hint: "write `repeat up to 5 times { … }`." }],
  ["assert", { hint: "write `if not (…) { fail … }`, or `require` in the callable." }],
  ["finally", { hint: "what has to happen after a failure too is a `compensate` or stands in the `catch`." }],
  ["yield", { hint: "every call is waited for.", write: "" }], ["call", { hint: "a call is the name and its arguments.", write: "" }],
  ["async", { hint: "every call is waited for; what runs at the same time stands in a `parallel`.", write: "" }],
  ["break", { hint: "a loop ends with its list, or with the `until` of a `repeat`." }],
  ["pass", { hint: "a block may be empty.", write: "" }],
  ["do", { hint: "write `repeat up to 5 times { … } until …`." }], ["goto", { hint: "steps follow each other; `if`, `match` and loops say which." }],
  ["del", { hint: "no value changes, and none has to be freed." }], ["delete", { hint: "no value changes, and none has to be freed." }],
  ["global", { hint: "a `var` is assigned in the workflow that declares it." }], ["nonlocal", { hint: "a `var` is assigned in the workflow that declares it." }],
  ["with", { hint: "clauses for a block are written `within timeout 5m { … }`." }], ["using", { hint: "clauses for a block are written `within timeout 5m { … }`." }],
  ["function", { hint: callableHint }], ["def", { hint: callableHint }], ["fn", { hint: callableHint }], ["func", { hint: callableHint }],
])

export const foreignDeclarations: ReadonlyMap<string, ForeignWord> = new Map([
  ["function", { hint: callableHint, write: "workflow" }], ["def", { hint: callableHint, write: "workflow" }],
  ["fn", { hint: callableHint, write: "workflow" }], ["func", { hint: callableHint, write: "workflow" }],
  ["async", { hint: callableHint }], ["export", { hint: "every declaration can be imported.", write: "" }],
  ["task", { hint: callableHint }], ["step", { hint: callableHint }],
  ["interface", { hint: typeHint, write: "type" }], ["class", { hint: typeHint, write: "type" }], ["struct", { hint: typeHint, write: "type" }],
  ["record", { hint: typeHint, write: "type" }], ["schema", { hint: typeHint, write: "type" }],
  ["const", { hint: settingHint }], ["let", { hint: settingHint }], ["var", { hint: settingHint }],
  ["from", { hint: "write `import { name } from \"./file.agentflow\"`." }],
  ["exception", { hint: "write `error` and its fields.", write: "error" }],
])

export const foreignClauses: ReadonlyMap<string, ForeignWord> = new Map([
  ["retries", { hint: "write `retry 3 times`.", write: "retry" }],
  ["system", { hint: "what an agent is told once is its `instructions`.", write: "instructions" }],
  ["systemPrompt", { hint: "what an agent is told once is its `instructions`.", write: "instructions" }],
  ["description", { hint: "a `///` comment above the declaration describes it." }],
  ["temperature", { hint: "a model has no parameters but its `price`, `context` and `output`." }],
  ["max_turns", { hint: "write `budget 3 turns`." }], ["maxTurns", { hint: "write `budget 3 turns`." }],
  ["default", { hint: "write `fallback`.", write: "fallback" }], ["with", { hint: "the parts of a clause follow each other without it.", write: "" }],
  ["provider", { hint: "write `model name = openai(\"gpt-4o-mini\") { … }`." }],
  ["question", { hint: "write `ask`.", write: "ask" }],
  ["return", { hint: "a tool's code stands in its TypeScript file: `tool name(): string from \"./tools.ts\"`." }],
])

/** Before a declaration, where other languages say who may see it or how it runs. */
export const modifiers: ReadonlySet<string> = new Set(["export", "default", "async", "public", "pub", "static", "declare"])

export abstract class BorrowingParser extends RecoveringParser {
  /** One that is read as what was meant leaves the rest of its statement as it is: what else is wrong there is told too. */
  protected borrowed({ where, text, hint, edits, title, applicability = "machine", isReadPast = edits !== undefined && applicability === "machine" }: Borrowed): void {
    const fixes = edits === undefined ? [] : [{ title: title ?? "Write it so", path: this.tokens.source.path, edits, applicability }]
    const { reported, lastReportedAt } = this
    this.report("AF1017", span(where.start, where.end), { text, hint }, { fixes })
    if (!isReadPast) return
    this.reported = reported
    this.lastReportedAt = lastReportedAt
  }

  /** One that is said in a word or a sign. */
  protected borrowedToken(token: Token, write: string, hint = `write \`${write}\`.`): void {
    const where = span(token.start, token.end)
    this.borrowed({ where, text: this.text(token), hint, title: `Write \`${write}\``, edits: [{ span: where, text: write }] })
  }

  /** One that is not needed. */
  protected borrowedSurplus(token: Token, hint: string): void {
    const rest = this.tokens.source.text.slice(token.end)
    const end = token.end + (/^[ \t]*/.exec(rest)?.[0].length ?? 0)
    this.borrowed({
      where: span(token.start, token.end), text: this.text(token), hint, title: "Remove it", edits: [{ span: span(token.start, end), text: "" }],
    })
  }

  /** Whether what stands there makes the name before it a call, a declaration or an assignment. */
  protected isCalledOrGiven(ahead: number): boolean {
    const { kind, startsLine } = this.peek(ahead)
    return !startsLine && (kind === "(" || kind === "=" || kind === ":" || kind === "." || kind === "?.")
  }

  /** `->` where something else points. */
  protected readThinArrow(write: string): void {
    const [dash, arrow] = [this.token, this.peek(2)]
    if (this.isRecorded || dash.kind !== "-" || arrow.kind !== ">" || !arrow.glued) return
    const where = span(write === ":" ? this.lastEnd : dash.start, arrow.end)
    this.borrowed({
      where: span(dash.start, arrow.end), text: "->", hint: `write \`${write}\`.`, title: `Write \`${write}\``, edits: [{ span: where, text: write }],
    })
    this.drop()
    this.readAs(write)
  }

  protected spelt(ahead = 1): string {
    return this.text(this.peek(ahead))
  }

  /** The distance of the token that closes the parenthesis that stands at `ahead`, or 0. */
  protected closerOf(ahead: number): number {
    let open = 0
    for (let at = ahead; at < ahead + 200; at++) {
      const { kind } = this.peek(at)
      if (kind === "EOF") return 0
      open += nesting(kind)
      if (open === 0) return at
    }
    return 0
  }
}
