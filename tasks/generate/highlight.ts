// The TextMate and the Monarch grammar, both from the token table, so that they colour alike.

import { keywordsOf, tokenTable, type TokenDefinition } from "../../grammar/tokens.ts"
import { BUILT_IN_TYPES } from "../../compiler/1-bind/built-ins.ts"

const ofCategory = (category: TokenDefinition["category"]): readonly string[] => tokenTable.filter((token) => token.category === category).map(({ kind }) => kind)
const patternOf = (kind: string): string => (tokenTable.find((token) => token.kind === kind)!.pattern as RegExp).source
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
const anyOf = (words: readonly string[]): string => `(?:${[...words].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).map(escape).join("|")})`
const word = (words: readonly string[]): string => `(?<![A-Za-z0-9_])${anyOf(words)}(?![A-Za-z0-9_])`
/** A soft keyword is a name after `.` and before `=`, `:`, `.` or a glued `(`. */
const softWord = (words: readonly string[]): string => `(?<![A-Za-z0-9_.])${anyOf(words)}(?![A-Za-z0-9_]|\\(|\\.|\\s*:|\\s*=(?![=>]))`

const declarations = keywordsOf("declaration")
const constants = ["true", "false", "nothing"]
const wordOperators = ["and", "or", "not"]
const hard = ofCategory("keyword").filter((kind) => !constants.includes(kind) && !wordOperators.includes(kind))
const soft = ofCategory("soft keyword").filter((kind) => !declarations.includes(kind))

/** What both grammars are made of: a pattern, and what it is called in each. */
interface Row {
  readonly match: string
  readonly textMate: string
  readonly monarch: string
}

const docComment: Row = { match: "///(?!/).*", textMate: "comment.line.documentation", monarch: "comment.doc" }
const lineComment: Row = { match: "//.*", textMate: "comment.line.double-slash", monarch: "comment" }
const rows: readonly Row[] = [
  { match: patternOf("RawString"), textMate: "string.quoted.single", monarch: "string" },
  { match: word(constants), textMate: "constant.language", monarch: "constant" },
  { match: word(wordOperators), textMate: "keyword.operator.word", monarch: "keyword" },
  { match: word(hard), textMate: "keyword.control", monarch: "keyword" },
  { match: softWord(declarations), textMate: "storage.type", monarch: "keyword" },
  { match: softWord(soft), textMate: "keyword.other", monarch: "keyword" },
  { match: word(BUILT_IN_TYPES.filter((name) => !constants.includes(name) && !soft.includes(name))), textMate: "support.type", monarch: "type" },
  { match: "(?<![A-Za-z0-9_])[A-Z][A-Za-z0-9_]*", textMate: "entity.name.type", monarch: "type.identifier" },
  { match: "[A-Za-z_][A-Za-z0-9_]*(?=\\()", textMate: "entity.name.function", monarch: "identifier" },
  { match: patternOf("Identifier"), textMate: "variable.other", monarch: "identifier" },
  { match: `(?:${patternOf("Money")}|${patternOf("Duration")}|${patternOf("Number")})(?![A-Za-z0-9_])`, textMate: "constant.numeric", monarch: "number" },
  { match: "@", textMate: "punctuation.definition.decorator", monarch: "annotation" },
  { match: anyOf(ofCategory("operator")), textMate: "keyword.operator", monarch: "operator" },
  { match: "[,:.()\\[\\]]", textMate: "punctuation", monarch: "delimiter" },
]
const escapeSequence: Row = { match: "\\\\(?:u\\{[0-9A-Fa-f]*\\}|.)", textMate: "constant.character.escape", monarch: "string.escape" }

// ---------------------------------------------------------------- TextMate

const scope = (name: string): string => `${name}.agentflow`

interface TextMatePattern {
  readonly name?: string
  readonly match?: string
  readonly begin?: string
  readonly end?: string
  readonly include?: string
  readonly contentName?: string
  readonly beginCaptures?: object
  readonly endCaptures?: object
  readonly patterns?: readonly TextMatePattern[]
}

const include = (name: string): TextMatePattern => ({ include: `#${name}` })
const punctuation = (name: string): object => ({ 0: { name: scope(`punctuation.section.${name}`) } })

