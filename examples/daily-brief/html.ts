// Title and main text of a web page, read in one pass over its HTML; made for articles, not for every page there is.

export interface Page {
  readonly title: string
  /** Paragraphs with an empty line between them. */
  readonly text: string
}

interface Token {
  readonly kind: "text" | "open" | "close"
  /** The text, or the tag's name in lower case. */
  readonly value: string
}

/** What is inside is not for readers, or belongs to the site and not to the article. */
const skipped = new Set(["nav", "header", "footer", "aside", "form", "template", "noscript", "svg", "button", "select"])
const rawText = new Set(["script", "style", "textarea", "iframe", "noembed"])
const inline = new Set([
  "a", "abbr", "b", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup",
  "time", "u",
])

/** Takes the text of `<article>`, else of `<main>`, else of the body. */
export function readPage(html: string): Page {
  const open = new Map<string, number>()
  const regions = { article: "", main: "", body: "" }
  let title = ""
  let heading = ""
  const depth = (name: string): number => open.get(name) ?? 0
  const write = (text: string): void => {
    if ([...skipped].some((name) => depth(name) > 0)) return
    if (depth("article") > 0) regions.article += text
    if (depth("main") > 0) regions.main += text
    regions.body += text
  }
  for (const { kind, value } of tokens(html)) {
    if (kind === "text") {
      const text = decodeEntities(value)
      if (depth("title") > 0 && depth("svg") === 0) title += text
      else if (depth("h1") > 0 && depth("article") + depth("main") > 0) heading ||= text
      else write(text.replace(/\s+/g, " "))
      continue
    }
    if (!inline.has(value)) write(value === "br" ? "\n" : "\n\n")
    open.set(value, kind === "open" ? depth(value) + 1 : Math.max(0, depth(value) - 1))
  }
  const text = [regions.article, regions.main, regions.body].map(paragraphs).find((region) => region !== "") ?? ""
  return { title: line(heading) || line(title), text }
}

function* tokens(html: string): Generator<Token> {
  let position = 0
  while (position < html.length) {
    const tag = html.indexOf("<", position)
    if (tag !== position) yield { kind: "text", value: html.slice(position, tag < 0 ? html.length : tag) }
    if (tag < 0) return
    if (html.startsWith("<!--", tag)) {
      position = after(html, "-->", tag + 4)
      continue
    }
    const name = /[a-z][a-z0-9-]*/iy
    const closes = html[tag + 1] === "/"
    name.lastIndex = tag + (closes ? 2 : 1)
    const value = name.exec(html)?.[0].toLowerCase()
    if (value === undefined) {
      // `<` before anything but a name is text, except for declarations such as <!doctype html>.
      if (html[tag + 1] === "!" || html[tag + 1] === "?") position = after(html, ">", tag)
      else { yield { kind: "text", value: "<" }; position = tag + 1 }
      continue
    }
    position = endOfTag(html, name.lastIndex)
    const empty = html[position - 2] === "/" || voidElements.has(value)
    if (!closes && rawText.has(value)) position = endOfRawText(html, value, position)
    else if (!empty || value === "br") yield { kind: closes ? "close" : "open", value }
  }
}

const voidElements = new Set([
  "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
])

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from)
  return found < 0 ? html.length : found + mark.length
}

/** The `>` of a tag is the first one outside its quoted attribute values. */
function endOfTag(html: string, from: number): number {
  let quote = ""
  for (let position = from; position < html.length; position += 1) {
    const character = html[position]!
    if (quote !== "") { if (character === quote) quote = "" }
    else if ((character === "\"" || character === "'") && html[position - 1] === "=") quote = character
    else if (character === ">") return position + 1
  }
  return html.length
}

function endOfRawText(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}`, "gi")
  end.lastIndex = from
  return end.exec(html) ? endOfTag(html, end.lastIndex) : html.length
}

const entities: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: " ", ndash: "–", mdash: "—", hellip: "…", euro: "€",
  lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", laquo: "«", raquo: "»", deg: "°",
  times: "×", middot: "·", shy: "",
}

function decodeEntities(text: string): string {
  const entity = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));/gi
  return text.replace(entity, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd"
  })
}

function paragraphs(text: string): string {
  const withoutEmpty = (parts: readonly string[]): string[] => parts.filter((part) => part !== "")
  const blocks = text.split(/\n{2,}/).map((block) => withoutEmpty(block.split("\n").map(line)).join("\n"))
  return withoutEmpty(blocks).join("\n\n")
}

function line(text: string): string {
  return text.replace(/\s+/g, " ").trim()
}
