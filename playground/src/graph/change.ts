// Changes of the graph: asked of the server as edits of the text, which stays the one source.

import type { GraphChange } from "../../../services/graph/edit.ts"
import { language, uriOf } from "../language/session.ts"
import type { OwnBox } from "../language/own.ts"
import { applyEdits, files, program, setText } from "../state/project.ts"
import { tell } from "../state/view.ts"

export async function changeGraph(box: OwnBox, change: GraphChange): Promise<boolean> {
  const path = program.peek()
  const before = files.peek().get(path)
  if (before === undefined || box.span === undefined) return false
  const client = await language()
  const { edits, refused } = await client.request<{ readonly edits: Parameters<typeof applyEdits>[1]; readonly refused?: string }>("agentflow/graphEdit", { uri: uriOf(path), span: box.span, change })
  // Typed on meanwhile: the edits are of another text.
  if (files.peek().get(path) !== before) return false
  if (refused !== undefined) {
    tell(refused)
    return false
  }
  setText(path, applyEdits(before, edits), "graph")
  return true
}

/** What can be called: the declarations of the program's file. */
export function callables(text: string): readonly string[] {
  return [...text.matchAll(/^(?:tool|agent|human|workflow)\s+([A-Za-z_]\w*)/gm)].map((match) => match[1]!)
}
