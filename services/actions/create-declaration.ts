// Create what is used and not declared: a callable from its call, a type or an error from its name.

import { render } from "../../compiler/2-check/types/render.ts"
import { nodeAt } from "../../grammar/syntax/locate.ts"
import { inFile, insert, type Action, type ActionContext, type ActionMaker } from "./action.ts"
import { isWritable } from "./extract-workflow.ts"

export const createDeclaration: ActionMaker = (context) => context.diagnostics.flatMap((repairs): readonly Action[] => {
  const name = context.text.slice(repairs.span.start, repairs.span.end)
  if (!/^[A-Za-z_]\w*$/.test(name)) return []
  const made = (title: string, declaration: string): Action => ({
    title, kind: "quickfix", repairs, edits: inFile(context, [insert(context.text.trimEnd().length, `\n\n${declaration}`)]),
  })
  if (repairs.code === "AF2009") return [made(`Declare the type ${name}`, `type ${name} { value: string }`)]
  if (repairs.code === "AF2008") return [made(`Declare the error ${name}`, `error ${name}`)]
  if (repairs.code !== "AF2001") return []
  const parameters = parametersOf(context, repairs.span.start)
  return parameters === undefined ? [] : [made(`Declare the tool ${name}`, `tool ${name}(${parameters})${resultOf(context, repairs.span.start)} from "./tools.ts" {\n  reads\n  retry 3 times\n}`)]
})

/** What the place of the call needs, as far as one look tells. */
function resultOf({ document, text }: ActionContext, offset: number): string {
  const { ancestors } = nodeAt(document.file, offset)
  const around = ancestors.at(-3)
  const workflow = ancestors.find(({ kind }) => kind === "workflow")
  if (around?.kind === "callStatement" || around?.kind === "block") return ""
  if (around?.kind === "return" && workflow?.kind === "workflow") return workflow.result === undefined ? "" : `: ${text.slice(workflow.result.span.start, workflow.result.span.end)}`
  return ": string"
}

/** Of a call: a parameter for each argument, named after it where it has a name. */
function parametersOf({ document, program, path }: ActionContext, offset: number): string | undefined {
  const { ancestors } = nodeAt(document.file, offset)
  const call = ancestors.at(-2)
  if (call?.kind !== "call" || call.callee !== ancestors.at(-1)) return undefined
  const facts = program.checked.files.get(path)
  const seen = new Set<string>()
  return call.arguments.map(({ name, value }, index) => {
    const type = facts?.types.get(value.id)
    const wanted = name?.text ?? (value.kind === "nameExpression" ? value.name.text : value.kind === "member" ? value.name.text : `value${index + 1}`)
    const unique = seen.has(wanted) ? `${wanted}${index + 1}` : wanted
    seen.add(unique)
    return `${unique}: ${type !== undefined && isWritable(type) && type.kind !== "literal" && type.kind !== "nothing" ? render(type) : "string"}`
  }).join(", ")
}
