// A row of tabs as assistive technology expects it: arrow keys move, the chosen one takes the focus.

import type { ComponentChildren } from "preact"
import { useRef } from "preact/hooks"

export interface Tab<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly badge?: ComponentChildren
}

interface TabsProps<Id extends string> {
  readonly name: string
  readonly label: string
  readonly tabs: readonly Tab<Id>[]
  readonly chosen: Id
  readonly onChoose: (id: Id) => void
  readonly onClose?: (id: Id) => void
}

export function Tabs<Id extends string>({ name, label, tabs, chosen, onChoose, onClose }: TabsProps<Id>) {
  const row = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === chosen)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (event.key === "Delete" && onClose !== undefined) return onClose(chosen)
    if (to === undefined) return
    event.preventDefault()
    const next = tabs[(to + tabs.length) % tabs.length]!
    onChoose(next.id)
    row.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next.id)}"]`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={row} onKeyDown={move}>
      {tabs.map(({ id, label: text, badge }) => (
        <button key={id} type="button" role="tab" class="tab" data-tab={id} id={tabId(name, id)} aria-selected={id === chosen} aria-controls={`${name}-panel`} tabIndex={id === chosen ? 0 : -1} onClick={() => onChoose(id)}>
          {text}{badge}
        </button>
      ))}
    </div>
  )
}

export const tabId = (name: string, id: string): string => `${name}-tab-${id.replace(/[^\w-]/g, "_")}`

export function TabPanel({ name, chosen, children }: { readonly name: string; readonly chosen: string; readonly children: ComponentChildren }) {
  // Of its own for each tab: how far one is scrolled is nothing to the next.
  return <div key={chosen} class="tab-panel" role="tabpanel" id={`${name}-panel`} aria-labelledby={tabId(name, chosen)}>{children}</div>
}
