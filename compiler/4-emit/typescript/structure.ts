// Source files as data: what print.ts turns into ts-morph structures and text.

import type { Doc } from "./layout.ts"
import { hardline, join } from "./layout.ts"
import { commentText } from "./literals.ts"
import { fileScope } from "./names.ts"
import type { FileScope, ImportRequest, Names } from "./names.ts"

export interface SourceFile {
  readonly path: string
  /** The first line, without the slashes. */
  readonly header: string
  readonly imports: readonly ImportRequest[]
  readonly items: readonly Item[]
}

export type Item =
  | {
      readonly kind: "interface"
      readonly name: string
      readonly doc?: string | undefined
      readonly properties: readonly { readonly name: string; readonly type: string; readonly optional: boolean; readonly doc?: string | undefined }[]
    }
  | { readonly kind: "alias"; readonly name: string; readonly doc?: string | undefined; readonly type: string }
  /** Any other statement. `tight` when it follows the one before without an empty line. */
  | { readonly kind: "code"; readonly doc: Doc; readonly tight?: boolean }

/**
 * Builds a file twice: the first time shows what it imports, so that the second can keep its locals clear of that.
 * Renaming a local never changes what is imported.
 */
export function sourceFile(path: string, header: string, names: Names, build: (scope: FileScope) => readonly Item[]): SourceFile {
  const rehearsal = fileScope(path, names, new Set())
  build(rehearsal)
  const scope = fileScope(path, names, new Set(rehearsal.imports().map((request) => request.as)))
  const items = build(scope)
  return { path, header, imports: scope.imports(), items }
}

/** `export const name = value`, under its doc comment. */
export function constant(name: string, value: Doc, doc?: string): Item {
  return { kind: "code", doc: [docComment(doc), `export const ${name} = `, value] }
}

export function docComment(doc: string | undefined): Doc {
  if (doc === undefined || doc.trim() === "") return ""
  const rows = commentText(doc.trim()).split("\n").map((row) => row.trimEnd())
  if (rows.length === 1 && rows[0]!.length < 110) return [`/** ${rows[0]} */`, hardline]
  return ["/**", hardline, join(hardline, rows.map((row) => (row === "" ? " *" : ` * ${row}`))), hardline, " */", hardline]
}
