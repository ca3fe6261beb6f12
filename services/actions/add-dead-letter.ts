// Add dead letter: where a failed run is sent, so that somebody sees it.

import { callableAt, inFile, insertClauses, type ActionMaker } from "./action.ts"

export const addDeadLetter: ActionMaker = (context) => {
  const workflow = callableAt(context)
  if (workflow?.kind !== "workflow" || workflow.clauses.some(({ kind }) => kind === "deadLetter")) return []
  const repairs = context.diagnostics.find(({ code }) => code === "AF4008")
  const about = repairs === undefined ? { kind: "refactor.rewrite" } as const : { kind: "quickfix", repairs, preferred: true } as const
  const topic = workflow.name.text.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase()
  return [{ title: "Add a dead letter", ...about, edits: inFile(context, [insertClauses(context.text, workflow, [`dead letter "${topic}.failed"`])]) }]
}
