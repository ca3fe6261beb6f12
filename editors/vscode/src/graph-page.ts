// The page of the graph view. Its policy lets nothing in but its own style and script, which carry a nonce.

/** `nonce` is new for each page. */
export function graphPage(nonce: string = crypto.randomUUID().replaceAll("-", "")): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Graph</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main id="graphs"></main>
<script nonce="${nonce}">(${page.toString()})(${JSON.stringify(nonce)}, acquireVsCodeApi())</script>
</body>
</html>`
}

const style = `
body { margin: 0; padding: 12px; background: var(--vscode-editor-background); color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); }
h2 { font-size: 13px; font-weight: 600; margin: 16px 0 8px; }
h2:first-child { margin-top: 0; }
.picture { overflow: auto; }
.picture svg { max-width: 100%; height: auto; background: none; }
[data-id][tabindex] { cursor: pointer; }
[data-id][tabindex]:focus-visible { outline: 2px solid var(--vscode-focusBorder); outline-offset: 2px; }
[data-marked] > .af-frame { stroke: var(--vscode-focusBorder); stroke-width: 2.5; }
`

interface PageApi {
  readonly postMessage: (message: unknown) => void
}

type Message =
  | { readonly kind: "graphs"; readonly css: string; readonly graphs: readonly { readonly name: string; readonly svg: string }[] }
  | { readonly kind: "mark"; readonly graph?: string; readonly id?: string }

/** Runs in the page: it is sent there as text, so it uses nothing from outside of itself. */
function page(nonce: string, api: PageApi): void {
  interface Element {
    textContent: string
    className: string
    readonly dataset: Record<string, string | undefined>
    readonly parentElement: Element | null
    append(...nodes: readonly unknown[]): void
    replaceChildren(...nodes: readonly unknown[]): void
    setAttribute(name: string, value: string): void
    removeAttribute(name: string): void
    querySelectorAll(selector: string): Iterable<Element>
    addEventListener(type: string, act: (event: { readonly key?: string; readonly target: { closest(selector: string): Element | null }; preventDefault(): void }) => void): void
    scrollIntoView(options: unknown): void
  }
  // The page's own globals: the types of a browser's document are not among those of an extension.
  const { document, DOMParser, addEventListener } = globalThis as unknown as {
    readonly document: { readonly head: Element; readonly body: Element; createElement(name: string): Element; getElementById(id: string): Element | null; importNode(node: unknown, deep: boolean): Element }
    readonly DOMParser: new () => { parseFromString(text: string, type: string): { readonly documentElement: Element } }
    readonly addEventListener: (type: "message", act: (event: { readonly data: Message }) => void) => void
  }
  const graphs = document.getElementById("graphs")!
  const sheet = document.createElement("style")
  sheet.setAttribute("nonce", nonce)
  document.head.append(sheet)
  const theme = (): string => (/vscode-(dark|high-contrast)(?!-light)/.test(document.body.className) ? "dark" : "light")
  const show = ({ css, graphs: pictures }: Extract<Message, { readonly kind: "graphs" }>): void => {
    sheet.textContent = css
    document.body.dataset["theme"] = theme()
    if (pictures.length === 0) {
      const none = document.createElement("p")
      none.textContent = "The program has no workflow."
      return graphs.replaceChildren(none)
    }
    graphs.replaceChildren(...pictures.flatMap(({ name, svg }) => {
      const head = document.createElement("h2")
      head.textContent = name
      const holder = document.createElement("div")
      holder.className = "picture"
      holder.dataset["graph"] = name
      // Parsed as a picture, never as HTML: text of the program stays text.
      const picture = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true)
      for (const box of picture.querySelectorAll("[data-start]")) box.setAttribute("tabindex", "0")
      holder.append(picture)
      return pictures.length === 1 ? [holder] : [head, holder]
    }))
  }
  const mark = ({ graph, id }: Extract<Message, { readonly kind: "mark" }>): void => {
    for (const marked of graphs.querySelectorAll("[data-marked]")) marked.removeAttribute("data-marked")
    for (const holder of graphs.querySelectorAll("[data-graph]")) {
      if (holder.dataset["graph"] !== graph) continue
      for (const box of holder.querySelectorAll("[data-id]")) {
        if (box.dataset["id"] !== id) continue
        box.setAttribute("data-marked", "")
        box.scrollIntoView({ block: "nearest", inline: "nearest" })
      }
    }
  }
  const go = (target: { closest(selector: string): Element | null }): void => {
    const graph = target.closest("[data-graph]")?.dataset["graph"]
    const id = target.closest("[data-id]")?.dataset["id"]
    if (graph !== undefined && id !== undefined) api.postMessage({ kind: "go", graph, id })
  }
  graphs.addEventListener("click", ({ target }) => go(target))
  graphs.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    go(event.target)
  })
  addEventListener("message", ({ data }) => (data.kind === "graphs" ? show(data) : mark(data)))
  api.postMessage({ kind: "ready" })
}