/** `closes`: the end of the line ends it, too, because a text in `"` is open around it. */
function hole(closes: boolean): TextMatePattern {
  const end = closes ? "\\}|(?=$)" : "\\}"
  return {
    name: scope("meta.interpolation"), begin: "\\{", end, beginCaptures: punctuation("interpolation.begin"), endCaptures: punctuation("interpolation.end"),
    patterns: [include(closes ? "line-braces" : "braces"), include("code")],
  }
}

function textMate(): object {
  const braces = (closes: boolean): TextMatePattern => ({ begin: "\\{", end: closes ? "\\}|(?=$)" : "\\}", patterns: [include(closes ? "line-braces" : "braces"), include("code")] })
  const escapes: TextMatePattern = { name: scope(escapeSequence.textMate), match: escapeSequence.match }
  return {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    information_for_contributors: ["Generated from grammar/tokens.ts by `npm run generate`; change that file."],
    name: "AgentFlow",
    scopeName: "source.agentflow",
    fileTypes: ["agentflow"],
    patterns: [include("code"), { name: scope("punctuation.section.block"), match: "[{}]" }],
    repository: {
      code: { patterns: [include("comments"), include("texts"), ...rows.map((row) => ({ name: scope(row.textMate), match: row.match }))] },
      comments: {
        patterns: [
          { name: scope(docComment.textMate), match: docComment.match },
          { name: scope(lineComment.textMate), match: lineComment.match },
          { name: scope("comment.block"), begin: "/\\*", end: "\\*/" },
        ],
      },
      texts: {
        patterns: [
          { name: scope("string.quoted.triple"), begin: '"""', end: '"""', patterns: [escapes, include("hole")] },
          { name: scope("string.quoted.double"), begin: '"', end: '"|(?=$)', patterns: [escapes, include("line-hole")] },
        ],
      },
      hole: hole(false),
      "line-hole": hole(true),
      braces: braces(false),
      "line-braces": braces(true),
    },
  }
}

// ---------------------------------------------------------------- Monarch

type MonarchAction = string | { readonly token: string; readonly next: string }
type MonarchRule = readonly [match: string, action: MonarchAction] | { readonly include: string }

function monarch(): object {
  const plain = (row: Row): MonarchRule => [row.match, row.monarch]
  const push = (match: string, token: string, next: string): MonarchRule => [match, { token, next }]
  const code: readonly MonarchRule[] = [
    plain(docComment), plain(lineComment), push("/\\*", "comment", "@comment"), push('"""', "string", "@block"), push('"', "string", "@string"), ...rows.map(plain), ["\\s+", ""],
  ]
  // With the line feed in sight, an open text and all that is open in it end with the line.
  const lineEnd = push("(?=\\n)", "", "@pop")
  const braces = (state: string, atEnd: readonly MonarchRule[]): readonly MonarchRule[] => [...atEnd, push("\\{", "delimiter.bracket", `@${state}`), push("\\}", "delimiter.bracket", "@pop"), { include: "@code" }]
  const texts = (closer: string, holeState: string): readonly MonarchRule[] => [
    plain(escapeSequence), push(closer, "string", "@pop"), push("\\{", "delimiter.bracket", `@${holeState}`), ['[^"\\\\{\\n]+', "string"], ['["\\\\]', "string"], ["\\n", "string"],
  ]
  return {
    defaultToken: "invalid", tokenPostfix: ".agentflow", includeLF: true,
    brackets: [
      { open: "{", close: "}", token: "delimiter.bracket" }, { open: "(", close: ")", token: "delimiter" }, { open: "[", close: "]", token: "delimiter" },
    ],
    tokenizer: {
      root: [{ include: "@code" }, ["[{}]", "delimiter.bracket"], [".", "invalid"]],
      code,
      comment: [push("\\*/", "comment", "@pop"), ["[^*]+", "comment"], ["\\*", "comment"]],
      string: [lineEnd, ...texts('"', "lineHole")],
      block: texts('"""', "hole"),
      hole: braces("hole", []),
      lineHole: braces("lineHole", [lineEnd]),
    },
  }
}

export function highlightFiles(): ReadonlyMap<string, string> {
  const head = "// Generated from grammar/tokens.ts by `npm run generate`; change that file."
  return new Map([
    ["editors/vscode/syntaxes/agentflow.tmLanguage.json", `${JSON.stringify(textMate(), null, 2)}\n`],
    ["playground/generated/monarch.ts", `${head}\n\nexport const monarch = ${JSON.stringify(monarch(), null, 2)} as const\n`],
  ])
}
