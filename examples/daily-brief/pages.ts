// The fifteen articles of pages/, and the web pages that services.ts makes of them.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Article {
  readonly url: string
  readonly title: string
  readonly by: string
  readonly published: string
  readonly paragraphs: readonly string[]
}

export function readArticles(folder = join(import.meta.dirname, "pages")): readonly Article[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".md")).sort()
  return files.map((name) => parseArticle(readFileSync(join(folder, name), "utf8"), name))
}

/** A head of `name: value` lines between two `---`, then paragraphs. */
function parseArticle(text: string, file: string): Article {
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]+)$/.exec(text.replaceAll("\r\n", "\n")) ?? []
  if (head === undefined || body === undefined) throw new Error(`pages/${file} has no head between two lines of ---`)
  const fields = new Map(head.split("\n").map((line) => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
  }))
  const field = (name: string): string => {
    const value = fields.get(name)
    if (!value) throw new Error(`pages/${file} has no ${name}`)
    return value
  }
  return {
    url: field("url"),
    title: field("title"),
    by: field("by"),
    published: field("published"),
    paragraphs: body.trim().split(/\n{2,}/).map((paragraph) => paragraph.replaceAll("\n", " ")),
  }
}

/** With what real pages wrap around an article: navigation, a script, advice to subscribe. */
export function renderArticle({ url, title, by, published, paragraphs }: Article): string {
  const site = new URL(url).hostname.split(".")[0] ?? ""
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>${escape(title)} | ${escape(site)}</title>
  <style>article { max-width: 40rem }</style>
  <script>window.visit = { page: "<article>not this</article>" }</script>
</head>
<body>
  <header><h1>${escape(site)}</h1><nav><a href="/">Home</a> <a href="/latest">Latest</a></nav></header>
  <main>
    <article>
      <h1>${escape(title)}</h1>
      <header>By ${escape(by)}, <time datetime="${escape(published)}">${escape(published)}</time></header>
${paragraphs.map((paragraph) => `      <p>${escape(paragraph)}</p>`).join("\n")}
      <aside>Subscribe to read more &amp; sooner.</aside>
    </article>
  </main>
  <footer>&copy; ${escape(site)}</footer>
</body>
</html>
`
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")
}
