// A line between two panes that a pointer or the arrow keys move.

import type { Signal } from "@preact/signals"

interface SplitterProps {
  /** Share of the first pane, or of the last one with `fromEnd`. */
  readonly share: Signal<number>
  readonly direction: "columns" | "rows"
  readonly label: string
  readonly fromEnd?: boolean
}

const clamp = (value: number): number => Math.min(0.85, Math.max(0.12, value))

export function Splitter({ share, direction, label, fromEnd = false }: SplitterProps) {
  const grab = (event: PointerEvent): void => {
    const line = event.currentTarget as HTMLElement
    const box = line.parentElement!.getBoundingClientRect()
    line.setPointerCapture(event.pointerId)
    const move = ({ clientX, clientY }: PointerEvent): void => {
      const part = direction === "columns" ? (clientX - box.left) / box.width : (clientY - box.top) / box.height
      share.value = clamp(fromEnd ? 1 - part : part)
    }
    line.addEventListener("pointermove", move)
    line.addEventListener("pointerup", () => line.removeEventListener("pointermove", move), { once: true })
  }
  const press = (event: KeyboardEvent): void => {
    const forward = direction === "columns" ? { ArrowRight: 1, ArrowLeft: -1 }[event.key] : { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (forward === undefined) return
    event.preventDefault()
    share.value = clamp(share.value + forward * (fromEnd ? -0.03 : 0.03))
  }
  return (
    <div class={`splitter splitter-${direction}`} role="separator" tabIndex={0} aria-label={label} aria-orientation={direction === "columns" ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(share.value * 100)} aria-valuemin={12} aria-valuemax={85} onPointerDown={grab} onKeyDown={press} />
  )
}
