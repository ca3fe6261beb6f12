// The server's own requests as the page sees them.

import type { TextRange } from "../state/project.ts"

export interface OwnNode {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly range: TextRange
  readonly clauses: readonly string[]
  readonly undo?: string
  readonly cost?: string
  readonly children: readonly OwnNode[]
}

export interface OwnGraph {
  readonly name: string
  readonly range: TextRange
  readonly nodes: readonly OwnNode[]
}
