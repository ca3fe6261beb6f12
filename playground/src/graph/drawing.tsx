// A laid out workflow as SVG: boxes that can be focused, chosen and moved to; what a run says about a step is drawn on it.

import type { ComponentChildren } from "preact"
import { useComputed, type ReadonlySignal } from "@preact/signals"
import { memo } from "preact/compat"
import { useRef } from "preact/hooks"
import { roundedPath } from "../../../services/graph/svg.ts"
import { tintOf } from "../../../services/graph/tokens.ts"
import type { OwnBox, OwnEdge, OwnGraph } from "../language/own.ts"

/** What a run has done at a step. */
export interface StepMark {
  readonly state: "running" | "completed" | "failed" | "waiting" | "undone" | "asked" | "none"
  /** "2 of 3", "attempt 2", "×4" */
  readonly text?: string
  readonly faults?: number
}

/** By box. A box follows its own mark, so that a step of time draws only the boxes that it changes; a mark that stays is the same object. */
export type Marks = ReadonlySignal<ReadonlyMap<string, StepMark>>

export interface BoxEvents {
  readonly onChoose: (box: OwnBox, how: "click" | "key") => void
  readonly onHover: (box: OwnBox | undefined) => void
  readonly onDrop?: (box: OwnBox, data: string) => void
}

interface DrawingProps extends BoxEvents {
  readonly graph: OwnGraph
  readonly zoom: number
  readonly chosen: string | undefined
  readonly at: string | undefined
  readonly marks?: Marks
}

export const isStep = ({ role, range }: OwnBox): boolean => range !== undefined && role !== "region"

export function Drawing({ graph: { name, layout }, zoom, chosen, at, marks, ...events }: DrawingProps) {
  const { width, height, boxes, edges } = layout
  // A box that looks the same is not drawn again, though its place in the text may have moved: what happens to it is told of the newest one.
  const newest = useRef(boxes)
  newest.current = boxes
  const told = (act: ((box: OwnBox, more: never) => void) | undefined) => (box: OwnBox, more: unknown): void => act?.(newest.current.find(({ id }) => id === box.id) ?? box, more as never)
  const frames = boxes.filter(({ role }) => role === "group" || role === "region")
  const others = boxes.filter(({ role }) => role !== "group" && role !== "region")
  const first = chosen !== undefined && boxes.some(({ id }) => id === chosen) ? chosen : boxes.find(isStep)?.id
  const draw = (box: OwnBox): ComponentChildren => (
    <Box key={box.id} box={box} isChosen={box.id === chosen} isAt={box.id === at} isFirst={box.id === first} marks={marks} onChoose={told(events.onChoose)} onHover={(each) => { if (each === undefined) events.onHover(undefined); else told(events.onHover)(each, undefined) }} {...(events.onDrop === undefined ? {} : { onDrop: told(events.onDrop) })} />
  )
  return (
    <svg class="af-graph" width={width * zoom} height={height * zoom} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={`Graph of workflow ${name}`}>
      {frames.map(draw)}
      {edges.map((edge) => <Edge key={edge.id} edge={edge} starts={frames.some(({ id, y, h }) => id === edge.from && edge.kind === "flow" && edge.points[0]!.y < y + h - 1)} />)}
      {others.map(draw)}
      {edges.map((edge) => <EdgeLabel key={edge.id} edge={edge} />)}
    </svg>
  )
}

interface BoxProps extends BoxEvents {
  readonly box: OwnBox
  readonly isChosen: boolean
  readonly isAt: boolean
  /** The one that Tab comes to. */
  readonly isFirst: boolean
  readonly marks: Marks | undefined
}

function radiusOf({ role, h }: OwnBox): number {
  return role === "end" || role === "pill" || role === "decision" ? h / 2 : role === "link" ? 7 : role === "group" || role === "region" ? 12 : 9
}

/** What is to be read on the box, then what the run says of it. */
function nameOf({ texts, badges }: OwnBox, mark: StepMark | undefined): string {
  const read = [...texts, ...badges].map(({ text }) => text).join(" ")
  return mark === undefined ? read : `${read}${mark.text === undefined ? "" : ` ${mark.text}`}, ${stateWords[mark.state]}`
}

const stateWords: Readonly<Record<StepMark["state"], string>> = { running: "running", completed: "completed", failed: "failed", waiting: "waiting to retry", undone: "undone", asked: "waits for a person", none: "has a fault" }

