// The names that can be used at a position: the file's, and the locals of what stands around it.

import type { SymbolId } from "../compiler/1-bind/types.ts"
import type { Name, Node, Statement } from "../grammar/syntax/nodes.ts"
import { nodeAt } from "../grammar/syntax/locate.ts"
import { symbolOf } from "./target.ts"
import type { Symbol } from "../compiler/1-bind/types.ts"
import type { Program } from "./workspace.ts"

/** By name, the nearest first; built-in functions are not among them. */
export function namesAt(program: Program, path: string, offset: number): ReadonlyMap<string, Symbol> {
  const found = new Map<string, Symbol>()
  const bound = program.checked.bound.files.get(path)
  const document = program.documents.get(path)
  if (bound === undefined || document === undefined) return found
  const add = (name: Name | undefined): void => {
    const id: SymbolId | undefined = name === undefined ? undefined : bound.uses.get(name.id)
    if (name !== undefined && id !== undefined && !found.has(name.text)) found.set(name.text, symbolOf(program, id))
  }
  const { node, ancestors } = nodeAt(document.file, offset)
  for (const around of [...ancestors, node].reverse()) addLocals(around, offset, add)
  for (const symbol of resultsAt(program, [...ancestors, node])) if (!found.has("result")) found.set("result", symbol)
  for (const [name, id] of bound.scope) {
    const symbol = symbolOf(program, id)
    if (!found.has(name) && symbol.kind !== "builtin") found.set(name, symbol)
  }
  return found
}

/** `compensate` and `require` see the result of what they stand at. */
function resultsAt(program: Program, around: readonly Node[]): readonly Symbol[] {
  const clause = around.find(({ kind }) => kind === "compensate" || kind === "require")
  if (clause === undefined) return []
  const index = around.indexOf(clause)
  const carriers = around.slice(0, index).reverse()
  const { symbols } = program.checked.bound.symbols
  const results = symbols.filter(({ kind }) => kind === "result")
  for (const carrier of carriers) {
    const own = results.find(({ node }) => node === carrier || (node !== undefined && "call" in carrier && carrier.call === node) || (node !== undefined && "value" in carrier && carrier.value === node))
    if (own !== undefined) return [own]
  }
  return []
}

function addLocals(around: Node, offset: number, add: (name: Name | undefined) => void): void {
  switch (around.kind) {
    case "tool":
    case "agent":
    case "human":
    case "workflow":
      if (around.kind === "workflow") addStatements(around.body, offset, add)
      for (const { name } of around.parameters) add(name)
      return
    case "block":
      return addStatements(around.statements, offset, add)
    case "repeat":
      if (around.body.span.end <= offset) addStatements(around.body.statements, offset, add)
      return
    case "for":
      if (around.body.span.start > offset) return
      add(around.variable)
      return add(around.index)
    case "lambda":
      return around.parameters.forEach(add)
    case "catch":
      return add(around.binding)
    case "arm":
      for (const pattern of around.patterns) if (pattern.kind === "typePattern") add(pattern.binding)
      return
    default:
      return
  }
}

/** A local is visible after its statement. */
function addStatements(statements: readonly Statement[], offset: number, add: (name: Name | undefined) => void): void {
  for (const statement of [...statements].reverse()) {
    if (statement.span.end > offset) continue
    if (statement.kind === "let") add(statement.name)
    if (statement.kind === "parallel") for (const { name } of statement.branches) add(name)
  }
}
