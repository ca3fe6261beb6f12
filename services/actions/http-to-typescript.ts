// Convert an HTTP tool to a TypeScript tool: the request becomes a function to write.

import { callableAt, inFile, type ActionMaker } from "./action.ts"

export const httpToTypeScript: ActionMaker = (context) => {
  const tool = callableAt(context)
  if (tool?.kind !== "tool" || tool.source?.kind !== "httpSource") return []
  const { text } = context
  const equals = text.lastIndexOf("=", tool.source.span.start)
  const module = context.document.file.items.flatMap((item) => (item.kind === "tool" && item.source?.kind === "typescriptSource" ? [item.source.module] : []))[0]
  const from = module === undefined ? '"./tools.ts"' : text.slice(module.span.start, module.span.end)
  const request = tool.clauses.filter(({ kind }) => kind === "header" || kind === "body")
  const removed = request.map(({ span }) => {
    let start = span.start
    while (/\s/.test(text[start - 1] ?? "")) start--
    return { span: { start, end: span.end }, text: "" }
  })
  return [{
    title: "Convert to a TypeScript tool", kind: "refactor.rewrite",
    edits: inFile(context, [{ span: { start: equals, end: tool.source.span.end }, text: `from ${from}` }, ...removed]),
  }]
}
