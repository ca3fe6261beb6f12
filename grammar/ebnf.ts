// The grammar as EBNF, made from the rules that the parser runs, so that the two can't differ.

import {
  Alternation, Alternative, NonTerminal, Option, Repetition, RepetitionWithSeparator, Terminal, type IProduction,
} from "chevrotain"
import { analyse } from "./analysis.ts"

export interface Production {
  readonly name: string
  readonly definition: string
}

/** Every rule in the order in which it is first used, the file first. */
export function productions(): readonly Production[] {
  const rules = analyse().rules
  const found = new Map<string, string>()
  const visit = (name: string): void => {
    const rule = rules[name]
    if (rule === undefined || found.has(name)) return
    found.set(name, whole(rule.definition))
    rule.definition.forEach(function below(production): void {
      if (production instanceof NonTerminal) visit(production.nonTerminalName)
      else if ("definition" in production) (production.definition as readonly IProduction[]).forEach(below)
    })
  }
  visit("file")
  return [...found].map(([name, definition]) => ({ name, definition }))
}

const widthMax = 100

/** A rule that is one long choice has a line for each alternative. */
function whole(parts: readonly IProduction[]): string {
  const text = sequence(parts)
  const [only] = parts
  if (parts.length !== 1 || !(only instanceof Alternation)) return text
  return only.definition.map(print).join(text.length > widthMax ? "\n  | " : " | ")
}

function sequence(parts: readonly IProduction[]): string {
  return parts.map(print).filter((part) => part !== "").join(" ")
}

function print(production: IProduction): string {
  if (production instanceof Terminal) return production.terminalType.name
  if (production instanceof NonTerminal) return production.nonTerminalName
  if (production instanceof Alternation) return `(${production.definition.map(print).join(" | ")})`
  if (production instanceof Alternative) return sequence(production.definition)
  if (production instanceof Option) return `${group(production.definition)}?`
  if (production instanceof Repetition) return `${group(production.definition)}*`
  if (production instanceof RepetitionWithSeparator) {
    const item = group(production.definition)
    return `(${item} (${production.separator.name} ${item})*)?`
  }
  return ""
}

function group(parts: readonly IProduction[]): string {
  const text = sequence(parts)
  const isOne = parts.length === 1 && (parts[0] instanceof Terminal || parts[0] instanceof NonTerminal || parts[0] instanceof Alternation)
  return isOne ? text : `(${text})`
}

/** The document GRAMMAR.md. */
export function grammarDocument(): string {
  const rows = productions().map(({ name, definition }) => `${name}\n  : ${definition}\n`)
  return `# The grammar of AgentFlow

Made from the parser's rules by \`npm run generate\`; change those. \`Name\` is any word but the keywords that are never
names, \`Word\` is any word. Three things do not show here: a newline ends an expression before \`(\`, \`[\` and a \`-\`
glued to its operand; a \`return\` value starts on its line; and a word of a clause or a statement is a name where \`=\`,
\`.\` or a glued \`(\` follows.

\`\`\`ebnf
${rows.join("\n")}\`\`\`
`
}
