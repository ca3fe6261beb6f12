// All code actions: fixes of diagnostics first, then what else can be done at a place.

import { applyEdits } from "../../base/text/edit.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Span } from "../../base/text/span.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { diagnosticsOf } from "../diagnostics.ts"
import type { Program, Workspace } from "../workspace.ts"
import { acceptRule } from "./accept-rule.ts"
import type { Action, ActionContext, ActionMaker } from "./action.ts"
import { addBudget } from "./add-budget.ts"
import { addCompensation } from "./add-compensation.ts"
import { addDeadLetter } from "./add-dead-letter.ts"
import { addFallback } from "./add-fallback.ts"
import { addImport } from "./add-import.ts"
import { addLimits } from "./add-limits.ts"
import { addRetry } from "./add-retry.ts"
import { annotateLet } from "./annotate-let.ts"
import { createDeclaration } from "./create-declaration.ts"
import { extractPolicy } from "./extract-policy.ts"
import { extractSetting } from "./extract-setting.ts"
import { extractType } from "./extract-type.ts"
import { extractValue, inlineValue } from "./extract-value.ts"
import { extractWorkflow } from "./extract-workflow.ts"
import { fillArms } from "./fill-arms.ts"
import { fillFields } from "./fill-fields.ts"
import { diagnosticFixes, fixAll } from "./fixes.ts"
import { generateTest } from "./generate-test.ts"
import { httpToTypeScript } from "./http-to-typescript.ts"
import { inlinePolicy } from "./inline-policy.ts"
import { nameArguments } from "./name-arguments.ts"
import { organiseImports } from "./organise-imports.ts"
import { callsToParallel, parallelToCalls } from "./parallel.ts"
import { removeUnused } from "./remove-unused.ts"
import { toolFunction } from "./tool-function.ts"
import { wrapInBudget, wrapInSaga, wrapInTry } from "./wrap-statements.ts"

export const actionTable: Readonly<Record<string, ActionMaker>> = {
  diagnosticFixes, addImport, fillFields, createDeclaration, removeUnused, toolFunction, addRetry, addDeadLetter, addCompensation, addBudget, addFallback, acceptRule, fillArms,
  extractPolicy, inlinePolicy, extractWorkflow, extractType, extractValue, inlineValue, extractSetting, wrapInSaga, wrapInTry, wrapInBudget, callsToParallel,
  parallelToCalls, addLimits, httpToTypeScript, generateTest, nameArguments, annotateLet, organiseImports, fixAll,
}

/** What these give depends on more than they look at, so that each is tried before it is offered. */
const proven: ReadonlySet<string> = new Set([
  "extractWorkflow", "extractValue", "inlineValue", "extractSetting", "extractType", "wrapInSaga", "wrapInTry", "wrapInBudget", "callsToParallel", "parallelToCalls",
  "inlinePolicy", "fillArms", "generateTest", "nameArguments", "annotateLet", "addFallback", "toolFunction",
])

/** Whether the file has no error after the action that it has not now. */
function addsNoError({ workspace, program, path, text }: ActionContext, { edits }: Action): boolean {
  const own = edits.get(path)
  if (own === undefined || edits.size > 1) return true
  const left = errorsOf(program)
  return errorsOf(workspace.programWith(path, applyEdits(text, own))).every((code) => {
    const index = left.indexOf(code)
    if (index >= 0) left.splice(index, 1)
    return index >= 0
  })
}

function errorsOf({ diagnostics }: Program): string[] {
  return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code)
}

/** `found`: what else is known to be wrong in the file, such as functions of tools that differ from their declaration. */
export function actionsAt(workspace: Workspace, path: string, range: Span, found: readonly Diagnostic[] = []): readonly Action[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const { node, ancestors } = nodeAt(document.file, range.start)
  const diagnostics = [...diagnosticsOf(workspace, path), ...found.filter((each) => each.path === path)].filter(({ span }) => span.start <= range.end && range.start <= span.end)
  const context: ActionContext = { workspace, program, document, path, text: document.text, range, around: [...ancestors, node], diagnostics }
  const offered = Object.entries(actionTable).flatMap(([name, make]) => make(context).filter((action) => !proven.has(name) || addsNoError(context, action)))
  // Two ways to the same text are one.
  const seen = new Set<string>()
  return offered.filter(({ edits, kind }) => {
    const key = JSON.stringify([kind.split(".")[0], [...edits]])
    return !seen.has(key) && seen.add(key)
  })
}
