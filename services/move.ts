// Imports follow a file that moves: its own, and those of the files that import it.

import type { Edit } from "../base/text/edit.ts"
import type { FileEdits } from "./rename.ts"
import { linksOf } from "./links.ts"
import { relativeImport } from "./text.ts"
import type { Workspace } from "./workspace.ts"

export function editsForMoves(workspace: Workspace, moves: ReadonlyMap<string, string>): FileEdits {
  const edits = new Map<string, readonly Edit[]>()
  for (const path of workspace.paths()) {
    const to = moves.get(path) ?? path
    const changed = linksOf(workspace, path).flatMap((link): readonly Edit[] => {
      const target = moves.get(link.path) ?? link.path
      const isTouched = target !== link.path || to !== path
      const written = relativeImport(to, target)
      const before = workspace.document(path)!.text.slice(link.span.start, link.span.end)
      return isTouched && written !== before ? [{ span: link.span, text: written }] : []
    })
    if (changed.length > 0) edits.set(path, changed)
  }
  return edits
}
