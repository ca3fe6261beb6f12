// Programs to format: every corpus, and layouts of them that a person in a hurry could have written.

import fc from "fast-check"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { lex } from "../../grammar/lexer.ts"
import { parse } from "../../grammar/parse.ts"
import { sameProgram } from "../../grammar/format/same.ts"
import { corpusFiles } from "../harness/corpus.ts"

export interface Program {
  readonly name: string
  readonly text: string
}

const example = readFileSync(join(import.meta.dirname, "../../examples/daily-brief/daily-brief.agentflow"), "utf8")

export const source = (text: string) => ({ path: "a.agentflow", text, version: 0 })

export const programs: readonly Program[] = [
  ...["format", "syntax/ok", "syntax/err", "errors"].flatMap((folder) =>
    corpusFiles(folder).map(({ name, text }) => ({ name: `${folder}/${name}`, text }))),
  { name: "daily-brief", text: example },
]

export const valid: readonly Program[] = programs.filter(({ text }) => parse(source(text)).diagnostics.length === 0)

/** Where one thing ends and the next may stand apart from it, outside of texts. */
function seams(text: string): readonly { readonly start: number; readonly end: number }[] {
  const { tokens } = lex(source(text))
  const inText = new Set(["Text", "StringEnd", "BlockEnd", "HoleStart"])
  return tokens.slice(1).flatMap((token, index) => (inText.has(token.kind) ? [] : [{ start: tokens[index]!.end, end: token.start }]))
}

const spaces = fc.constantFrom("", " ", "  ", "     ", "\t", "\n", "\n\n", "\n\n\n    ", " \n  ")
const comments = fc.constantFrom(" /* inside */ ", " // behind\n", "\n// above\n", "\n\n/* above */\n\n", "/*a*/", "\n/* two\n * lines */\n", " /* behind */\n")

export interface Change {
  readonly seam: number
  readonly by: string
}

export const respacing: fc.Arbitrary<readonly Change[]> = fc.array(fc.record({ seam: fc.nat(), by: spaces }), { minLength: 1, maxLength: 30 })
export const commenting: fc.Arbitrary<readonly Change[]> = fc.array(fc.record({ seam: fc.nat(), by: comments }), { minLength: 1, maxLength: 8 })

/** Makes each change that leaves the program the same one: the tree for new spaces, the tree and all other comments for new comments. */
export function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((now, { seam, by }) => {
    const all = seams(now)
    if (all.length === 0) return now
    const { start, end } = all[seam % all.length]!
    const isComment = by.includes("/")
    const old = now.slice(start, end)
    if (!isComment && old.trim() !== "") return now
    const next = now.slice(0, start) + (isComment ? by + old : by) + now.slice(end)
    return isSameTree(now, next) ? next : now
  }, text)
}

function isSameTree(a: string, b: string): boolean {
  const [before, after] = [parse(source(a)), parse(source(b))]
  const bare = ({ value }: typeof before) => ({ ...value, tokens: { ...value.tokens, trivia: [] } })
  return after.diagnostics.length === 0 && sameProgram(bare(before), bare(after))
}
