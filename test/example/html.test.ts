// Reading web pages: the article and nothing around it, whatever the HTML looks like.

import { describe, expect, it } from "vitest"
import { readPage } from "../../examples/daily-brief/html.ts"

describe("readPage", () => {
  it("takes the article, without navigation, scripts, comments and asides", () => {
    expect(readPage(`
      <!doctype html><title>A | Site</title><script>if (1 < 2) "<p>no</p>"</script><style>p { color: red }</style>
      <nav>Home</nav><main><p>Around</p><article><h1>A</h1><!-- <p>no</p> --><p>One</p>
      <aside>Ad</aside><p>Two</p></article></main>
    `)).toEqual({ title: "A", text: "One\n\nTwo" })
  })

  it.each([
    ["main, without an article", "<body><header>no</header><main><p>yes</p></main><p>no</p>", "yes"],
    ["the body, without either", "<body><p>yes</p><footer>no</footer></body>", "yes"],
    ["text without any tag", "just text", "just text"],
    ["inline tags", "<p>a <b>bold</b><i>est</i>, <a href=\"?a>b\">linked</a></p>", "a boldest, linked"],
    ["list items as lines of their own", "<ul><li>a<li>b</ul>", "a\n\nb"],
    ["line breaks", "<p>a<br>b<br/>c</p>", "a\nb\nc"],
    ["entities by name", "<p>&lt;a&gt; &amp; &quot;b&quot; &ldquo;c&rdquo; &none;</p>", "<a> & \"b\" “c” &none;"],
    ["entities by number", "<p>&#8364;&#x20AC; &#x110000;</p>", "€€ \ufffd"],
    ["a lone <", "<p>1 < 2, 3 <4</p>", "1 < 2, 3 <4"],
    ["a tag that never ends", "<p>yes</p><a href='", "yes"],
    ["a script that never ends", "<p>yes</p><script>no", "yes"],
    ["a comment that never ends", "<p>yes</p><!-- no", "yes"],
    ["upper case", "<ARTICLE><P>yes</P><SCRIPT>no</SCRIPT></ARTICLE>", "yes"],
    ["nothing", "", ""],
  ])("reads %s", (_what, html, text) => expect(readPage(html).text).toBe(text))

  it("takes the title of the page when the article has no heading of its own", () => {
    const html = "<title>\n The &amp;\n title </title><header><h1>Site</h1></header><article><p>x</p></article>"
    expect(readPage(html).title).toBe("The & title")
  })

  it("stays linear on hostile pages", () => {
    const pieces = ["<", "<a ", "<!--", "</script", "<script>", "<a href=\"", "&#x", "&", "<p>", "</p>", "<![", " \n"]
    for (const piece of pieces) {
      const html = piece.repeat(200_000)
      expect(readPage(html).text.length).toBeLessThanOrEqual(html.length)
    }
  })
})
