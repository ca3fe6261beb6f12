// Extract workflow: the selected statements become a workflow of their own, which is called in their place.

import type { Symbol } from "../../compiler/1-bind/types.ts"
import { render } from "../../compiler/2-check/types/render.ts"
import type { Type } from "../../compiler/2-check/types.ts"
import type { Statement } from "../../grammar/syntax/nodes.ts"
import { walk } from "../../grammar/syntax/walk.ts"
import { indentAt } from "../text.ts"
import { capitalised, declarationAt, freshName, inFile, insertBelow, statementsAt, type ActionContext, type ActionMaker } from "./action.ts"
import { usedLater } from "./wrap-statements.ts"

export const extractWorkflow: ActionMaker = (context) => {
  const { text, range, program } = context
  const item = declarationAt(context)
  const selected = statementsAt(context)
  const first = selected?.statements[0]
  const last = selected?.statements.at(-1)
  if (item?.kind !== "workflow" || selected === undefined || first === undefined || last === undefined || range.start === range.end) return []
  const inside = analyse(context, selected.statements)
  const given = usedLater(context, selected.statements, selected.after)
  if (inside === undefined || given.length > 1) return []
  const result = given[0]
  const type = result === undefined ? undefined : inside.declared.get(result)
  if (result !== undefined && (type === undefined || !isWritable(type))) return []
  const name = freshName(context, result === undefined ? `${item.name.text}Part` : capitalised(result))
  const indent = indentAt(text, first.span.start)
  const body = text.slice(first.span.start, last.span.end).replaceAll(`\n${indent}`, "\n  ")
  const parameters = inside.locals.map((symbol) => `${symbol.name}: ${render(program.checked.symbolTypes.get(symbol.id)!)}`).join(", ")
  const head = `workflow ${name}(${parameters})${type === undefined ? "" : `: ${render(type)}`} {\n  dead letter "${name}.failed"\n\n  `
  const declaration = `${head}${body}${result === undefined ? "" : `\n\n  return ${result}`}\n}`
  const call = `${result === undefined ? "" : `let ${result} = `}${name}(${inside.locals.map((symbol) => symbol.name).join(", ")})`
  return [{
    title: `Extract into a workflow ${name}`, kind: "refactor.extract",
    edits: inFile(context, [{ span: { start: first.span.start, end: last.span.end }, text: call }, insertBelow(item, declaration)]),
  }]
}

interface Inside {
  /** Locals from outside that the statements use, in order. */
  readonly locals: readonly Symbol[]
  readonly declared: ReadonlyMap<string, Type>
}

/** Undefined where the statements can't leave their workflow: they return, assign a `var` of outside, or are typed by what no type says. */
function analyse({ program, path }: ActionContext, statements: readonly Statement[]): Inside | undefined {
  const { checked } = program
  const uses = checked.bound.files.get(path)?.uses
  const [start, end] = [statements[0]!.span.start, statements.at(-1)!.span.end]
  const locals = new Map<number, Symbol>()
  const declared = new Map<string, Type>()
  let fits = true
  for (const statement of statements) {
    if (statement.kind === "value" || statement.recovered) return undefined
    walk(statement, (node) => {
      if (node.kind === "return" || node.kind === "continueAsNew" || node.kind === "assign") fits = false
      const id = node.kind === "name" ? uses?.get(node.id) : undefined
      const symbol = id === undefined ? undefined : checked.bound.symbols.symbols[id]
      if (symbol?.owner === undefined || symbol.node === undefined || symbol.kind === "result") return
      const type = checked.symbolTypes.get(symbol.id)
      const isInside = symbol.path === path && symbol.node.span.start >= start && symbol.node.span.end <= end
      if (isInside) {
        if (type !== undefined) declared.set(symbol.name, type)
      } else if (type === undefined || !isWritable(type)) fits = false
      else locals.set(symbol.id, symbol)
    })
  }
  return fits ? { locals: [...locals.values()], declared } : undefined
}

/** Whether the type can be written in a declaration. */
export function isWritable(type: Type): boolean {
  switch (type.kind) {
    case "array":
      return isWritable(type.element)
    case "map":
      return isWritable(type.value)
    case "optional":
      return isWritable(type.type)
    case "union":
      return type.members.every(isWritable)
    case "record":
      return type.fields.every((field) => isWritable(field.type))
    case "result":
    case "caughtError":
    case "secret":
    case "function":
    case "namespace":
    case "unknown":
    case "never":
      return false
    default:
      return true
  }
}
