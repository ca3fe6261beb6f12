// Small parts of the Studio: a status, an amount against its cap, a question before something that can't be taken back.

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

interface MeterProps {
  readonly label: string
  readonly spent: number
  readonly reserved: number
  readonly cap: number | undefined
  readonly text: (value: number) => string
}

/** Spent and reserved of a budget; without a cap only the amount. */
export function Meter({ label, spent, reserved, cap, text }: MeterProps) {
  const share = (value: number): string => `${cap === undefined || cap === 0 ? 0 : Math.min(100, (value / cap) * 100)}%`
  return (
    <div class="meter">
      <div class="meter-head"><span class="meter-label">{label}</span><span class="tnum">{text(spent)}{cap === undefined ? "" : <span class="quiet"> of {text(cap)}</span>}</span></div>
      {cap === undefined ? null : (
        <div class="meter-bar" role="meter" aria-label={`${label} spent`} aria-valuemin={0} aria-valuemax={cap} aria-valuenow={spent} aria-valuetext={`${text(spent)} of ${text(cap)}${reserved > 0 ? `, ${text(reserved)} reserved` : ""}`}>
          <span class="meter-spent" style={{ width: share(spent) }} /><span class="meter-reserved" style={{ width: share(reserved) }} />
        </div>
      )}
    </div>
  )
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
