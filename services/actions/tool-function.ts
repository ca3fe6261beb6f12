// Make a TypeScript tool and its function agree: create the module, write the function, name the export that is there, change the function's head or the declaration.

import { nearest } from "../../base/diagnostics/suggest.ts"
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts"
import type { Edit } from "../../base/text/edit.ts"
import { plainText, resolvePath } from "../../compiler/1-bind/imports.ts"
import { exportAt } from "../definition.ts"
import type { Declaration, ToolDeclaration } from "../../grammar/syntax/nodes.ts"
import { inFile, insert, type Action, type ActionContext, type ActionMaker } from "./action.ts"
import { headOf, type FunctionHead } from "./function-head.ts"
import { typeImports, typeOf } from "./typescript-type.ts"

/** What a tool says about its function. */
interface Place {
  readonly tool: ToolDeclaration
  /** The exported name that it asks for. */
  readonly name: string
  readonly module: string
}

interface Site extends Place {
  readonly context: ActionContext
  readonly repairs: Diagnostic
  readonly moduleText: string
}

export const toolFunction: ActionMaker = (context) => context.diagnostics.flatMap((repairs): readonly Action[] => {
  if (repairs.code === "AF2014") return createModule(context, repairs)
  const site = siteOf(context, repairs)
  if (site === undefined) return []
  switch (repairs.code) {
    case "AF2015": return [...useExport(site), ...writeFunction(site)]
    case "AF3040": return [...changeDeclaration(site), ...changeHead(site)]
    case "AF3041": return makeAsync(site)
    default: return []
  }
})

function placeOf(context: ActionContext, tool: Declaration | undefined): Place | undefined {
  if (tool?.kind !== "tool" || tool.source?.kind !== "typescriptSource") return undefined
  const written = plainText(tool.source.module)
  return written === undefined ? undefined : { tool, name: tool.source.exportName?.text ?? tool.name.text, module: resolvePath(context.path, written) }
}

function placeAt(context: ActionContext, { span: { start } }: Diagnostic): Place | undefined {
  return placeOf(context, context.document.file.items.find(({ span }) => span.start <= start && start <= span.end))
}

function siteOf(context: ActionContext, repairs: Diagnostic): Site | undefined {
  const place = placeAt(context, repairs)
  const moduleText = place === undefined ? undefined : context.workspace.host.readText(place.module)
  return place === undefined || moduleText === undefined ? undefined : { ...place, context, repairs, moduleText }
}

/** With a function for each tool of the file that comes from it. */
function createModule(context: ActionContext, repairs: Diagnostic): readonly Action[] {
  const place = placeAt(context, repairs)
  if (place === undefined || context.workspace.host.readText(place.module) !== undefined) return []
  const { module } = place
  const names = new Set<string>()
  const functions = new Map<string, string>()
  for (const item of context.document.file.items) {
    const other = placeOf(context, item)
    const types = other?.module === module && !functions.has(other.name) ? declaredTypes(context, other.tool, names) : undefined
    if (types !== undefined) functions.set(other!.name, functionText(other!.name, types))
  }
  const imports = typeImports("", { module, program: context.program.entry, names: [...names].sort() })
  const text = imports.map((edit) => edit.text).join("") + [...functions.values()].join("\n")
  return [{ title: `Create ${module}`, kind: "quickfix", repairs, creates: module, edits: new Map([[module, [insert(0, text)]]]) }]
}

/** An export of nearly the name. */
function useExport({ context, repairs, tool, name, module }: Site): readonly Action[] {
  const known = context.workspace.host.toolModule(module)
  const near = known === undefined || known === "missing" ? undefined : nearest(name, known.exports)
  if (near === undefined || tool.source?.kind !== "typescriptSource") return []
  const { exportName, module: from } = tool.source
  const edit: Edit = exportName === undefined ? insert(from.span.end, ` export ${near}`) : { span: exportName.span, text: near }
  return [{ title: `Use the export ${near}`, kind: "quickfix", repairs, edits: inFile(context, [edit]) }]
}

interface DeclaredTypes {
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  readonly result: string
}

interface Typed extends DeclaredTypes {
  /** Edits of the module that bring in the declared types. */
  readonly imports: readonly Edit[]
}

