// What the editor says about the thing under the pointer, in Markdown.

import type { Span } from "../base/text/span.ts"
import { keywords } from "../grammar/tokens.ts"
import type { CallExpression, Node } from "../grammar/syntax/nodes.ts"
import { nodeAt } from "../grammar/syntax/locate.ts"
import { hasErrors } from "../base/diagnostics/diagnostic.ts"
import { lowerTypeOf } from "../compiler/3-plan/lower.ts"
import { isBuiltInError, isBuiltInType } from "../compiler/1-bind/built-ins.ts"
import { render } from "../compiler/2-check/types/render.ts"
import { costOfWorkflow, costsOfCall, worstCase } from "./amount.ts"
import { docOf, targetHead } from "./describe.ts"
import { builtInErrorDocs, builtInTypeDocs, functionDocs, methodDocs } from "./docs.ts"
import { originsOf, type ClauseOrigin } from "./policy.ts"
import { nameAt, targetOf, type NameAt, type Target } from "./target.ts"
import type { Program, Workspace } from "./workspace.ts"

export interface Hover {
  readonly span: Span
  readonly markdown: string
}

export function hoverAt(workspace: Workspace, path: string, offset: number): Hover | undefined {
  const program = workspace.program(path)
  if (program === undefined) return undefined
  const found = nameAt(program, path, offset)
  const target = found === undefined ? undefined : targetOf(program, path, found.name, found.ancestors)
  if (found !== undefined && target !== undefined) {
    return { span: found.name.span, markdown: sections(targetSections(program, path, found, target)) }
  }
  return (found === undefined ? undefined : nameHover(program, path, found)) ?? wordHover(workspace, path, offset) ?? valueHover(program, path, offset)
}

function code(text: string, language = "agentflow"): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

function sections(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n")
}

function targetSections(program: Program, path: string, { name, ancestors }: NameAt, target: Target): readonly (string | undefined)[] {
  const head = narrowedHead(program, path, ancestors, target) ?? targetHead(program, target)
  const call = calledBy(ancestors, name.id)
  return [
    code(head),
    docOf(target.node),
    policySection(program, path, target, call),
    costSection(program, path, target, call),
    schemaSection(program, target),
  ]
}

/** A value that is known better here than where it was declared. */
function narrowedHead(program: Program, path: string, ancestors: readonly Node[], { symbol, text }: Target): string | undefined {
  const parent = ancestors.at(-1)
  if (symbol === undefined || parent?.kind !== "nameExpression") return undefined
  const type = program.checked.files.get(path)?.types.get(parent.id)
  const declared = program.checked.symbolTypes.get(symbol.id)
  if (type === undefined || declared === undefined || type.kind === "unknown" || render(type) === render(declared)) return undefined
  return `${symbol.kind === "parameter" ? "parameter" : "let"} ${text}: ${render(type)}    // ${render(declared)} narrowed`
}

function calledBy(ancestors: readonly Node[], nameId: number): CallExpression | undefined {
  const [call, callee] = [ancestors.at(-2), ancestors.at(-1)]
  return call?.kind === "call" && callee?.kind === "nameExpression" && callee.name.id === nameId && call.callee === callee ? call : undefined
}

const callables: ReadonlySet<string> = new Set(["tool", "agent", "human", "workflow"])

function policySection(program: Program, path: string, { kind, text, symbol }: Target, call: CallExpression | undefined): string | undefined {
  if (symbol === undefined || !callables.has(kind)) return undefined
  const around = call === undefined ? undefined : program.checked.files.get(path)?.callPolicies.get(call.id)
  const origins = originsOf(program, around ?? program.checked.policies.get(symbol.id) ?? [], `${kind} ${text}`)
  if (origins.length === 0) return undefined
  return [around === undefined ? "**Policy**" : "**Policy of this call**", ...origins.map(originLine)].join("\n")
}

function originLine({ text, from }: ClauseOrigin): string {
  return `- \`${text.replaceAll("`", "")}\` — ${from}`
}

function costSection(program: Program, path: string, { kind, node, place }: Target, call: CallExpression | undefined): string | undefined {
  if (kind === "workflow" && node !== undefined && place !== undefined && call === undefined) {
    const cost = costOfWorkflow(program, place.path, node.span.start)
    return cost === undefined ? undefined : `**Worst case of a run** ${worstCase(cost.total) || "nothing is spent"}`
  }
  const costs = call === undefined ? [] : costsOfCall(program, path, call.span.start)
  const texts = [...new Set(costs.map(({ amounts }) => worstCase(amounts)).filter((text) => text !== ""))]
  return texts.length === 0 ? undefined : `**Worst case in a run** ${texts.join(", or ")}`
}

/** Of the type alone: a plan of the whole program takes longer than a hover should. */
function schemaSection(program: Program, { kind, symbol }: Target): string | undefined {
  if (symbol === undefined || (kind !== "type" && kind !== "enum" && kind !== "error") || hasErrors(program.checkDiagnostics)) return undefined
  const schema = lowerTypeOf(program.checked, symbol.id, { entry: program.entry })?.schema
  return schema === undefined ? undefined : `**JSON Schema**\n${code(JSON.stringify(schema, null, 2), "json")}`
}

/** Names that are nobody's declaration: methods, built-in functions, types and error kinds. */
function nameHover(program: Program, path: string, { name, ancestors }: NameAt): Hover | undefined {
  const parent = ancestors.at(-1)
  const facts = program.checked.files.get(path)
  const markdown = ((): string | undefined => {
    if (parent?.kind === "namedType" && isBuiltInType(name.text)) return sections([code(name.text), builtInTypeDocs[name.text]])
    const builtIn = ancestors.at(-2)?.kind === "call" ? facts?.builtins.get(ancestors.at(-2)!.id) : undefined
    if (builtIn !== undefined) {
      const type = facts?.types.get(ancestors.at(-2)!.id)
      return sections([code(`${name.text}(…)${type === undefined ? "" : `: ${render(type)}`}`), methodDocs[builtIn] ?? functionDocs[builtIn]])
    }
    if (parent?.kind === "member") {
      const type = facts?.types.get(parent.id)
      return type === undefined || type.kind === "unknown" ? undefined : code(`${name.text}: ${render(type)}`)
    }
    if (isBuiltInError(name.text)) return sections([code(`error ${name.text}`), builtInErrorDocs[name.text]])
    return undefined
  })()
  return markdown === undefined ? undefined : { span: name.span, markdown }
}

/** A word of the language. */
function wordHover(workspace: Workspace, path: string, offset: number): Hover | undefined {
  const tokens = workspace.document(path)?.parsed.value.tokens.tokens ?? []
  const token = tokens.find(({ start, end }) => start <= offset && offset < end)
  const definition = token === undefined ? undefined : keywords.get(token.kind)
  if (token === undefined || definition === undefined || definition.doc === "") return undefined
  return { span: { start: token.start, end: token.end }, markdown: sections([code(definition.kind), definition.doc]) }
}

/** The type of any other expression. */
function valueHover(program: Program, path: string, offset: number): Hover | undefined {
  const document = program.documents.get(path)
  if (document === undefined) return undefined
  const { node } = nodeAt(document.file, offset)
  const type = program.checked.files.get(path)?.types.get(node.id)
  const isPlain = node.kind === "number" || node.kind === "money" || node.kind === "duration" || node.kind === "list" || node.kind === "record"
  return type === undefined || !isPlain || type.kind === "unknown" ? undefined : { span: node.span, markdown: code(render(type)) }
}
