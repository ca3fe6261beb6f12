// Lines above declarations: run a workflow, run a test, see the worst case.

import type { Span } from "../base/text/span.ts"
import { costOfWorkflow, worstCase } from "./amount.ts"
import { testName } from "./tests.ts"
import type { Workspace } from "./workspace.ts"

export interface Lens {
  readonly span: Span
  readonly title: string
  readonly command: "run" | "test" | "simulate" | "cost" | "references"
  /** Name of the workflow or test. */
  readonly name: string
}

export function lensesOf(workspace: Workspace, path: string): readonly Lens[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  return document.file.items.flatMap((item): readonly Lens[] => {
    if (item.kind === "test") {
      return [{ span: item.name.span, title: "▶ Run test", command: "test", name: testName(document, item) }]
    }
    if (item.kind !== "workflow" || item.name.text === "") return []
    const { text: name, span } = item.name
    const cost = costOfWorkflow(program, path, item.span.start)
    const tests = document.file.items.some((each) => each.kind === "test")
    return [
      { span, title: "▶ Run", command: "run", name },
      { span, title: "Simulate", command: "simulate", name },
      ...(tests ? [{ span, title: "Run tests", command: "test", name: "" } as const] : []),
      ...(cost === undefined ? [] : [{ span, title: `worst case ${worstCase(cost.total) || "free"}`, command: "cost", name } as const]),
    ]
  })
}
