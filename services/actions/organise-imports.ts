// Organise imports: one import per file, in order, without what nothing uses.

import { plainText } from "../../compiler/1-bind/imports.ts"
import { inFile, sliceOf, type ActionMaker } from "./action.ts"

export const organiseImports: ActionMaker = (context) => {
  const { document, program, path, text } = context
  const imports = document.file.items.filter((item) => item.kind === "import")
  const first = imports[0]
  const last = imports.at(-1)
  if (first === undefined || last === undefined || imports.some((item) => item.recovered || plainText(item.from) === undefined)) return []
  // Only where nothing else stands between: a comment there would be lost.
  const between = imports.slice(1).map((item, index) => text.slice(imports[index]!.span.end, item.span.start))
  if (between.some((gap) => gap.trim() !== "")) return []
  const unused = new Set(program.diagnostics.filter((each) => each.code === "AF2010" && each.path === path && each.facts["kind"] === "import").map(({ span }) => span.start))
  const byFile = new Map<string, Set<string>>()
  for (const item of imports) {
    const from = plainText(item.from)!
    const names = byFile.get(from) ?? new Set<string>()
    byFile.set(from, names)
    for (const name of item.names) if (!unused.has(name.span.start)) names.add(sliceOf(text, name).replace(/\s+/g, " "))
  }
  const lines = [...byFile].filter(([, names]) => names.size > 0).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => `import { ${[...names].sort().join(", ")} } from "${from}"`)
  const organised = lines.join("\n")
  const span = { start: first.span.start, end: last.span.end }
  if (text.slice(span.start, span.end) === organised) return []
  return [{ title: "Organise imports", kind: "source.organizeImports", edits: inFile(context, [{ span, text: organised }]) }]
}
