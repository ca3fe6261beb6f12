// What is wrong in a file, as its own program sees it.

import { hasErrors, type Diagnostic } from "../base/diagnostics/diagnostic.ts"
import type { Span } from "../base/text/span.ts"
import type { Program, Workspace } from "./workspace.ts"

export interface FoundDiagnostic extends Diagnostic {
  /** Shown faded: the code at this place has no effect. */
  readonly unnecessary: boolean
}

const unnecessaryCodes: ReadonlySet<string> = new Set(["AF2010", "AF2011", "AF3012", "AF3024", "AF4007"])

export function diagnosticsOf(workspace: Workspace, path: string): readonly FoundDiagnostic[] {
  return foundIn(workspace.program(path)?.diagnostics ?? [], path)
}

/** The same but for what only a plan shows: ready in half the time. */
export function checkDiagnosticsOf(workspace: Workspace, path: string): readonly FoundDiagnostic[] {
  return foundIn(workspace.program(path)?.checkDiagnostics ?? [], path)
}

/** A program with an error is not planned, so that its check has found all there is. */
export function mayFindMore(program: Program): boolean {
  return !hasErrors(program.checkDiagnostics)
}

function foundIn(diagnostics: readonly Diagnostic[], path: string): readonly FoundDiagnostic[] {
  return diagnostics.filter((each) => each.path === path).map((each) => ({ ...each, unnecessary: unnecessaryCodes.has(each.code) }))
}

/** What was found of an earlier text, where it would be now; what the change has touched is left out. */
export function carriedOver<Found extends Diagnostic>(found: readonly Found[], before: string, after: string): readonly Found[] {
  if (found.length === 0 || before === after) return found
  const shorter = Math.min(before.length, after.length)
  let same = 0
  while (same < shorter && before[same] === after[same]) same++
  let sameEnd = 0
  while (sameEnd < shorter - same && before[before.length - 1 - sameEnd] === after[after.length - 1 - sameEnd]) sameEnd++
  const shift = after.length - before.length
  const place = ({ start, end }: Span): Span | undefined =>
    end <= same ? { start, end } : start >= before.length - sameEnd ? { start: start + shift, end: end + shift } : undefined
  return found.flatMap((each): readonly Found[] => {
    const span = place(each.span)
    const related = each.related.flatMap((other) => {
      const at = other.path === each.path ? place(other.span) : other.span
      return at === undefined ? [] : [{ ...other, span: at }]
    })
    return span === undefined || related.length < each.related.length ? [] : [{ ...each, span, related, fixes: [] }]
  })
}

/** Open files whose diagnostics may change with this one. */
export function affectedBy(workspace: Workspace, path: string): readonly string[] {
  return workspace.openPaths().filter((other) => other === path || workspace.program(other)?.documents.has(path) === true)
}
