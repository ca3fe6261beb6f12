// Add timeout, deadline, circuit or cache: the clauses that have one usual form.

import { callableAt, inFile, insertClauses, type Action, type ActionMaker, type Callable } from "./action.ts"

const usual: readonly { readonly kind: "timeout" | "deadline" | "circuit"; readonly text: string; readonly title: string; readonly of: readonly Callable["kind"][] }[] = [
  { kind: "timeout", text: "timeout 20s", title: "Add a timeout", of: ["tool", "agent"] },
  { kind: "timeout", text: "timeout 24h", title: "Add a timeout", of: ["human"] },
  { kind: "deadline", text: "deadline 1h", title: "Add a deadline", of: ["workflow"] },
]

export const addLimits: ActionMaker = (context) => {
  const owner = callableAt(context)
  if (owner === undefined) return []
  const has = new Set(owner.clauses.map(({ kind }) => kind))
  return usual.filter(({ kind, of }) => of.includes(owner.kind) && !has.has(kind) && !has.has("use")).map(({ text, title }): Action => ({
    title, kind: "refactor.rewrite", edits: inFile(context, [insertClauses(context.text, owner, [text])]),
  }))
}
