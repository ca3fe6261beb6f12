// Says why a run failed and what became of what it had done.

import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { Terminal } from "../terminal.ts"
import type { RunView } from "./fold.ts"

export function drawFailure({ summary, failure }: RunView, { paint }: Pick<Terminal, "paint">): readonly string[] {
  const kind = failure === undefined ? summary.status : failure.kind
  const message = failure?.message ?? summary.failure?.errorMessage.split("\n")[0] ?? ""
  return [
    `${paint("error", `The run ${summary.status}`)} ${kind}: ${message}`,
    ...(failure?.step === undefined ? [] : [`  at ${failure.step}`]),
    ...placeIn(summary.failure?.stackTrace ?? "").map((place) => `  in ${place}`),
    ...(failure === undefined || failure.undone.length === 0 ? [] : [`  undone: ${failure.undone.join(", ")}`]),
    ...(failure?.undoFailed ?? []).map((undo) => `  ${paint("warning", "not undone")} ${undo.step ?? ""} ${undo.kind}: ${undo.message}`),
    ...(failure?.undoUnknown ?? []).map((step) => `  ${paint("warning", "outcome unknown")} ${step}`),
  ]
}

/** The innermost line of the program, as a terminal makes a link of it; the worker has mapped the stack to it. */
function placeIn(stack: string): readonly string[] {
  const frame = /^ {4}at (?:.* \()?(.+\.agentflow):(\d+):(\d+)\)?$/m.exec(stack)
  if (frame === null) return []
  const [, path, line, column] = frame
  return [`${relative(process.cwd(), path!.startsWith("file:") ? fileURLToPath(path!) : path!)}:${line}:${column}`]
}
