// The editor of the first second, and where no other loads: a text area of the same measures.

import { offsetOf, pointOf } from "../state/project.ts"
import type { Editor, EditorStart } from "./port.ts"

export function plainEditor({ host, events }: EditorStart): Editor {
  const area = document.createElement("textarea")
  area.className = "editor-plain"
  area.spellcheck = false
  area.autocapitalize = "off"
  area.setAttribute("autocomplete", "off")
  area.setAttribute("aria-label", "Program text")
  area.wrap = "off"
  host.append(area)
  let path = ""
  const moved = (): void => events.moved(path, pointOf(area.value, area.selectionStart))
  area.addEventListener("input", () => {
    events.changed(path, area.value)
    moved()
  })
  area.addEventListener("keyup", moved)
  area.addEventListener("click", moved)
  return {
    show(nextPath, text) {
      path = nextPath
      if (area.value !== text) area.value = text
    },
    setText(changed, text) {
      if (changed !== path || area.value === text) return
      const { selectionStart, selectionEnd } = area
      area.value = text
      area.setSelectionRange(Math.min(selectionStart, text.length), Math.min(selectionEnd, text.length))
    },
    reveal(range, { focus }) {
      const [start, end] = [offsetOf(area.value, range.start), offsetOf(area.value, range.end)]
      area.setSelectionRange(start, end)
      area.scrollTop = Math.max(0, range.start.line * 20 - area.clientHeight / 3)
      if (focus) area.focus()
      moved()
    },
    setDiagnostics() {},
    mark() {},
    setTheme() {},
    focus: () => area.focus(),
    dispose: () => area.remove(),
  }
}
