// What a diagnostic code means: its page, in a dialog.

import { signal } from "@preact/signals"
import { useEffect, useRef, useState } from "preact/hooks"
import { Icon } from "./icons.tsx"
import { Inline } from "./inline.tsx"

export const explained = signal<string | undefined>(undefined)

interface Explanation {
  readonly title: string
  readonly sections: readonly { readonly title: string; readonly text: string }[]
}

type Pages = Readonly<Record<string, Explanation>>

let pages: Promise<Pages> | undefined

/** A request that failed is made again the next time. */
function load(): Promise<Pages> {
  pages ??= fetch("explain.json").then((response) => response.json() as Promise<Pages>).catch((problem: unknown) => {
    pages = undefined
    throw problem
  })
  return pages
}

export function ExplainDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const code = explained.value
  const [page, setPage] = useState<Explanation | "failed">()
  useEffect(() => {
    if (code === undefined) return
    dialog.current?.showModal()
    setPage(undefined)
    load().then((all) => setPage(all[code] ?? { title: "", sections: [{ title: "Unknown", text: "This version knows no such code." }] }), () => setPage("failed"))
  }, [code])
  if (code === undefined) return null
  const close = (): void => {
    explained.value = undefined
  }
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="explain-title" onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="dialog-head">
        <h2 id="explain-title">{code}{page === undefined || page === "failed" || page.title === "" ? "" : `: ${page.title}`}</h2>
        <button type="button" class="button button-quiet" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </div>
      <div class="dialog-body">
        {page === undefined ? <p class="empty" role="status">Loading …</p> : page === "failed" ? <p class="empty" role="alert">The explanation could not be loaded. Close this and try again.</p> : page.sections.map(({ title, text }) => (
          <section key={title}><h3>{title}</h3><Prose text={text} /></section>
        ))}
      </div>
    </dialog>
  )
}

/** Paragraphs and fenced code of a page; everything as text. */
function Prose({ text }: { readonly text: string }) {
  return <>{text.split(/(```[\s\S]*?```)/).filter((part) => part.trim() !== "").map((part) => (
    part.startsWith("```") ? <pre key={part}><code>{part.replace(/^```\w*\n?|```$/g, "")}</code></pre> : part.trim().split(/\n\n+/).map((paragraph) => <p key={paragraph}><Inline text={paragraph} /></p>)
  ))}</>
}
