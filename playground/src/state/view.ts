// What the page looks like: theme, panes, tabs; kept in the browser's store.

import { effect, signal } from "@preact/signals"

export type Theme = "dark" | "light" | "contrast"
export type RightTab = "graph" | "code" | "run" | "studio"
export type BottomTab = "problems" | "timeline" | "history" | "tests"
/** What of a run a phone shows, where there is no lower panel. */
export type RunPart = "graph" | Exclude<BottomTab, "problems">
export type PhoneView = "editor" | RightTab | "problems"

function kept<T>(key: string, fallback: T, isValid: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`agentflow.${key}`) ?? "null")
    return isValid(value) ? value : fallback
  } catch {
    return fallback
  }
}

function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(`agentflow.${key}`, JSON.stringify(value))
  } catch {
    // A browser that keeps nothing still works.
  }
}

const themes: readonly Theme[] = ["dark", "light", "contrast"]
const isFraction = (value: unknown): value is number => typeof value === "number" && value > 0.05 && value < 0.95

function firstTheme(): Theme {
  const set = document.documentElement.dataset["theme"]
  return themes.find((each) => each === set) ?? "dark"
}

export const theme = signal<Theme>(firstTheme())
export const rightTab = signal<RightTab>("graph")
export const bottomTab = signal<BottomTab>("problems")
export const bottomOpen = signal(kept("bottom", true, (value): value is boolean => typeof value === "boolean"))
export const runPart = signal<RunPart>("graph")
export const phoneView = signal<PhoneView>("editor")
/** Share of the width that the editor has, and of the height that the lower panel has. */
export const columns = signal(kept("columns", 0.46, isFraction))
export const rows = signal(kept("rows", 0.22, isFraction))
export const embedded = signal(false)
export const narrow = signal(matchMedia("(max-width: 760px)").matches)
matchMedia("(max-width: 760px)").addEventListener("change", (event) => {
  narrow.value = event.matches
})

export function setTheme(next: Theme): void {
  theme.value = next
  document.documentElement.dataset["theme"] = next
  try {
    localStorage.setItem("agentflow.theme", next)
  } catch {
    // As above.
  }
}

effect(() => keep("columns", columns.value))
effect(() => keep("rows", rows.value))
effect(() => keep("bottom", bottomOpen.value))

export function showTab(tab: RightTab): void {
  rightTab.value = tab
  if (narrow.value) phoneView.value = tab
}

/** A sentence that is shown for a while, and read out. */
export const notice = signal<{ readonly text: string; readonly kind: "info" | "error"; readonly serial: number } | undefined>(undefined)
let serial = 0
export function tell(text: string, kind: "info" | "error" = "info"): void {
  const mine = ++serial
  notice.value = { text, kind, serial: mine }
  setTimeout(() => {
    if (notice.value?.serial === mine) notice.value = undefined
  }, kind === "error" ? 8000 : 3500)
}
