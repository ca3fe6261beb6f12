// The graphs of a program on disk, also of one with errors.

import { readFileSync } from "node:fs"
import { resolve, sep } from "node:path"
import type { Diagnostic } from "../base/diagnostics/diagnostic.ts"
import { graphsOf, type WorkflowGraph } from "../services/graph.ts"
import { emptyHost } from "../services/host.ts"
import { createWorkspace } from "../services/workspace.ts"

export interface FileGraphs {
  readonly graphs: readonly WorkflowGraph[]
  readonly diagnostics: readonly Diagnostic[]
}

export function graphsOfFile(file: string): FileGraphs {
  const path = resolve(file).replaceAll(sep, "/")
  const workspace = createWorkspace({ ...emptyHost, readText: textAt })
  return { graphs: graphsOf(workspace, path), diagnostics: workspace.program(path)?.diagnostics ?? [] }
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}
