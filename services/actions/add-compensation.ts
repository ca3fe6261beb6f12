// Add compensation: an undo for a tool that writes, by a tool that there is or by a new one.

import { assignable } from "../../compiler/2-check/types/relate.ts"
import type { ToolDeclaration } from "../../grammar/syntax/nodes.ts"
import type { Checked, Type } from "../../compiler/2-check/types.ts"
import type { Edit } from "../../base/text/edit.ts"
import { callableAt, capitalised, freshName, inFile, insertBelow, insertClauses, sliceOf, type Action, type ActionContext, type ActionMaker } from "./action.ts"

const undoWords = /^(?:undo|delete|remove|cancel|revert|release|refund|rollback|drop|unpublish|void)/i

export const addCompensation: ActionMaker = (context) => {
  const tool = callableAt(context)
  if (tool?.kind !== "tool" || !tool.clauses.some((clause) => clause.kind === "effect" && clause.effect === "writes")) return []
  if (tool.clauses.some(({ kind }) => kind === "compensate" || kind === "irreversible")) return []
  const repairs = context.diagnostics.find(({ code }) => code === "AF6001")
  const about = { kind: repairs === undefined ? "refactor.rewrite" : "quickfix", ...(repairs === undefined ? {} : { repairs }) } as const
  const known = candidates(context, tool).map(({ name, call }): Action => ({
    title: `Compensate with ${name}`, ...about, edits: inFile(context, [insertClauses(context.text, tool, [`compensate ${call}`])]),
  }))
  return [...known, { title: "Compensate with a new tool", ...about, edits: inFile(context, newUndo(context, tool)) }]
}

/** Tools that sound like an undo and whose parameters this tool can fill in. */
function candidates({ program, path }: ActionContext, tool: ToolDeclaration): readonly { readonly name: string; readonly call: string }[] {
  const scope = program.checked.bound.files.get(path)?.scope ?? new Map<string, number>()
  const own = scope.get(tool.name.text)
  const signature = own === undefined ? undefined : program.checked.signatures.get(own)
  if (signature === undefined) return []
  return [...scope].flatMap(([name, id]) => {
    const other = program.checked.signatures.get(id)
    if (other === undefined || id === own || !undoWords.test(name)) return []
    const values = other.parameters.map((parameter) => valueFor(program.checked, parameter, signature))
    return values.some((value) => value === undefined) ? [] : [{ name, call: `${name}(${values.join(", ")})` }]
  })
}

type Given = { readonly parameters: readonly { readonly name: string; readonly type: Type }[]; readonly result: Type }

function valueFor({ declared }: Checked, { name, type }: { readonly name: string; readonly type: Type }, { parameters, result }: Given): string | undefined {
  if (parameters.some((each) => each.name === name && assignable(each.type, type, declared))) return name
  const structure = result.kind === "declared" ? declared.get(result.symbol) : undefined
  const fields = structure?.kind === "record" ? structure.fields : []
  if (fields.some((each) => each.name === name && assignable(each.type, type, declared))) return `result.${name}`
  return name.toLowerCase() === "result" && assignable(result, type, declared) ? "result" : undefined
}

function newUndo(context: ActionContext, tool: ToolDeclaration): readonly Edit[] {
  const { text } = context
  const name = freshName(context, `undo${capitalised(tool.name.text)}`)
  const parameters = tool.parameters.map((parameter) => `${parameter.name.text}: ${sliceOf(text, parameter.type)}`).join(", ")
  const source = tool.source?.kind === "typescriptSource" ? `from ${sliceOf(text, tool.source.module)}` : 'from "./tools.ts"'
  const call = `${name}(${tool.parameters.map((parameter) => parameter.name.text).join(", ")})`
  return [
    insertClauses(text, tool, [`compensate ${call}`]),
    insertBelow(tool, `/// Undoes ${tool.name.text}.\ntool ${name}(${parameters}) ${source} {\n  writes\n  idempotent\n}`),
  ]
}
