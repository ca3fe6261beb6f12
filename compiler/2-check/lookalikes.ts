// What other languages read in another way, and what is no mistake here: it is told where nothing else would show it.

import { diagnostic } from "../../base/diagnostics/report.ts"
import type { RightHandSide, TemplateExpression } from "../../grammar/syntax/nodes.ts"
import type { FileContext } from "./context.ts"
import type { Type } from "./types.ts"

/** `"${name}"`, whose sign is printed, and `'{name}'`, which is printed as it stands. */
export function reportLookalikes(node: TemplateExpression, file: FileContext): void {
  const { path, bound: { source: { text } }, context: { diagnostics } } = file
  if (node.recovered) return
  if (node.quote === "raw") return reportRaw(node, file)
  for (const part of node.parts) {
    if (part.kind !== "templateHole" || text[part.span.start - 1] !== "$" || !/(?:^|[^\\])(?:\\\\)*\$$/.test(text.slice(node.span.start, part.span.start))) continue
    const sign = { start: part.span.start - 1, end: part.span.start }
    const written = text.slice(part.span.start, part.span.end)
    diagnostics.push(diagnostic("AF3034", { path, span: { start: sign.start, end: part.span.end } }, {
      text: `$${written}`, printed: "with its `$`", hint: `write \`${written}\`, or \`\\$${written}\` where the sign is meant.`,
    }, {
      fixes: [
        { title: "Remove the `$`", path, edits: [{ span: sign, text: "" }], applicability: "maybe" },
        { title: "Keep the sign: write `\\$`", path, edits: [{ span: { start: sign.start, end: sign.start }, text: "\\" }], applicability: "maybe" },
      ],
    }))
  }
}

const valueKinds: ReadonlySet<string> = new Set(["parameter", "let", "var", "loopVariable", "branch", "lambdaParameter", "setting"])

function reportRaw(node: TemplateExpression, file: FileContext): void {
  const { path, bound: { source: { text } }, context: { diagnostics } } = file
  const body = text.slice(node.span.start + 1, node.span.end - 1)
  const found = /\{([A-Za-z_]\w*)(?:\??\.\w+)*\}/.exec(body)
  if (found === null || !isValueName(found[1]!, file)) return
  const start = node.span.start + 1 + found.index
  const isPlain = !/["\\]/.test(body) && !/[{}]/.test(body.replace(/\{[A-Za-z_][\w.?]*\}/g, ""))
  const edits = [{ span: { start: node.span.start, end: node.span.start + 1 }, text: '"' }, { span: { start: node.span.end - 1, end: node.span.end }, text: '"' }]
  diagnostics.push(diagnostic("AF3034", { path, span: { start, end: start + found[0].length } }, {
    text: found[0], printed: "as it stands in a text in `'`", hint: 'write the text in `"`.',
  }, { fixes: isPlain ? [{ title: 'Write it in `"`', path, edits, applicability: "maybe" }] : [] }))
}

function isValueName(name: string, { bound: { source: { path } }, context: { bound: { symbols } } }: FileContext, before = Infinity): boolean {
  return symbols.symbols.some((each) => each.path === path && each.name === name && valueKinds.has(each.kind) && (each.node?.span.start ?? 0) < before)
}

const divisor = /[ \t]*(\/\/[ \t]*(\d+|[A-Za-z_]\w*))[ \t]*(?:\r?\n|$)/y

/** `pages.length // 2`, which is a comment behind a number. */
export function reportDivision({ kind, span: { start, end } }: RightHandSide, type: Type, file: FileContext): void {
  if ((type.kind !== "int" && type.kind !== "number") || kind === "number") return
  const { path, bound: { source: { text } }, context: { diagnostics } } = file
  divisor.lastIndex = end
  const found = divisor.exec(text)
  if (found === null) return
  // A comment that repeats the name of its own line is one.
  const line = text.lastIndexOf("\n", start) + 1
  if (!/^\d/.test(found[2]!) && !isValueName(found[2]!, file, line)) return
  const at = text.indexOf("/", end)
  diagnostics.push(diagnostic("AF3035", { path, span: { start: at, end: at + found[1]!.length } }, { text: found[2]! }, {
    fixes: [{ title: "Write `/`", path, edits: [{ span: { start: at, end: at + 2 }, text: "/" }], applicability: "maybe" }],
  }))
}
