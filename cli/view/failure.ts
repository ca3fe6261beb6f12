// Says why a run failed and what became of what it had done.

import type { Terminal } from "../terminal.ts"
import type { RunView } from "./fold.ts"

export function drawFailure({ summary, failure }: RunView, { paint }: Pick<Terminal, "paint">): readonly string[] {
  const kind = failure === undefined ? summary.status : failure.kind
  const message = failure?.message ?? summary.failure?.errorMessage.split("\n")[0] ?? ""
  return [
    `${paint("error", `The run ${summary.status}`)} ${kind}: ${message}`,
    ...(failure?.step === undefined ? [] : [`  at ${failure.step}`]),
    ...(failure === undefined || failure.undone.length === 0 ? [] : [`  undone: ${failure.undone.join(", ")}`]),
    ...(failure?.undoFailed ?? []).map((undo) => `  ${paint("warning", "not undone")} ${undo.step ?? ""} ${undo.kind}: ${undo.message}`),
    ...(failure?.undoUnknown ?? []).map((step) => `  ${paint("warning", "outcome unknown")} ${step}`),
  ]
}
