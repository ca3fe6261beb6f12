// Names that other files of the workspace declare, each with the edit that imports it.

import type { Edit } from "../../base/text/edit.ts"
import type { SymbolKind } from "../../compiler/1-bind/types.ts"
import { plainText, resolvePath } from "../../compiler/1-bind/imports.ts"
import type { Declaration, FileNode } from "../../grammar/syntax/nodes.ts"
import { relativeImport } from "../text.ts"
import type { Workspace } from "../workspace.ts"

export interface Importable {
  readonly name: string
  readonly kind: SymbolKind
  readonly path: string
  readonly declaration: Declaration
}

/** What could be imported into a file: every declaration of the other files but tests. */
export function importables(workspace: Workspace, path: string): readonly Importable[] {
  return workspace.paths().filter((other) => other !== path).flatMap((other) =>
    (workspace.document(other)?.file.items ?? []).flatMap((declaration): readonly Importable[] => {
      if (declaration.kind === "import" || declaration.kind === "test" || declaration.name.text === "") return []
      return [{ name: declaration.name.text, kind: declaration.kind, path: other, declaration }]
    }))
}

/** Adds a name to the import of its file, or a new import after the others. */
export function importEdit(file: FileNode, text: string, path: string, name: string, from: string): Edit {
  const imports = file.items.filter((item) => item.kind === "import")
  const same = imports.find((item) => resolvePath(path, plainText(item.from) ?? "") === from)
  const last = same?.names.at(-1)
  if (last !== undefined) return { span: { start: last.span.end, end: last.span.end }, text: `, ${name}` }
  const line = `import { ${name} } from "${relativeImport(path, from)}"\n`
  const after = imports.at(-1)
  if (after !== undefined) {
    const newline = text.indexOf("\n", after.span.end)
    const at = newline === -1 ? text.length : newline + 1
    return { span: { start: at, end: at }, text: newline === -1 ? `\n${line}` : line }
  }
  const at = firstPlace(text, file)
  return { span: { start: at, end: at }, text: `${line}\n` }
}

/** Below the comment that a file opens with, above the first declaration's own. */
function firstPlace(text: string, file: FileNode): number {
  const opening = /^(?:(?:\/\/(?!\/)[^\n]*|\/\*[^]*?\*\/)\n)+\n*/.exec(text)?.[0].length ?? 0
  const first = file.items[0]?.span.start
  return first === undefined ? opening : Math.min(opening, first)
}
