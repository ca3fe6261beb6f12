// The fixes that diagnostics bring along, one by one and all that are certain at once.

import { applyEdits } from "../../base/text/edit.ts"
import type { Edit } from "../../base/text/edit.ts"
import { diagnosticsOf } from "../diagnostics.ts"
import { inFile, type Action, type ActionMaker } from "./action.ts"

export const diagnosticFixes: ActionMaker = ({ diagnostics }) => diagnostics.flatMap((repairs) =>
  repairs.fixes.map(({ title, path, edits, applicability }): Action => ({
    title, kind: "quickfix", repairs, edits: new Map([[path, edits]]), ...(applicability === "machine" ? { preferred: true } : {}),
  })))

/** Every machine-applicable fix of the file that does not touch another. */
export const fixAll: ActionMaker = (context) => {
  const taken: Edit[] = []
  for (const { fixes } of diagnosticsOf(context.workspace, context.path)) {
    const fix = fixes.find(({ applicability, path }) => applicability === "machine" && path === context.path)
    const overlaps = fix?.edits.some((edit) => taken.some(({ span }) => edit.span.start <= span.end && span.start <= edit.span.end)) ?? true
    if (fix !== undefined && !overlaps) taken.push(...fix.edits)
  }
  if (taken.length === 0 || applyEdits(context.text, taken) === context.text) return []
  return [{ title: "Fix all that is certain", kind: "source.fixAll", edits: inFile(context, taken) }]
}
