// How wide text is, from a table: the same picture on every machine, without a browser to ask.

/** Widths of U+0020 to U+007E in thousandths of the font size, of the usual sans-serif fonts. */
const widths: readonly number[] = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
  1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
  333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]

/** Fonts of other systems are a little wider; a box has room for them. */
const margin = 1.07
const boldFactor = 1.09

export interface Font {
  /** In pixels. */
  readonly size: number
  readonly bold?: boolean
}

/** In pixels, rounded up. */
export function widthOf(text: string, { size, bold = false }: Font): number {
  let sum = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    sum += widths[code - 32] ?? (code >= 0x1100 ? 1050 : 640)
  }
  return Math.ceil((sum / 1000) * size * margin * (bold ? boldFactor : 1))
}

/** The text, or as much of it as fits before an ellipsis. */
export function clipped(text: string, font: Font, width: number): string {
  if (widthOf(text, font) <= width) return text
  const characters = [...text]
  let low = 0
  let high = characters.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (widthOf(`${characters.slice(0, middle).join("").trimEnd()}…`, font) <= width) low = middle
    else high = middle - 1
  }
  return `${characters.slice(0, low).join("").trimEnd()}…`
}

/** Lines of whole words, at most `lines`; the last one is clipped. */
export function wrapped(text: string, font: Font, options: { readonly width: number; readonly lines: number }): readonly string[] {
  const result: string[] = []
  let line = ""
  const words = text.split(" ").filter((word) => word !== "")
  for (const [index, word] of words.entries()) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line === "" || widthOf(longer, font) <= options.width) {
      line = longer
      continue
    }
    if (result.length === options.lines - 1) return [...result, clipped([line, ...words.slice(index)].join(" "), font, options.width)]
    result.push(line)
    line = word
  }
  return line === "" ? result : [...result, clipped(line, font, options.width)]
}
