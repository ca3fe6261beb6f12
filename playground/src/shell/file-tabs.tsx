// The files of the project as tabs; new ones are named here.

import { useRef } from "preact/hooks"
import { useSignal } from "@preact/signals"
import { active, addFile, files, removeFile } from "../state/project.ts"
import { formatDocument } from "../language/session.ts"
import { diagnostics } from "../language/session.ts"
import { tell } from "../state/view.ts"
import { counted } from "./count.ts"
import { Icon } from "./icons.tsx"
import { Tabs } from "./tabs.tsx"

function close(path: string): void {
  if (files.peek().size === 1) return tell("A project has at least one file.")
  removeFile(path)
}

export function FileTabs() {
  const naming = useSignal(false)
  const input = useRef<HTMLInputElement>(null)
  const tabs = [...files.value.keys()].map((path) => ({ id: path, label: path.split("/").at(-1)!, badge: badge(path) }))
  const add = (event: Event): void => {
    event.preventDefault()
    const path = input.current!.value.trim()
    if (!/^[\w][\w./-]*\.(agentflow|json|yaml|ts|md)$/.test(path) || path.includes("..")) return tell("A file is named like other.agentflow or input.json.", "error")
    addFile(path)
    naming.value = false
  }
  return (
    <div class="file-tabs">
      <Tabs name="file" label="Files" tabs={tabs} chosen={active.value} onChoose={(path) => { active.value = path }} onClose={close} />
      {naming.value
        ? <form class="new-file" onSubmit={add}><input ref={input} class="input" aria-label="Name of the new file" placeholder="other.agentflow" autoFocus onKeyDown={(event) => { if (event.key === "Escape") naming.value = false }} onBlur={() => { naming.value = false }} /></form>
        : <button type="button" class="button button-quiet button-small" aria-label="New file" title="New file" onClick={() => { naming.value = true; requestAnimationFrame(() => input.current?.focus()) }}><Icon name="plus" /></button>}
      <div class="file-actions">
        <button type="button" class="button button-quiet button-small" aria-label={`Remove ${active.value}`} title="Remove this file" onClick={() => close(active.value)}><Icon name="trash" /></button>
        <button type="button" class="button button-quiet button-small" aria-label="Format" title="Format (Shift+Alt+F)" onClick={() => void formatDocument(active.value).catch((problem: unknown) => tell(problem instanceof Error ? problem.message : String(problem), "error"))}><Icon name="format" /></button>
      </div>
    </div>
  )
}

function badge(path: string) {
  const found = diagnostics.value.get(path) ?? []
  const errors = found.filter(({ severity }) => severity === 1).length
  return errors === 0 ? null : <span class="badge badge-error" aria-label={counted(errors, "error")}>{errors}</span>
}
