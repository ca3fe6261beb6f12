// Functions behind TypeScript tools are compared when nobody types: the answer comes seconds later and stays until a tool changes.

import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { comparedTools, declarationsText, stillTrue, toolDiagnostics, typeScriptTools, type ComparedTools } from "../services/tool-problems.ts"
import type { Program } from "../services/workspace.ts"
import type { Session } from "./session.ts"

export interface KnownTools extends ComparedTools {
  /** What the comparison rested on: the declarations, and how often modules had changed on disk. */
  readonly key: string
}

/** Of what is known of this program's tools now. */
export function toolDiagnosticsIn(session: Session, program: Program): readonly Diagnostic[] {
  const known = session.tools.get(program.entry)
  const plan = known === undefined ? undefined : program.plan()
  return known === undefined || plan === undefined ? [] : toolDiagnostics(stillTrue(known, plan), plan, session.workspace.host.rulesOf(program.entry))
}

/** True when something else than before was found. */
export async function compareTools(session: Session, path: string): Promise<boolean> {
  const { compareTools: compare } = session.platform
  const plan = session.workspace.program(path)?.plan()
  if (compare === undefined || plan === undefined || typeScriptTools(plan).length === 0) return false
  const key = `${session.modulesRead} ${declarationsText(plan)}`
  const before = session.tools.get(path)
  if (before?.key === key) return false
  const problems = await compare(plan, path)
  session.tools.set(path, { key, ...comparedTools(plan, problems) })
  return JSON.stringify(before?.problems ?? []) !== JSON.stringify(problems)
}
