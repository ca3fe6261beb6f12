// Text in the columns of a terminal: how wide it is, and its lines.

/** What terminals draw two columns wide: East Asian scripts, full-width forms and most emoji. A function: to make the pattern takes long. */
const wide = (): RegExp => /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{1FA70}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u
/** What is drawn onto the character before it. */
const widthless = (): RegExp => /[\p{Mn}\p{Me}\u200B-\u200D\uFE0F]/u

/** How many columns of a terminal the text takes. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length
  const [none, two] = [widthless(), wide()]
  let columns = 0
  for (const character of text) columns += none.test(character) ? 0 : two.test(character) ? 2 : 1
  return columns
}

/** Lines of no more columns each, broken at spaces; only a word that is longer than a line is broken itself. `first`: of the first line. */
export function wrap(text: string, columns: number, first = columns): readonly string[] {
  if (text.length <= first && columnsOf(text) <= first) return [text]
  const lines: string[] = []
  let line: string | undefined
  const room = (): number => (lines.length === 0 ? first : columns) - (line === undefined ? 0 : columnsOf(line) + 1)
  for (let word of text.split(" ")) {
    if (line !== undefined && columnsOf(word) > room()) {
      lines.push(line)
      line = undefined
    }
    for (let part = clipped(word, room()); line === undefined && part !== word && part !== ""; part = clipped(word, columns)) {
      lines.push(part)
      word = word.slice(part.length)
    }
    line = line === undefined ? word : `${line} ${word}`
  }
  return [...lines, line ?? ""]
}

/** The longest beginning of the text that has room. */
export function clipped(text: string, columns: number): string {
  let [end, used] = [0, 0]
  for (const character of text) {
    used += columnsOf(character)
    if (used > columns) break
    end += character.length
  }
  return text.slice(0, end)
}
