// All examples beside each other: a picture of the workflow, what it is about, what it shows.

import { signal } from "@preact/signals"
import { build } from "virtual:build"
import { useEffect, useRef, useState } from "preact/hooks"
import { example, openExample } from "../state/project.ts"
import { tell } from "../state/view.ts"
import type { Card, Miniature } from "./card.ts"
import { Icon } from "./icons.tsx"

export const galleryOpen = signal(false)

let cards: Promise<ReadonlyMap<string, Card>> | undefined

/** A request that failed is made again the next time. */
function load(): Promise<ReadonlyMap<string, Card>> {
  cards ??= fetch("gallery.json").then(async (response) => {
    if (!response.ok) throw new Error(`The pictures of the examples could not be loaded: ${response.status}`)
    return new Map(((await response.json()) as readonly Card[]).map((card) => [card.id, card]))
  }).catch((problem: unknown) => {
    cards = undefined
    throw problem
  })
  return cards
}

export function GalleryDialog() {
  return galleryOpen.value ? <Gallery /> : null
}

function Gallery() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [found, setFound] = useState<ReadonlyMap<string, Card>>()
  useEffect(() => {
    dialog.current?.showModal()
    load().then(setFound, (problem: unknown) => tell(problem instanceof Error ? problem.message : String(problem), "error"))
  }, [])
  const open = (id: string): void => {
    dialog.current?.close()
    void openExample(id).catch((problem: unknown) => tell(String(problem), "error"))
  }
  return (
    <dialog class="dialog gallery" ref={dialog} aria-labelledby="gallery-title" onClose={() => { galleryOpen.value = false }} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="dialog-head">
        <h2 id="gallery-title">Examples</h2>
        <button type="button" class="button button-quiet" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </div>
      <ul class="gallery-cards">
        {build.examples.map(({ id, title, summary }) => (
          <li key={id}>
            <button type="button" class="gallery-card" aria-current={id === example.value ? "true" : undefined} onClick={() => open(id)}>
              <span class="gallery-picture">{found?.get(id) === undefined ? null : <Picture miniature={found.get(id)!.miniature} />}</span>
              <span class="gallery-title">{title}</span>
              <span class="gallery-summary">{summary}</span>
              <span class="gallery-shows">{found?.get(id)?.shows.map((each) => <span key={each} class="gallery-topic">{each}</span>)}</span>
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  )
}

const shape = 0.68
const narrowest = 520
const widest = 900

/** The beginning of the workflow; what is below it fades away. */
function Picture({ miniature: { width, middle, top, boxes, edges } }: { readonly miniature: Miniature }) {
  const wide = Math.min(Math.max(width, narrowest), widest)
  return (
    <svg viewBox={`${middle - wide / 2} ${top} ${wide} ${wide * shape}`} preserveAspectRatio="xMidYMin slice" aria-hidden="true" focusable="false">
      {boxes.filter(({ role }) => role === "group").map((box, index) => <Shape key={index} box={box} />)}
      {edges.map(({ kind, path }, index) => <path key={index} class={`mini-edge mini-edge-${kind}`} d={path} />)}
      {boxes.filter(({ role }) => role !== "group").map((box, index) => <Shape key={index} box={box} />)}
    </svg>
  )
}

function Shape({ box: { role, tint, x, y, w, h, lines } }: { readonly box: Miniature["boxes"][number] }) {
  return (
    <g class={`mini-${role} mini-is-${tint}`}>
      <rect class="mini-frame" x={x} y={y} width={w} height={h} rx={role === "group" ? 12 : role === "card" ? 9 : h / 2} />
      {Array.from({ length: lines }, (_, line) => <rect key={line} class={line === 0 ? "mini-name" : "mini-line"} x={x + 14} y={y + 13 + line * 19} width={(w - 28) * [0.5, 0.8, 0.62][line]!} height={line === 0 ? 9 : 7} rx={3.5} />)}
    </g>
  )
}
