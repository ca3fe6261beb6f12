// A read-only text with line numbers that draws only the lines in sight: for generated files, plans and histories.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { highlight, type Piece } from "./highlight.ts"

export type LineMark = "added" | "removed" | undefined

interface CodeViewProps {
  readonly path: string
  readonly text: string
  readonly label: string
  /** One for each line, or nothing. */
  readonly marks?: ReadonlyMap<number, LineMark>
  readonly linked?: number | undefined
  readonly onLine?: (line: number, how: "hover" | "go" | "leave") => void
}

const lineHeight = 20
const above = 12

export function CodeView({ path, text, label, marks, linked, onLine }: CodeViewProps) {
  const view = useRef<HTMLDivElement>(null)
  const [first, setFirst] = useState(0)
  const [height, setHeight] = useState(600)
  const [at, setAt] = useState(0)
  const lines = useMemo(() => highlight(text, path), [text, path])
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setHeight(entry!.contentRect.height))
    watch.observe(view.current!)
    return () => watch.disconnect()
  }, [])
  // An effect comes after a frame, in which the view may have gone.
  useEffect(() => {
    if (view.current === null) return
    view.current.scrollTop = 0
    setAt(0)
  }, [path])
  useEffect(() => {
    if (linked !== undefined && view.current !== null) bring(view.current, linked)
  }, [linked, path])
  const from = Math.max(0, first - 10)
  const shown = lines.slice(from, first + Math.ceil(height / lineHeight) + 10)
  const lineOf = (event: MouseEvent): number => Math.floor((event.clientY - view.current!.getBoundingClientRect().top + view.current!.scrollTop - above) / lineHeight)
  const press = (event: KeyboardEvent): void => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 20, PageUp: at - 20, Home: 0, End: lines.length - 1 }[event.key]
    if (event.key === "Enter") return onLine?.(at, "go")
    if (to === undefined) return
    event.preventDefault()
    const next = Math.max(0, Math.min(lines.length - 1, to))
    setAt(next)
    bring(view.current!, next)
    onLine?.(next, "hover")
  }
  return (
    <div class="code-view" ref={view} tabIndex={0} role="region" aria-label={label} onScroll={() => setFirst(Math.floor(view.current!.scrollTop / lineHeight))} onKeyDown={press}
      onMouseMove={(event) => onLine?.(lineOf(event), "hover")} onMouseLeave={() => onLine?.(0, "leave")} onClick={(event) => { setAt(lineOf(event)); onLine?.(lineOf(event), "go") }}>
      <div class="code-all" style={{ height: `${lines.length * lineHeight + above * 2}px` }}>
        <div class="code-shown" style={{ transform: `translateY(${from * lineHeight + above}px)` }}>
          {shown.map((pieces, index) => <Line key={from + index} number={from + index} pieces={pieces} mark={marks?.get(from + index)} isLinked={linked === from + index} isAt={at === from + index} />)}
        </div>
      </div>
    </div>
  )
}

function bring(view: HTMLElement, line: number): void {
  const top = line * lineHeight + above
  if (top < view.scrollTop + 20 || top > view.scrollTop + view.clientHeight - 40) view.scrollTop = top - view.clientHeight / 3
}

function Line({ number, pieces, mark, isLinked, isAt }: { readonly number: number; readonly pieces: readonly Piece[]; readonly mark: LineMark; readonly isLinked: boolean; readonly isAt: boolean }) {
  return (
    <div class={`code-line${mark === undefined ? "" : ` code-${mark}`}${isLinked ? " code-linked" : ""}${isAt ? " code-at" : ""}`}>
      <span class="code-number" aria-hidden="true">{number + 1}</span>
      <code>{pieces.map(({ kind, text }, index) => <span key={index} class={`tok-${kind}`}>{text}</span>)}</code>
    </div>
  )
}
