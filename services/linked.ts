// Names that change together while one of them is typed: a local and its uses in the same callable.

import type { Span } from "../base/text/span.ts"
import { keyOf, targetAt } from "./target.ts"
import { occurrencesIn } from "./references.ts"
import type { Workspace } from "./workspace.ts"

const locals: ReadonlySet<string> = new Set(["parameter", "let", "var", "loopVariable", "lambdaParameter", "caught", "patternBinding", "branch"])

export function linkedAt(workspace: Workspace, path: string, offset: number): readonly Span[] {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, offset)
  const key = found === undefined ? undefined : keyOf(found.target)
  // A parameter has a say outside of its file: as the name of an argument.
  if (program === undefined || found === undefined || key === undefined || !locals.has(found.target.kind) || found.target.place?.path !== path) return []
  const all = occurrencesIn(program, found.document, key)
  const isPlain = all.every(({ name, parent }) => name.text === found.name.text && parent?.kind !== "argument" && !(parent?.kind === "entry" && parent.value === undefined))
  return isPlain && all.length > 1 ? all.map(({ span }) => span) : []
}
