// The kinds of tokens in the words of the person who writes them.

import { keywords } from "./tokens.ts"

const kindNames: Readonly<Record<string, string>> = {
  Name: "a name",
  Word: "a name",
  Identifier: "a name",
  StringStart: "a text in quotes",
  BlockStart: "a text in quotes",
  RawString: "a text in quotes",
  Number: "a number",
  Money: "an amount of dollars such as `$0.50`",
  Duration: "a time span such as `20s`",
}

export function describeKind(kind: string): string {
  return kindNames[kind] ?? `\`${kind}\``
}

const shownMax = 30

export function describeToken(kind: string, text: string): string {
  switch (kind) {
    case "EOF":
      return "the end of the file"
    case "StringStart":
    case "BlockStart":
    case "RawString":
    case "Text":
      return "a text"
    case "StringEnd":
    case "BlockEnd":
      return "the end of the text"
    case "HoleEnd":
      return "the end of the interpolation"
  }
  if (keywords.get(kind)?.category === "keyword") return `the word \`${text}\``
  return `\`${text.length > shownMax ? `${text.slice(0, shownMax)}…` : text}\``
}
