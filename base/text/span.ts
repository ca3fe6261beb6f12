// Half-open ranges of UTF-16 offsets: the position of everything.

export interface Span {
  readonly start: number
  readonly end: number
}

/** A span in a named file. */
export interface Location {
  readonly path: string
  readonly span: Span
}

export function span(start: number, end: number): Span {
  return { start, end }
}

/** The smallest span that holds both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}

export function contains(outer: Span, offset: number): boolean {
  return outer.start <= offset && offset < outer.end
}