function BoxView({ box, isChosen, isAt, isFirst, marks, onChoose, onHover, onDrop }: BoxProps) {
  const mark = useComputed(() => marks?.value.get(box.id)).value
  const { id, role, kind, x, y, w, h, texts, badges, title } = box
  const classes = `af-${role} af-is-${tintOf(kind)}${isChosen ? " is-chosen" : ""}${isAt ? " is-at" : ""}${mark === undefined ? "" : ` run-${mark.state}`}`
  const interactive = !isStep(box) ? {} : {
    role: "button", tabindex: isFirst ? 0 : -1, "aria-label": nameOf(box, mark), "aria-pressed": isChosen,
    onClick: (event: MouseEvent) => { event.stopPropagation(); onChoose(box, "click") },
    onKeyDown: (event: KeyboardEvent) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); onChoose(box, "key") } },
    onMouseEnter: () => onHover(box), onMouseLeave: () => onHover(undefined), onFocus: () => onHover(box), onBlur: () => onHover(undefined),
    ...(onDrop === undefined ? {} : {
      onDragOver: (event: DragEvent) => { event.preventDefault(); (event.currentTarget as Element).classList.add("is-target") },
      onDragLeave: (event: DragEvent) => (event.currentTarget as Element).classList.remove("is-target"),
      onDrop: (event: DragEvent) => { event.preventDefault(); (event.currentTarget as Element).classList.remove("is-target"); onDrop(box, event.dataTransfer?.getData("text/plain") ?? "") },
    }),
  }
  return (
    <g class={classes} data-id={id} style={{ transform: `translate(${x}px, ${y}px)` }} {...interactive}>
      {role === "group" || role === "region" ? null : <title aria-hidden="true">{title}</title>}
      <rect class="af-frame" width={w} height={h} rx={radiusOf(box)} />
      {role === "card" ? <rect class="af-strip" y={10} width={3.5} height={h - 20} rx={1.75} /> : null}
      {texts.map((text, index) => <text key={index} class={`af-${text.role}`} x={text.x - x} y={text.y - y} text-anchor={text.anchor}>{text.text}{" "}</text>)}
      {badges.map((badge, index) => (
        <g key={index} class={`af-badge af-badge-${badge.kind}`}>
          <rect x={badge.x - x} y={badge.y - y} width={badge.w} height={badge.h} rx={badge.h / 2} />
          <text x={badge.x - x + badge.w / 2} y={badge.y - y + 12.5} text-anchor="middle">{badge.text}{" "}</text>
        </g>
      ))}
      {mark === undefined ? null : <Mark mark={mark} w={w} />}
    </g>
  )
}

const looks = new WeakMap<OwnBox | OwnEdge, string>()

/** All that is drawn of a box or line; where it is written is not. */
function lookOf(part: OwnBox | OwnEdge): string {
  const known = looks.get(part)
  if (known !== undefined) return known
  const look = JSON.stringify({ ...part, span: undefined, range: undefined })
  looks.set(part, look)
  return look
}

function looksAlike(a: OwnBox | OwnEdge, b: OwnBox | OwnEdge): boolean {
  return a === b || lookOf(a) === lookOf(b)
}

const Box = memo(BoxView, (before, after) => looksAlike(before.box, after.box) && before.isChosen === after.isChosen && before.isAt === after.isAt && before.isFirst === after.isFirst
  && before.marks === after.marks)

const signs: Readonly<Record<StepMark["state"], string>> = {
  running: "M-4 0a4 4 0 1 1 4 4", completed: "M-3.8 .4l2.6 2.6 5-5.4", failed: "M-3-3l6 6M3-3l-6 6", waiting: "M0-4.2V0l2.8 1.8", undone: "M-1.8-3.8l-2.6 2.6 2.6 2.6M-4.2-1.2H1.2a2.7 2.7 0 0 1 0 5.4H-2", asked: "M-1.9-1.8a1.9 1.9 0 1 1 2.8 1.7c-.6.3-.9.7-.9 1.4M0 3.6v.1", none: "",
}

/** The sign of a state sits on the upper right corner, with how often it happened beside it. */
function Mark({ mark: { state, text, faults = 0 }, w }: { readonly mark: StepMark; readonly w: number }) {
  const width = text === undefined ? 0 : text.length * 6.4 + 10
  return (
    <g class={`run-mark run-mark-${state}`} style={{ transform: `translate(${w - 3}px, -1px)` }} aria-hidden="true">
      {text === undefined ? null : <><rect class="run-text" x={-width - 5} y={-8.5} width={width + 10} height={17} rx={8.5} /><text x={-width / 2 - 6} y={4} text-anchor="middle">{text}</text></>}
      {state === "none" ? null : <><circle r={9} /><path d={signs[state]} /></>}
      {faults === 0 ? null : <g class="run-fault" style={{ transform: `translate(${-w + 12}px, 0)` }}><circle r={9} /><path d="M1.3-5-2.8.6H0L-1.3 5 2.8-.6H0z" /></g>}
    </g>
  )
}

const Edge = memo(({ edge: { id, kind, points, arrow }, starts }: { readonly edge: OwnEdge; readonly starts: boolean }) => {
  const end = points.at(-1)!
  const before = points.at(-2) ?? end
  const length = Math.hypot(end.x - before.x, end.y - before.y) || 1
  const [dx, dy] = [(end.x - before.x) / length, (end.y - before.y) / length]
  const line = arrow ? [...points.slice(0, -1), { x: end.x - dx * 7, y: end.y - dy * 7 }] : points
  const at = (back: number, side: number): string => `${end.x - dx * back - dy * side} ${end.y - dy * back + dx * side}`
  return (
    <g data-edge={id} aria-hidden="true">
      {starts ? <circle class={`af-dot af-tip-${kind}`} cx={points[0]!.x} cy={points[0]!.y} r={3.5} /> : null}
      <path class={`af-edge af-edge-${kind}`} d={roundedPath(line)} />
      {arrow ? <path class={`af-tip af-tip-${kind}`} d={`M${at(0, 0)}L${at(8, 4)}L${at(8, -4)}Z`} /> : null}
    </g>
  )
}, (before, after) => before.starts === after.starts && looksAlike(before.edge, after.edge))

const EdgeLabel = memo(({ edge: { kind, label } }: { readonly edge: OwnEdge }) => {
  if (label === undefined) return null
  const { x, y, w, h, text, title } = label
  return <g class={`af-label af-label-${kind}`} aria-hidden="true"><title>{title}</title><rect x={x} y={y} width={w} height={h} rx={h / 2} /><text x={x + w / 2} y={y + 12.8} text-anchor="middle">{text}</text></g>
}, (before, after) => looksAlike(before.edge, after.edge))
