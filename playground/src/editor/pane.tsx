// The editor pane: the plain editor at once, then Monaco, or CodeMirror where the screen is narrow.

import { effect, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { diagnostics } from "../language/session.ts"
import { active, cursor, files, generation, lastWriter, revealed, setText } from "../state/project.ts"
import { linkedSource, pointed } from "../preview/link.ts"
import { narrow, theme } from "../state/view.ts"
import { tabId } from "../shell/tabs.tsx"
import { plainEditor } from "./plain.ts"
import type { Editor, EditorStart } from "./port.ts"

export type EditorName = "plain" | "monaco" | "codemirror"

const load: Readonly<Record<EditorName, () => Promise<(start: EditorStart) => Editor>>> = {
  plain: () => Promise.resolve(plainEditor),
  monaco: async () => (await import("./monaco.ts")).monacoEditor,
  codemirror: async () => (await import("./codemirror.ts")).codemirrorEditor,
}

let current: Editor | undefined
export const focusEditor = (): void => current?.focus()

export function EditorPane() {
  const host = useRef<HTMLDivElement>(null)
  const name = useSignal<EditorName>("plain")
  useEffect(() => {
    const stops: (() => void)[] = []
    let gone = false
    const become = async (next: EditorName): Promise<void> => {
      const make = await load[next]()
      if (gone || host.current === null) return
      const hadFocus = host.current.contains(document.activeElement)
      const before = current
      current = make({ host: host.current, theme: theme.peek(), events: { changed, moved, pointed: pointedAt } })
      current.show(active.peek(), files.peek().get(active.peek()) ?? "")
      if (before !== undefined) {
        const at = cursor.peek()
        if (at.line > 0 || at.character > 0 || hadFocus) current.reveal({ start: at, end: at }, { focus: hadFocus })
        before.dispose()
      }
      for (const [path, found] of diagnostics.peek()) current.setDiagnostics(path, found)
      name.value = next
    }
    const start = become("plain").then(() => {
      stops.push(...follow())
      const wanted = narrow.peek() ? "codemirror" : "monaco"
      // After the first paint: the page is usable before.
      return new Promise((resolve) => setTimeout(resolve, 30)).then(() => become(wanted)).catch((problem: unknown) => console.warn(problem))
    })
    stops.push(narrow.subscribe((isNarrow) => void start.then(() => {
      const wanted = isNarrow ? "codemirror" : "monaco"
      return name.peek() === wanted ? undefined : become(wanted)
    })))
    return () => {
      gone = true
      for (const stop of stops) stop()
      current?.dispose()
      current = undefined
    }
  }, [])
  // Monaco's menus are drawn beside its editor, in a shadow tree: they take its colours from this class.
  return <div class="editor-host monaco-component" ref={host} data-editor={name.value} role="tabpanel" id="file-panel" aria-labelledby={tabId("file", active.value)} />
}

function changed(path: string, text: string): void {
  setText(path, text, "editor")
}

function moved(path: string, point: { readonly line: number; readonly character: number }): void {
  pointed.value = undefined
  if (path === active.peek()) cursor.value = point
}

function pointedAt(path: string, line: number | undefined): void {
  if (line !== pointed.peek()?.line) pointed.value = line === undefined ? undefined : { path, line }
}

/** What the page does to the editor. */
function follow(): (() => void)[] {
  let shown = ""
  return [
    effect(() => {
      const [path, text, project] = [active.value, files.value.get(active.value) ?? "", generation.value]
      const key = `${project} ${path}`
      if (key !== shown) current?.show(path, text)
      else if (lastWriter.peek() !== "editor") current?.setText(path, text)
      shown = key
    }),
    effect(() => {
      const wanted = revealed.value
      if (wanted !== undefined) current?.reveal(wanted.place.range, { focus: wanted.focus })
    }),
    effect(() => {
      for (const [path, found] of diagnostics.value) current?.setDiagnostics(path, found)
    }),
    effect(() => {
      const place = linkedSource.value
      current?.mark(place?.path === active.value ? place.range : undefined)
    }),
    effect(() => current?.setTheme(theme.value)),
  ]
}
