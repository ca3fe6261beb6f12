// Constructs that are checked and do nothing in a build: `build` names them.

import type { Node } from "../../grammar/syntax/nodes.ts"
import type { FileContext } from "./context.ts"

/** By kind of declaration: what a message calls each. */
const INACTIVE: Readonly<Partial<Record<Node["kind"], string>>> = {

}

export function collectInactive(file: FileContext): void {
  for (const item of file.bound.file.items) {
    const construct = INACTIVE[item.kind]
    if (construct !== undefined) file.context.inactive.push({ construct, path: file.path, node: item.id })
  }
}
