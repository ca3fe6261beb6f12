// Name arguments: `f(a, b)` becomes `f(url: a, title: b)`, and back.

import { calleeOf, inFile, insert, nearest, type ActionMaker } from "./action.ts"

export const nameArguments: ActionMaker = (context) => {
  const call = nearest(context, "call")
  const callee = call === undefined ? undefined : calleeOf(context, call)
  if (call === undefined || callee === undefined || call.arguments.length === 0 || call.arguments.length > callee.node.parameters.length) return []
  const edits = call.arguments.flatMap((argument, index) => {
    const parameter = callee.node.parameters[index]
    return argument.name !== undefined || parameter === undefined ? [] : [insert(argument.span.start, `${parameter.name.text}: `)]
  })
  return edits.length === 0 ? [] : [{ title: "Name the arguments", kind: "refactor.rewrite", edits: inFile(context, edits) }]
}
