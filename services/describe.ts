// Declarations as one line of code and their documentation, for hover, completion and signature help.

import type { Symbol } from "../compiler/1-bind/types.ts"
import { render } from "../compiler/2-check/types/render.ts"
import type { Declaration, Node, Parameter } from "../grammar/syntax/nodes.ts"
import type { Program } from "./workspace.ts"
import type { Target } from "./target.ts"

function sliceOf(program: Program, path: string, node: { readonly span: { readonly start: number; readonly end: number } }): string {
  const text = program.documents.get(path)?.text ?? ""
  return text.slice(node.span.start, node.span.end).replace(/\s+/g, " ")
}

/** The comment above a declaration. */
export function docOf(node: Node | undefined): string | undefined {
  return node !== undefined && "doc" in node && typeof node.doc === "string" && node.doc.trim() !== "" ? node.doc.trim() : undefined
}

export function parameterText(program: Program, path: string, parameter: Parameter): string {
  const value = parameter.value === undefined ? "" : ` = ${sliceOf(program, path, parameter.value)}`
  return `${parameter.name.text}: ${sliceOf(program, path, parameter.type)}${value}`
}

/** "tool fetchSource(url: string): Source" */
export function headOf(program: Program, symbol: Symbol): string {
  const { node, name, kind } = symbol
  switch (node?.kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow": {
      if (symbol.kind !== node.kind) break
      const parameters = node.parameters.map((parameter) => parameterText(program, symbol.path, parameter)).join(", ")
      const result = node.result === undefined ? "" : `: ${sliceOf(program, symbol.path, node.result)}`
      return `${kind} ${name}(${parameters})${result}`
    }
    case "type":
      return node.type.kind === "recordType" ? `type ${name} ${recordText(program, symbol.path, node.type)}` : `type ${name} = ${sliceOf(program, symbol.path, node.type)}`
    case "enum":
      return `enum ${name} { ${node.members.map((member) => member.name.text).join(", ")} }`
    case "error":
    case "event":
      return node.fields === undefined ? `${kind} ${name}` : `${kind} ${name} ${recordText(program, symbol.path, node.fields)}`
    case "model":
    case "setting":
    case "secret":
    case "policy":
      return sliceOf(program, symbol.path, node)
    default:
      break
  }
  const type = program.checked.symbolTypes.get(symbol.id)
  return `${wordOf(kind)} ${name}${type === undefined ? "" : `: ${render(type)}`}`
}

function recordText(program: Program, path: string, record: Extract<Node, { readonly kind: "recordType" }>): string {
  const fields = record.fields.map((field) => `  ${field.name.text}: ${sliceOf(program, path, field.type)}`)
  return fields.length === 0 ? "{ }" : `{\n${fields.join("\n")}\n}`
}

function wordOf(kind: Symbol["kind"]): string {
  switch (kind) {
    case "loopVariable":
    case "patternBinding":
    case "branch":
      return "let"
    case "lambdaParameter":
      return "parameter"
    case "caught":
      return "caught"
    default:
      return kind
  }
}

export function targetHead(program: Program, target: Target): string {
  if (target.symbol !== undefined) return headOf(program, target.symbol)
  const { node, place } = target
  if (node?.kind === "field" && place !== undefined) return `${target.text}: ${sliceOf(program, place.path, node.type)}`
  return node?.kind === "enumMember" ? `${enumOf(program, target)}.${target.text}` : target.text
}

function enumOf(program: Program, { place, node }: Target): string {
  const items = program.documents.get(place?.path ?? "")?.file.items ?? []
  const owner = items.find((item): item is Extract<Declaration, { readonly kind: "enum" }> => item.kind === "enum" && item.members.some((member) => member === node))
  return owner?.name.text ?? "enum"
}
