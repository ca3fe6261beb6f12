// The parameters of the call around the cursor.

import type { CallExpression, Node } from "../grammar/syntax/nodes.ts"
import { nodeAt } from "../grammar/syntax/locate.ts"
import { docOf, headOf, parameterText } from "./describe.ts"
import { functionDocs, methodDocs } from "./docs.ts"
import { symbolOf } from "./target.ts"
import type { Program, Workspace } from "./workspace.ts"

export interface SignatureHelp {
  readonly label: string
  readonly doc?: string
  readonly parameters: readonly { readonly label: string; readonly doc?: string }[]
  /** Index of the parameter that the cursor is at; past the last one when there are too many arguments. */
  readonly active: number
}

export const signatureTriggers = ["(", ","] as const

export function signatureAt(workspace: Workspace, path: string, offset: number): SignatureHelp | undefined {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return undefined
  const call = callAround(program, path, offset)
  if (call === undefined) return undefined
  const facts = program.checked.files.get(path)
  const callee = facts?.calls.get(call.id) ?? (call.callee.kind === "nameExpression" ? program.checked.bound.files.get(path)?.uses.get(call.callee.name.id) : undefined)
  const builtIn = facts?.builtins.get(call.id)
  if (builtIn !== undefined) return builtInHelp(builtIn)
  const symbol = callee === undefined ? undefined : symbolOf(program, callee)
  const node = symbol?.node
  if (symbol === undefined || (node?.kind !== "tool" && node?.kind !== "agent" && node?.kind !== "human" && node?.kind !== "workflow")) return undefined
  const parameters = node.parameters.map((parameter) => {
    const doc = docOf(parameter)
    return { label: parameterText(program, symbol.path, parameter), ...(doc === undefined ? {} : { doc }) }
  })
  const doc = docOf(node)
  const names = node.parameters.map(({ name }) => name.text)
  return { label: headOf(program, symbol), ...(doc === undefined ? {} : { doc }), parameters, active: activeIn(call, names, document.text, offset) }
}

function builtInHelp(name: string): SignatureHelp {
  const doc = methodDocs[name] ?? functionDocs[name]
  return { label: `${name.split(".").at(-1)!}(…)`, ...(doc === undefined ? {} : { doc }), parameters: [], active: 0 }
}

/** The innermost call whose parentheses hold the offset. */
function callAround(program: Program, path: string, offset: number): CallExpression | undefined {
  const document = program.documents.get(path)!
  // A call that is still open may end before the blanks that the cursor stands behind.
  let at = offset
  while (at > 0 && /\s/.test(document.text[at - 1]!)) at--
  for (const place of [offset, at]) {
    const { node, ancestors } = nodeAt(document.file, place)
    const found = [...ancestors, node].reverse().find((each: Node): each is CallExpression => each.kind === "call" && isInside(each, document.text, offset))
    if (found !== undefined) return found
  }
  return undefined
}

function isInside(call: CallExpression, text: string, offset: number): boolean {
  if (offset <= call.callee.span.end) return false
  const isClosed = text[call.span.end - 1] === ")"
  return isClosed ? offset < call.span.end : true
}

function activeIn(call: CallExpression, names: readonly string[], text: string, offset: number): number {
  let index = 0
  for (const argument of call.arguments) {
    const reaches = offset <= argument.span.end || !text.slice(argument.span.end, offset).includes(",")
    if (reaches) {
      const named = argument.name === undefined ? -1 : names.indexOf(argument.name.text)
      return named === -1 ? index : named
    }
    index++
  }
  return index
}
