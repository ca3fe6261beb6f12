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

let pages: Promise<Readonly<Record<string, Explanation>>> | undefined
const load = (): Promise<Readonly<Record<string, Explanation>>> => (pages ??= fetch("explain.json").then((response) => response.json() as Promise<Readonly<Record<string, Explanation>>>))

export function ExplainDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const code = explained.value
  const [page, setPage] = useState<Explanation>()
  useEffect(() => {
    if (code === undefined) return
    dialog.current?.showModal()
    setPage(undefined)
    void load().then((all) => setPage(all[code]))
  }, [code])
  if (code === undefined) return null
  const close = (): void => {
    explained.value = undefined
  }
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="explain-title" onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="dialog-head">
        <h2 id="explain-title">{code}{page === undefined ? "" : `: ${page.title}`}</h2>
        <button type="button" class="button button-quiet" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </div>
      <div class="dialog-body">
        {page === undefined ? <p class="empty">Loading …</p> : page.sections.map(({ title, text }) => (
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
