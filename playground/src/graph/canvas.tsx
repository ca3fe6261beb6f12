// The room that a graph is seen in: zoom, pan by dragging, arrow keys from step to step; an edit does not make it jump.

import { useSignalEffect, type ReadonlySignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { OwnBox, OwnGraph } from "../language/own.ts"
import { Icon } from "../shell/icons.tsx"
import { Drawing, isStep, type BoxEvents, type Marks } from "./drawing.tsx"

interface CanvasProps extends BoxEvents {
  readonly graph: OwnGraph
  readonly chosen: string | undefined
  readonly at: string | undefined
  /** Brought into sight, instead of `at`. */
  readonly follow?: ReadonlySignal<string | undefined>
  readonly marks?: Marks
  readonly children?: ComponentChildren
}

const clamp = (zoom: number): number => Math.min(2, Math.max(0.3, zoom))

export function Canvas({ graph, chosen, at, follow, marks, children, ...events }: CanvasProps) {
  const view = useRef<HTMLDivElement>(null)
  const [zoom, setZoom] = useState<number>()
  const fitted = useRef("")
  useLayoutEffect(() => {
    if (fitted.current === graph.name && zoom !== undefined) return
    fitted.current = graph.name
    setZoom(Math.max(0.78, fitting(view.current!, graph)))
  }, [graph])
  useLayoutEffect(() => {
    // The start is in the middle, wherever the branches are.
    const start = graph.layout.boxes.find(({ role }) => role === "start")
    const room = view.current!
    if (start !== undefined) room.scrollLeft = (start.x + start.w / 2) * (zoom ?? 1) + Math.max(0, (room.scrollWidth - graph.layout.width * (zoom ?? 1)) / 2) - room.clientWidth / 2
  }, [graph.name, zoom])
  useSteady(view, graph, at ?? chosen, zoom ?? 1)
  useLayoutEffect(() => {
    if (at !== undefined) bring(view.current!, graph, at, zoom ?? 1)
  }, [at])
  useSignalEffect(() => {
    const id = follow?.value
    if (id === undefined) return
    // Where things are is asked for once a frame, not at each step.
    const frame = requestAnimationFrame(() => view.current !== null && bring(view.current, graph, id, zoom ?? 1))
    return () => cancelAnimationFrame(frame)
  })
  const wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    setZoom(clamp((zoom ?? 1) * Math.exp(-event.deltaY / 300)))
  }
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (step === undefined || !(event.target instanceof SVGElement)) return
    event.preventDefault()
    const steps = [...graph.layout.boxes].filter(isStep).sort(inReadingOrder)
    const now = steps.findIndex(({ id }) => id === (event.target as SVGElement).dataset["id"])
    const next = steps[(now + step + steps.length) % steps.length]
    if (next !== undefined) view.current!.querySelector<SVGElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus()
  }
  return (
    <div class="graph-room">
      <div class="graph-view" ref={view} onWheel={wheel} onKeyDown={keys} onPointerDown={(event) => pan(view.current!, event)}>
        <div class="graph-sheet"><Drawing graph={graph} zoom={zoom ?? 1} chosen={chosen} at={at} {...(marks === undefined ? {} : { marks })} {...events} /></div>
      </div>
      <div class="graph-tools" role="group" aria-label="Zoom">
        <button type="button" class="button button-quiet button-small" aria-label="Smaller" onClick={() => setZoom(clamp((zoom ?? 1) / 1.2))}>−</button>
        <span class="graph-zoom tnum">{Math.round((zoom ?? 1) * 100)}%</span>
        <button type="button" class="button button-quiet button-small" aria-label="Larger" onClick={() => setZoom(clamp((zoom ?? 1) * 1.2))}>+</button>
        <button type="button" class="button button-quiet button-small" aria-label="Fit the width" title="Fit the width" onClick={() => setZoom(fitting(view.current!, graph))}><Icon name="fit" /></button>
      </div>
      {children}
    </div>
  )
}

function inReadingOrder(a: OwnBox, b: OwnBox): number {
  return a.y - b.y || a.x - b.x
}

function fitting(view: HTMLElement, { layout }: OwnGraph): number {
  return clamp(Math.min(1, (view.clientWidth - 24) / layout.width))
}

/** What the reader looks at stays where it is when boxes above it come or go. */
function useSteady(view: { readonly current: HTMLDivElement | null }, graph: OwnGraph, anchor: string | undefined, zoom: number): void {
  const last = useRef<{ readonly name: string; readonly tops: ReadonlyMap<string, number> } | undefined>(undefined)
  useLayoutEffect(() => {
    const tops = new Map(graph.layout.boxes.map(({ id, y }) => [id, y]))
    const before = last.current
    last.current = { name: graph.name, tops }
    if (before === undefined || before.name !== graph.name || view.current === null) return
    const top = view.current.scrollTop / zoom
    const held = anchor !== undefined && before.tops.has(anchor) && tops.has(anchor) ? anchor : [...before.tops].find(([id, y]) => y >= top && tops.has(id))?.[0]
    if (held !== undefined) view.current.scrollTop += (tops.get(held)! - before.tops.get(held)!) * zoom
  }, [graph])
}

function bring(view: HTMLElement, { layout }: OwnGraph, id: string, zoom: number): void {
  const box = layout.boxes.find((each) => each.id === id)
  if (box === undefined || box.role === "start" || box.role === "group") return
  const [top, bottom] = [box.y * zoom, (box.y + box.h) * zoom]
  if (top >= view.scrollTop && bottom <= view.scrollTop + view.clientHeight) return
  view.scrollTo({ top: top - view.clientHeight / 3, behavior: "smooth" })
}

function pan(view: HTMLElement, event: PointerEvent): void {
  if (event.button !== 0 || event.pointerType === "touch" || (event.target as Element).closest("[role=button]") !== null) return
  const start = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop }
  view.setPointerCapture(event.pointerId)
  view.classList.add("is-panning")
  const move = ({ clientX, clientY }: PointerEvent): void => view.scrollTo(start.x - clientX, start.y - clientY)
  view.addEventListener("pointermove", move)
  view.addEventListener("pointerup", () => {
    view.removeEventListener("pointermove", move)
    view.classList.remove("is-panning")
  }, { once: true })
}