/** Names of declared types are added to `names`. */
function declaredTypes({ program, path }: ActionContext, tool: ToolDeclaration, names: Set<string>): DeclaredTypes | undefined {
  const id = program.checked.bound.files.get(path)?.scope.get(tool.name.text)
  const signature = id === undefined ? undefined : program.checked.signatures.get(id)
  if (signature === undefined) return undefined
  const parameters = signature.parameters.map(({ name, type }) => ({ name, type: typeOf(type, names) }))
  return { parameters, result: signature.result.kind === "nothing" ? "void" : typeOf(signature.result, names) }
}

function typed({ context, tool, module, moduleText }: Site): Typed | undefined {
  const names = new Set<string>()
  const types = declaredTypes(context, tool, names)
  return types === undefined ? undefined : { ...types, imports: typeImports(moduleText, { module, program: context.program.entry, names: [...names].sort() }) }
}

function functionText(name: string, { parameters, result }: DeclaredTypes): string {
  return `export async function ${name}(${parameters.map((each) => `${each.name}: ${each.type}`).join(", ")}): Promise<${result}> {\n  throw new Error("${name} is not written yet")\n}\n`
}

function writeFunction(site: Site): readonly Action[] {
  const { repairs, name, module, moduleText } = site
  const types = exportAt(moduleText, name) === undefined ? typed(site) : undefined
  if (types === undefined) return []
  const gap = moduleText.trim() === "" ? "" : moduleText.endsWith("\n") ? "\n" : "\n\n"
  const text = gap + functionText(name, types)
  return [{ title: `Write ${name} in ${module}`, kind: "quickfix", repairs, edits: new Map([[module, [...types.imports, insert(moduleText.length, text)]]]) }]
}

/** Names stay as the body uses them, unless they are those of the declaration in another order; what follows, the context, stays too. */
function changeHead(site: Site): readonly Action[] {
  const { repairs, name, module, moduleText } = site
  const [types, head] = [typed(site), headOf(moduleText, name)]
  if (types === undefined || head === undefined) return []
  const own = new Set(types.parameters.map((each) => each.name))
  const isReordered = head.parameters.every((each, index) => index >= types.parameters.length || own.has(each.name))
  const first = types.parameters.map((each, index) => `${isReordered ? each.name : (head.parameters[index]?.name ?? each.name)}: ${each.type}`)
  const rest = head.parameters.slice(types.parameters.length).filter((each) => !own.has(each.name)).map(({ text }) => text)
  const edits = [{ span: head.list, text: [...first, ...rest].join(", ") }, ...resultEdits(head, types.result), ...types.imports]
  return [{ title: `Change ${name} in ${module} to what is declared`, kind: "quickfix", repairs, edits: new Map([[module, edits]]) }]
}

function resultEdits(head: FunctionHead, result: string): readonly Edit[] {
  const promise = `Promise<${result}>`
  return [
    head.result === undefined ? insert(head.list.end + 1, `: ${promise}`) : { span: head.result, text: promise },
    ...(head.isAsync ? [] : [insert(head.keyword, "async ")]),
  ]
}

function makeAsync({ repairs, name, module, moduleText }: Site): readonly Action[] {
  const head = headOf(moduleText, name)
  if (head === undefined || head.isAsync) return []
  const written = head.result === undefined ? undefined : moduleText.slice(head.result.start, head.result.end)
  const result = head.result === undefined || written === undefined || written.startsWith("Promise<") ? [] : [{ span: head.result, text: `Promise<${written}>` }]
  return [{ title: `Make ${name} in ${module} async`, kind: "quickfix", repairs, edits: new Map([[module, [insert(head.keyword, "async "), ...result]]]) }]
}

/** What the function takes or gives; that it is a type of ours is tried before it is offered. */
function changeDeclaration({ context, repairs, tool }: Site): readonly Action[] {
  const { parameter, type } = repairs.facts
  const node = parameter === undefined ? tool.result : tool.parameters.find(({ name }) => name.text === parameter)?.type
  if (typeof type !== "string" || node === undefined) return []
  return [{ title: `Declare ${parameter ?? "the result"} as ${type}`, kind: "quickfix", repairs, edits: inFile(context, [{ span: node.span, text: type }]) }]
}
