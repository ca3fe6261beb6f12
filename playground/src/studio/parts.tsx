// Small parts of the Studio: a status, a question before something that can't be taken back.

import { signal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import type { RunRow, RunStatus } from "../../../cli/studio/api.ts"
import { Icon } from "../shell/icons.tsx"

export const statusNames: Readonly<Record<RunStatus, string>> = {
  pending: "Pending", running: "Running", suspended: "Suspended", completed: "Completed", failed: "Failed", terminated: "Terminated", canceled: "Cancelled", continued_as_new: "Continued",
}

export function Status({ run }: { readonly run: Pick<RunRow, "status" | "isUndoing" | "questions"> }) {
  const { status, isUndoing, questions } = run
  const [kind, text] = isUndoing ? ["undoing", "Undoing"] : questions > 0 && status === "running" ? ["waiting", "Waiting for you"] : [status, statusNames[status]]
  return <span class={`status status-${kind}`}><span class="status-dot" aria-hidden="true" />{text}</span>
}

interface Question {
  readonly title: string
  readonly text: string
  readonly verb: string
  readonly work: () => void
}

const asked = signal<Question | undefined>(undefined)

/** Asks before something that can't be taken back. */
export function confirm(question: Question): void {
  asked.value = question
}

export function Confirm() {
  const question = asked.value
  if (question === undefined) return null
  const close = (): void => {
    asked.value = undefined
  }
  return (
    <Dialog title={question.title} onClose={close}>
      <p>{question.text}</p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={close}>Keep it</button>
        <button type="button" class="button button-danger" onClick={() => { close(); question.work() }}>{question.verb}</button>
      </div>
    </Dialog>
  )
}

export function Dialog({ title, onClose, children }: { readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="dialog" ref={dialog} aria-label={title} onClose={onClose} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="button button-quiet" aria-label="Close" onClick={() => dialog.current?.close()}><Icon name="close" /></button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
