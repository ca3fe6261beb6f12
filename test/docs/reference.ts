// The reference as data: its files, its fenced examples, and the program that a fragment stands in.

import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"

export const root = join(import.meta.dirname, "../..")

export interface Document {
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface Example {
  readonly path: string
  readonly line: number
  /** The words after the language: `fragment`, `error AF4001`. */
  readonly mark: string
  readonly language: string
  readonly text: string
}

function document(path: string): Document {
  return { path: relative(root, path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") }
}

/** Markdown files in a folder, and below it when asked. */
export function documentsIn(folder: string, options: { readonly deep: boolean }): readonly Document[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: options.deep })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md") && !entry.parentPath.includes("node_modules"))
    .map((entry) => document(join(entry.parentPath, entry.name)))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

export function reference(): readonly Document[] {
  return [document(join(root, "docs/language.md")), ...documentsIn("docs/language", { deep: false })]
}

export function readme(): Document {
  return document(join(root, "README.md"))
}

export function examplesIn({ path, text }: Document): readonly Example[] {
  return [...text.matchAll(/^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    path, line: text.slice(0, match.index).split("\n").length, language: match[1]!, mark: match[2]!.trim(), text: match[3]!,
  }))
}

/** What every fragment may use without declaring it; shown at the end of docs/language.md. */
export const prelude = `model fast = openai("gpt-4o-mini") { price $0.15 in, $0.60 out per 1M tokens   context 128k   output 16k }
model strong = openai("gpt-4o") { price $2.50 in, $10.00 out per 1M tokens   context 128k   output 16k }

type Page { url: string   title: string?   text: string }
type Order { id: string   total: money   items: string[] @maxItems(20) }
enum Verdict { publish, revise, reject }
error OutOfStock { sku: string }
event Paid { orderId: string   amount: money }

tool fetchPage(url: string): Page from "./tools.ts" { reads   retry 3 times }
tool cachedPage(url: string): Page from "./tools.ts" { reads   retry never }
tool post(text: string): string from "./tools.ts" { writes   idempotent   retry 3 times   compensate unpost(result) }
tool unpost(id: string) from "./tools.ts" { writes   idempotent }

agent Writer(topic: string): string { model fast   prompt "Write on {topic}."   budget 20k tokens }
human approve(text: string): Verdict { ask "Publish {text}?"   timeout 1d   fallback Verdict.reject }

workflow Child(text: string): string {
  dead letter "children.failed"
  return text
}
`

const declarations = /^(?:\s|\/\/[^\n]*\n)*(?:import|type|enum|error|event|model|secret|setting|policy|tool|agent|human|workflow|test)\b(?! *[=(.])/

/** Declarations stand after the prelude, statements in a workflow after it. */
export function wholeOf({ text, mark }: Example): string {
  if (!mark.startsWith("fragment")) return text
  if (declarations.test(text)) return `${prelude}\n${text}`
  const last = text.trimEnd().split("\n").at(-1)!
  const end = /^(?:return|fail|continue)\b/.test(last) ? "" : "  return topic\n"
  return `${prelude}
workflow Example(topic: string, urls: string[], order: Order): string {
  dead letter "examples.failed"
${text}${end}}
`
}
