// The record that every phase reports; wording and severity live in codes/*.md.

import type { Edit } from "../text/edit.ts"
import type { Location, Span } from "../text/span.ts"

export type Severity = "error" | "warning" | "info"

/** How sure a fix is: `machine` may be applied unseen, `maybe` needs a look, `placeholder` needs filling in. */
export type Applicability = "machine" | "maybe" | "placeholder"

export interface Fix {
  readonly title: string
  readonly path: string
  readonly edits: readonly Edit[]
  readonly applicability: Applicability
}

export interface Related extends Location {
  readonly message: string
}

/** Facts fill the `{name}` holes of the code's message. */
export type Facts = Readonly<Record<string, string | number>>

export interface Diagnostic {
  readonly code: string
  readonly severity: Severity
  readonly path: string
  readonly span: Span
  readonly facts: Facts
  /** The message with its facts filled in. */
  readonly message: string
  readonly related: readonly Related[]
  readonly fixes: readonly Fix[]
}

/** What a phase returns: it never throws for a user's mistake. */
export interface Phase<T> {
  readonly value: T
  readonly diagnostics: readonly Diagnostic[]
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error")
}

/** By path, position, then code: the same order on every run. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => compare(a.path, b.path) || a.span.start - b.span.start || a.span.end - b.span.end || compare(a.code, b.code),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether it speaks of nothing outside the range: it stays right when the range is moved as a whole. */
export function isWithin({ path, span, related, fixes }: Diagnostic, at: Span): boolean {
  const holds = ({ start, end }: Span): boolean => at.start <= start && end <= at.end
  return related.length === 0 && holds(span) && fixes.every((fix) => fix.path === path && fix.edits.every((edit) => holds(edit.span)))
}

/** The same further on in the text, with its fixes. */
export function moved(diagnostic: Diagnostic, by: number): Diagnostic {
  if (by === 0) return diagnostic
  const there = ({ start, end }: Span): Span => ({ start: start + by, end: end + by })
  const fixes = diagnostic.fixes.map((fix) => ({ ...fix, edits: fix.edits.map((edit) => ({ ...edit, span: there(edit.span) })) }))
  return { ...diagnostic, span: there(diagnostic.span), fixes }
}
