// From a name to what it means: its declaration, its type, and the TypeScript function behind a tool.

import type { Location, Span } from "../base/text/span.ts"
import { contains, span } from "../base/text/span.ts"
import { plainText, resolvePath } from "../compiler/1-bind/imports.ts"
import type { Type } from "../compiler/2-check/types.ts"
import type { Node, ToolDeclaration } from "../grammar/syntax/nodes.ts"
import { nodeAt } from "../grammar/syntax/locate.ts"
import { symbolOf, symbolTarget, targetAt, type Target } from "./target.ts"
import type { Program, Workspace } from "./workspace.ts"

export interface Definition extends Location {
  /** The whole declaration; `span` is its name. */
  readonly whole: Span
}

export function definitionOf(workspace: Workspace, path: string, offset: number): readonly Definition[] {
  const program = workspace.program(path)
  if (program === undefined) return []
  const found = targetAt(program, path, offset)
  if (found !== undefined) return placeOf(found.target)
  const link = fileAt(program, path, offset)
  return link === undefined ? [] : [{ path: link, span: span(0, 0), whole: span(0, 0) }]
}

function placeOf({ place, node }: Target): readonly Definition[] {
  if (place === undefined) return []
  return [{ path: place.path, span: place.name.span, whole: node?.span ?? place.name.span }]
}

/** The path that the text under the cursor names in an import or a tool's `from`. */
function fileAt(program: Program, path: string, offset: number): string | undefined {
  const document = program.documents.get(path)
  if (document === undefined) return undefined
  for (const item of document.file.items) {
    const from = item.kind === "import" ? item.from : item.kind === "tool" && item.source?.kind === "typescriptSource" ? item.source.module : undefined
    if (from === undefined || !contains(from.span, offset)) continue
    const written = plainText(from)
    return written === undefined ? undefined : resolvePath(path, written)
  }
  return undefined
}

export function typeDefinitionOf(workspace: Workspace, path: string, offset: number): readonly Definition[] {
  const program = workspace.program(path)
  const type = program === undefined ? undefined : typeAt(program, path, offset)
  return program === undefined || type === undefined ? [] : declarationsOf(program, type)
}

/** The type of the value under the cursor. */
export function typeAt(program: Program, path: string, offset: number): Type | undefined {
  const found = targetAt(program, path, offset)
  const facts = program.checked.files.get(path)
  if (found !== undefined) {
    const { target, ancestors } = found
    const symbol = target.symbol
    if (symbol !== undefined) {
      const known = program.checked.symbolTypes.get(symbol.id) ?? program.checked.signatures.get(symbol.id)?.result
      if (known !== undefined) return known
      if (program.checked.declared.has(symbol.id)) return { kind: "declared", symbol: symbol.id, name: symbol.name }
    }
    if (target.node?.kind === "field" && target.place !== undefined) return program.checked.files.get(target.place.path)?.types.get(target.node.type.id)
    return typeOfNode(ancestors.at(-1), facts)
  }
  const document = program.documents.get(path)
  return document === undefined ? undefined : typeOfNode(nodeAt(document.file, offset).node, facts)
}

function typeOfNode(node: Node | undefined, facts: ReturnType<Program["checked"]["files"]["get"]>): Type | undefined {
  return node === undefined ? undefined : facts?.types.get(node.id)
}

function declarationsOf(program: Program, type: Type): readonly Definition[] {
  switch (type.kind) {
    case "declared":
    case "namespace":
      return placeOf(symbolTarget(symbolOf(program, type.symbol)))
    case "array":
      return declarationsOf(program, type.element)
    case "map":
    case "result":
      return declarationsOf(program, type.value)
    case "optional":
      return declarationsOf(program, type.type)
    case "union":
      return type.members.flatMap((member) => declarationsOf(program, member))
    default:
      return []
  }
}

/** A tool's TypeScript function; from any other callable, itself. */
export function implementationOf(workspace: Workspace, path: string, offset: number): readonly Definition[] {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, offset)
  const { node, place } = found?.target ?? {}
  if (node?.kind !== "tool" || place === undefined) return found === undefined ? [] : placeOf(found.target)
  const exported = exportOf(workspace, place.path, node)
  return exported === undefined ? placeOf(found!.target) : [exported]
}

/** Where a tool's module exports its function. */
export function exportOf(workspace: Workspace, path: string, tool: ToolDeclaration): Definition | undefined {
  if (tool.source?.kind !== "typescriptSource") return undefined
  const written = plainText(tool.source.module)
  if (written === undefined) return undefined
  const module = resolvePath(path, written)
  const text = workspace.host.readText(module)
  if (text === undefined) return undefined
  const name = tool.source.exportName?.text ?? tool.name.text
  const at = exportAt(text, name) ?? span(0, 0)
  return { path: module, span: at, whole: at }
}

export function exportAt(text: string, name: string): Span | undefined {
  const pattern = new RegExp(`^[ \\t]*export\\s+(?:async\\s+)?(?:function\\*?|const|let|var)\\s+(${name})\\b|\\bexport\\s*\\{[^}]*?\\b(${name})\\b[^}]*\\}`, "m")
  const match = pattern.exec(text)
  if (match === null) return undefined
  const start = match.index + match[0].lastIndexOf(name)
  return span(start, start + name.length)
}

/** The tools of the workspace that a TypeScript function implements: the way back. */
export function toolsOf(workspace: Workspace, module: string, name: string): readonly Definition[] {
  return workspace.paths().flatMap((path) => {
    const document = workspace.document(path)
    if (document === undefined || !document.modules.includes(module)) return []
    return document.file.items.flatMap((item) => {
      const source = item.kind === "tool" ? item.source : undefined
      if (item.kind !== "tool" || source?.kind !== "typescriptSource") return []
      const isIt = (source.exportName?.text ?? item.name.text) === name && resolvePath(path, plainText(source.module) ?? "") === module
      return isIt ? [{ path, span: item.name.span, whole: item.span }] : []
    })
  })
}
