// Documents: what is printed, and where its lines may break. Values only; `layout.ts` alone decides.

export type Doc = string | Concat | Group | Indent | Line | IfBreak | Fill | Lines | TrailingComment | OwnComment | Comma

/** `forces`: holds a break that no width can avoid, so every group around it is broken. */
interface Forcing {
  readonly forces: boolean
}

export interface Concat extends Forcing {
  readonly kind: "concat"
  readonly parts: readonly Doc[]
}

/** All its own lines break, or none does. */
export interface Group extends Forcing {
  readonly kind: "group"
  readonly contents: Doc
}

export interface Indent extends Forcing {
  readonly kind: "indent"
  readonly contents: Doc
}

/** `flat` is printed where the line does not break; `blank` leaves one line empty. */
export interface Line extends Forcing {
  readonly kind: "line"
  readonly flat: string
  readonly blank: boolean
}

export interface IfBreak extends Forcing {
  readonly kind: "ifBreak"
  readonly broken: Doc
  readonly flat: Doc
}

/** Contents with separators between them; each separator breaks only where what follows does not fit. */
export interface Fill extends Forcing {
  readonly kind: "fill"
  readonly parts: readonly Doc[]
}

/** Text over several lines: `relative` lines get the indentation of their place, the others stay as they are. */
export interface Lines extends Forcing {
  readonly kind: "lines"
  readonly first: string
  readonly rest: readonly TextLine[]
}

export interface TextLine {
  readonly text: string
  readonly relative: boolean
}

/** A comment behind code at the end of its line: a line break follows, wherever the source goes on. */
export interface TrailingComment extends Forcing {
  readonly kind: "trailingComment"
  readonly gap: number
  readonly text: Lines
  /** A `//` comment, which nothing can stand behind. */
  readonly toLineEnd: boolean
}

/** A comment on lines of its own. */
export interface OwnComment extends Forcing {
  readonly kind: "ownComment"
  readonly text: Lines
}

/** Stands before the comments that wait for the end of the line. */
export interface Comma extends Forcing {
  readonly kind: "comma"
}

const forced = (doc: Doc): boolean => typeof doc !== "string" && doc.forces

export function concat(parts: readonly Doc[]): Doc {
  const [only] = parts
  return parts.length === 1 ? only! : { kind: "concat", parts, forces: parts.some(forced) }
}

export const empty: Doc = ""

export function group(...parts: readonly Doc[]): Doc {
  const contents = concat(parts)
  return { kind: "group", contents, forces: forced(contents) }
}


export function indent(...parts: readonly Doc[]): Doc {
  const contents = concat(parts)
  return { kind: "indent", contents, forces: forced(contents) }
}

export function lineOr(flat: string): Line {
  return { kind: "line", flat, blank: false, forces: false }
}

export const line: Line = lineOr(" ")
export const softline: Line = lineOr("")
export const hardline: Line = { kind: "line", flat: "", blank: false, forces: true }
export const blankline: Line = { kind: "line", flat: "", blank: true, forces: true }
export const comma: Comma = { kind: "comma", forces: false }

export function ifBreak(whenBroken: Doc, flat: Doc): Doc {
  return { kind: "ifBreak", broken: whenBroken, flat, forces: false }
}

export function fill(parts: readonly Doc[]): Doc {
  return { kind: "fill", parts, forces: parts.some(forced) }
}

export function join(separator: Doc, docs: readonly Doc[]): readonly Doc[] {
  return docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc]))
}

export function lines(first: string, rest: readonly TextLine[]): Lines {
  return { kind: "lines", first, rest, forces: false }
}

export function trailingComment(text: Lines, options: { readonly gap: number; readonly toLineEnd: boolean }): Doc {
  return { kind: "trailingComment", text, ...options, forces: false }
}

export function ownComment(text: Lines): Doc {
  return { kind: "ownComment", text, forces: true }
}

export { forced }
