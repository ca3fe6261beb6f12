// Colours for generated files: a scanner of TypeScript, JSON and YAML that keeps its state from line to line.

export type CodeKind = "keyword" | "string" | "number" | "comment" | "type" | "function" | "text"

export interface Piece {
  readonly kind: CodeKind
  readonly text: string
}

const typescriptWords = new Set("import export from as type interface const let var function async await return if else for while do of in new throw try catch finally switch case default break continue yield typeof instanceof extends implements class readonly true false null undefined void satisfies keyof".split(" "))
const pattern = /(\/\/.*|\/\*.*?\*\/|\/\*.*$)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(`)|(\b\d[\d_.]*n?\b)|([A-Za-z_$][\w$]*)|([^\w\s"'`/]+|\/|\s+)/g

/** Lines of pieces; template texts and comments may go over several lines. */
export function highlight(text: string, path: string): readonly (readonly Piece[])[] {
  const lines = text.split("\n")
  if (path.endsWith(".yaml")) return lines.map(yaml)
  let within: "" | "comment" | "template" = ""
  return lines.map((line) => {
    const pieces: Piece[] = []
    let rest = line
    if (within !== "") {
      const end = within === "comment" ? rest.indexOf("*/") : rest.search(/(?<!\\)`/)
      const kind = within === "comment" ? "comment" : "string"
      if (end === -1) return [{ kind, text: line }]
      const length = end + (within === "comment" ? 2 : 1)
      pieces.push({ kind, text: rest.slice(0, length) })
      rest = rest.slice(length)
      within = ""
    }
    for (const match of rest.matchAll(pattern)) {
      const [all, comment, string, template, number, word] = match
      if (template !== undefined) {
        const after = rest.slice(match.index + 1)
        const end = after.search(/(?<!\\)`/)
        pieces.push({ kind: "string", text: end === -1 ? rest.slice(match.index) : rest.slice(match.index, match.index + end + 2) })
        if (end === -1) within = "template"
        else return [...pieces, ...highlight(after.slice(end + 1), path)[0]!]
        return pieces
      }
      if (comment !== undefined && comment.startsWith("/*") && !comment.endsWith("*/")) within = "comment"
      const kind: CodeKind = comment !== undefined ? "comment" : string !== undefined ? "string" : number !== undefined ? "number"
        : word === undefined ? "text" : typescriptWords.has(word) ? "keyword" : /^[A-Z]/.test(word) ? "type" : rest[match.index + word.length] === "(" ? "function" : "text"
      pieces.push({ kind, text: all })
    }
    return pieces
  })
}

function yaml(line: string): readonly Piece[] {
  const comment = /^(\s*)(#.*)$/.exec(line)
  if (comment !== null) return [{ kind: "text", text: comment[1]! }, { kind: "comment", text: comment[2]! }]
  const entry = /^(\s*(?:- )?)([\w.$/-]+|"[^"]*")(:)(.*)$/.exec(line)
  if (entry === null) return [{ kind: "text", text: line }]
  const value = entry[4]!
  const kind: CodeKind = /^\s*(-?\d[\w.]*|true|false)\s*$/.test(value) ? "number" : "string"
  return [{ kind: "text", text: entry[1]! }, { kind: "function", text: entry[2]! }, { kind: "text", text: ":" }, { kind, text: value }]
}
