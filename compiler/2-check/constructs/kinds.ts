// Lists of error kinds: each once.

import type { Name } from "../../../grammar/syntax/nodes.ts"
import { report, type FileContext } from "../context.ts"

export function distinctKinds(names: readonly Name[], file: FileContext): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name.text)) report(file, name, "AF2002", { name: name.text, kind: "kind in this list" })
    seen.add(name.text)
  }
}
