// Every place that means the same declaration, in all files of the workspace; highlights in one.

import type { Location, Span } from "../base/text/span.ts"
import type { Name, Node } from "../grammar/syntax/nodes.ts"
import { eachName, keyOf, targetAt, targetOf, type Target } from "./target.ts"
import type { Document, Program, Workspace } from "./workspace.ts"

export interface Occurrence extends Location {
  readonly name: Name
  readonly parent: Node | undefined
  readonly isDeclaration: boolean
  readonly isWrite: boolean
}

export function referencesOf(workspace: Workspace, path: string, offset: number): readonly Occurrence[] {
  const program = workspace.program(path)
  const found = program === undefined ? undefined : targetAt(program, path, offset)
  return found === undefined ? [] : occurrencesOf(workspace, found.target)
}

export function occurrencesOf(workspace: Workspace, target: Target): readonly Occurrence[] {
  const key = keyOf(target)
  const { place } = target
  if (key === undefined || place === undefined) return []
  return workspace.paths().flatMap((path) => {
    const document = workspace.document(path)
    // A file that never says the name can't mean it, unless an import gives it another.
    if (document === undefined || !document.text.includes(target.text)) return []
    const program = workspace.program(path)
    return program?.documents.has(place.path) === true ? occurrencesIn(program, document, key) : []
  })
}

export function occurrencesIn(program: Program, document: Document, key: string): readonly Occurrence[] {
  const found: Occurrence[] = []
  eachName(document, (name, ancestors) => {
    const target = targetOf(program, document.path, name, ancestors)
    if (target === undefined || keyOf(target) !== key) return
    const parent = ancestors.at(-1)
    const isDeclaration = target.place?.path === document.path && target.place.name === name
    const isWrite = isDeclaration || (parent?.kind === "assign" && parent.name === name)
    found.push({ path: document.path, span: name.span, name, parent, isDeclaration, isWrite })
  })
  return found
}

export interface Highlight {
  readonly span: Span
  readonly kind: "read" | "write" | "text"
}

/** The same name in this file; on a word of a construct, the words that belong to it. */
export function highlightsOf(workspace: Workspace, path: string, offset: number): readonly Highlight[] {
  const program = workspace.program(path)
  const document = program?.documents.get(path)
  if (program === undefined || document === undefined) return []
  const found = targetAt(program, path, offset)
  const key = found === undefined ? undefined : keyOf(found.target)
  if (key !== undefined) return occurrencesIn(program, document, key).map(({ span, isWrite }) => ({ span, kind: isWrite ? "write" : "read" }))
  const name = found?.name.text
  if (name === undefined) return []
  const same: Highlight[] = []
  eachName(document, (other) => {
    if (other.text === name) same.push({ span: other.span, kind: "text" })
  })
  return same
}
