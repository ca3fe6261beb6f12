// What is wrong in a file, as its own program sees it.

import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import type { Workspace } from "./workspace.ts"

export interface FoundDiagnostic extends Diagnostic {
  /** Shown faded: the code at this place has no effect. */
  readonly unnecessary: boolean
}

const unnecessaryCodes: ReadonlySet<string> = new Set(["AF2010", "AF2011", "AF3012", "AF3024", "AF4007"])

export function diagnosticsOf(workspace: Workspace, path: string): readonly FoundDiagnostic[] {
  const found = workspace.program(path)?.diagnostics ?? []
  return found.filter((each) => each.path === path).map((each) => ({ ...each, unnecessary: unnecessaryCodes.has(each.code) }))
}

/** Open files whose diagnostics may change with this one. */
export function affectedBy(workspace: Workspace, path: string): readonly string[] {
  return workspace.openPaths().filter((other) => other === path || workspace.program(other)?.documents.has(path) === true)
}
