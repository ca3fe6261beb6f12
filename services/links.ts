// Files that a program names: imports and the modules of tools.

import type { Span } from "../base/text/span.ts"
import { plainText, resolvePath } from "../compiler/1-bind/imports.ts"
import type { Workspace } from "./workspace.ts"

export interface FileLink {
  readonly span: Span
  readonly path: string
}

export function linksOf(workspace: Workspace, path: string): readonly FileLink[] {
  const items = workspace.document(path)?.file.items ?? []
  return items.flatMap((item) => {
    const from = item.kind === "import" ? item.from : item.kind === "tool" && item.source?.kind === "typescriptSource" ? item.source.module : undefined
    const written = from === undefined ? undefined : plainText(from)
    if (from === undefined || written === undefined || written === "") return []
    const span = { start: from.span.start + 1, end: Math.max(from.span.start + 1, from.span.end - 1) }
    return [{ span, path: resolvePath(path, written) }]
  })
}
