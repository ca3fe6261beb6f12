// Text with holes: what can be printed.

import type { TemplateExpression } from "../../grammar/syntax/nodes.ts"
import { diagnostic } from "../../base/diagnostics/report.ts"
import { report, type CheckExpression, type Env, type FileContext } from "./context.ts"
import type { Type } from "./types.ts"
import { expand, present, STRING } from "./types/relate.ts"
import { render } from "./types/render.ts"

export function checkTemplate(
  node: TemplateExpression, env: Env, expected: Type | undefined, check: CheckExpression,
): Type {
  for (const part of node.parts) {
    if (part.kind === "templateHole") {
      const type = check(part.expression, env)
      const why = unprintable(type, env)
      if (why !== undefined) report(env.file, part.expression, "AF3019", { type: render(type), hint: why })
    }
  }
  reportLookalikes(node, env.file)
  if (node.parts.some((part) => part.kind === "templateHole") || !wantsLiteral(expected, env)) return STRING
  return { kind: "literal", value: node.parts.map((part) => (part.kind === "templateText" ? part.value : "")).join("") }
}

/** `"${name}"`, whose sign is printed, and `'{name}'`, which is printed as it stands. */
function reportLookalikes(node: TemplateExpression, file: FileContext): void {
  const { path, bound: { source: { text } }, context: { diagnostics } } = file
  if (node.recovered) return
  if (node.quote === "raw") return reportRaw(node, file)
  for (const part of node.parts) {
    if (part.kind !== "templateHole" || !/(?:^|[^\\])(?:\\\\)*\$$/.test(text.slice(node.span.start, part.span.start))) continue
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
  const { path, bound: { source: { text } }, context: { bound: { symbols }, diagnostics } } = file
  const body = text.slice(node.span.start + 1, node.span.end - 1)
  const found = /\{([A-Za-z_]\w*)(?:\??\.\w+)*\}/.exec(body)
  if (found === null || !symbols.symbols.some((each) => each.path === path && each.name === found[1] && valueKinds.has(each.kind))) return
  const start = node.span.start + 1 + found.index
  const isPlain = !/["\\]/.test(body) && !/[{}]/.test(body.replace(/\{[A-Za-z_][\w.?]*\}/g, ""))
  const edits = [{ span: { start: node.span.start, end: node.span.start + 1 }, text: '"' }, { span: { start: node.span.end - 1, end: node.span.end }, text: '"' }]
  diagnostics.push(diagnostic("AF3034", { path, span: { start, end: start + found[0].length } }, {
    text: found[0], printed: "as it stands in a text in `'`", hint: 'write the text in `"`.',
  }, { fixes: isPlain ? [{ title: 'Write it in `"`', path, edits, applicability: "maybe" }] : [] }))
}

/** Whether a literal keeps its own value as its type here: something of the expected type is one. */
export function wantsLiteral(expected: Type | undefined, env: Env): boolean {
  if (expected === undefined) return false
  const type = present(
    expand(present(expected, env.file.context.declared), env.file.context.declared), env.file.context.declared,
  )
  return type.kind === "literal" || (type.kind === "union" && type.members.some((member) => wantsLiteral(member, env)))
}

/** Why the type can't be put into text here; undefined when it can. */
function unprintable(type: Type, env: Env): string | undefined {
  const { declared } = env.file.context
  const known = expand(type, declared)
  switch (known.kind) {
    case "string":
    case "int":
    case "number":
    case "bool":
    case "time":
    case "duration":
    case "money":
    case "literal":
    case "unknown":
      return undefined
    case "union":
      return known.members.map((member) => unprintable(member, env)).find((why) => why !== undefined)
    case "optional":
    case "nothing":
      return "it may be nothing: write `?? \"…\"` after it"
    case "declared":
      if (declared.get(known.symbol)?.kind === "enum") return undefined
      return env.text === "prose" ? undefined : "name one of its fields"
    case "array":
    case "map":
    case "record":
    case "json":
    case "message":
      return env.text === "prose" ? undefined : "only a prompt, an `ask` or a log prints it; take a field, or join it"
    case "caughtError":
      return "write its `.message` or `.kind`"
    default:
      return "it is not a value with a text"
  }
}
