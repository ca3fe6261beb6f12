// Documents: what is printed, and where its lines may break. Values only; `layout.ts` alone decides.

export type Doc = string | Concat | Group | Indent | Line | IfBreak | Fill | Lines | TrailingComment | OwnComment | Comma

interface Forcing {
  /** Holds a break that no width can avoid, so every group around it is broken. */
  readonly forces: boolean
  /** Holds something that can't stand behind a comment at the end of a line. */
  readonly hasText: boolean
  /** Ends with such a comment. */
  readonly endsInComment: boolean
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

/** Contents with separators between them; each breaks only where what follows does not fit. */
export interface Fill extends Forcing {
  readonly kind: "fill"
  /** Whether what stands behind the first break stands one step in. */
  readonly steps: boolean
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

const plain: Forcing = { forces: false, hasText: false, endsInComment: false }
const word: Forcing = { forces: false, hasText: true, endsInComment: false }

function forcingOf(doc: Doc): Forcing {
  if (typeof doc !== "string") return doc
  return doc.trim() === "" ? plain : word
}

/** Code behind a comment that ends its line forces a break, as a hard line does. */
function together(parts: readonly Doc[]): Forcing {
  let [forces, hasText, endsInComment] = [false, false, false]
  for (const part of parts) {
    const next = forcingOf(part)
    forces ||= next.forces || (endsInComment && next.hasText)
    hasText ||= next.hasText
    endsInComment = next.hasText ? next.endsInComment : endsInComment || next.endsInComment
  }
  return { forces, hasText, endsInComment }
}

export function concat(parts: readonly Doc[]): Doc {
  const [only] = parts
  return parts.length === 1 ? only! : { kind: "concat", parts, ...together(parts) }
}

export const empty: Doc = ""

export function group(...parts: readonly Doc[]): Doc {
  const contents = concat(parts)
  return { ...forcingOf(contents), kind: "group", contents }
}


export function indent(...parts: readonly Doc[]): Doc {
  const contents = concat(parts)
  return { ...forcingOf(contents), kind: "indent", contents }
}

export function lineOr(flat: string): Line {
  return { ...plain, kind: "line", flat, blank: false }
}

export const line: Line = lineOr(" ")
export const softline: Line = lineOr("")
export const hardline: Line = { ...plain, kind: "line", flat: "", blank: false, forces: true }
export const blankline: Line = { ...plain, kind: "line", flat: "", blank: true, forces: true }
export const comma: Comma = { ...plain, kind: "comma" }

export function ifBreak(whenBroken: Doc, flat: Doc): Doc {
  return { ...plain, kind: "ifBreak", broken: whenBroken, flat }
}

export function fill(parts: readonly Doc[], { steps }: { readonly steps: boolean }): Doc {
  return { ...together(parts), kind: "fill", parts, steps }
}

export function join(separator: Doc, docs: readonly Doc[]): readonly Doc[] {
  return docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc]))
}

export function lines(first: string, rest: readonly TextLine[]): Lines {
  return { ...word, kind: "lines", first, rest }
}

export function trailingComment(text: Lines, options: { readonly gap: number; readonly toLineEnd: boolean }): Doc {
  return { ...plain, kind: "trailingComment", text, ...options, endsInComment: true }
}

export function ownComment(text: Lines): Doc {
  return { ...plain, kind: "ownComment", text, forces: true }
}
