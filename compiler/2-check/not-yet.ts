// The one table of constructs that this version refuses (delete a line when it runs), and of those that wait silently.

import type { Node } from "../../grammar/syntax/nodes.ts"
import { report, type FileContext } from "./context.ts"
import { nodesIn } from "./flow/walk.ts"

/** Constructs that are checked and then refused, by kind of node: what a message calls each. */
const NOT_YET: Readonly<Partial<Record<Node["kind"], string>>> = {
  mcpSource: "an MCP tool",
}

/** Constructs that are checked and do nothing yet: `build` names them. */
const INACTIVE: Readonly<Partial<Record<Node["kind"], string>>> = {
  test: "test",
}

export function reportNotYet(file: FileContext): void {
  for (const item of file.bound.file.items) {
    for (const node of nodesIn(item)) {
      const refused = NOT_YET[node.kind]
      if (refused !== undefined) report(file, node, "AF9001", { construct: refused })
      const inactive = INACTIVE[node.kind]
      if (inactive !== undefined) file.context.inactive.push({ construct: inactive, path: file.path, node: node.id })
    }
  }
}
