// An example with the files beside it that it imports, named from their folder.

import { readFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import type { Source } from "../../base/text/source.ts"

const examples = join(import.meta.dirname, "../../examples")

/** `file` is named from the folder of all examples: "order-saga/order-saga.agentflow". */
export function exampleSources(file: string): readonly Source[] {
  const texts = new Map<string, string>()
  const read = (path: string): void => {
    if (texts.has(path)) return
    const text = readFileSync(join(examples, dirname(file), path), "utf8")
    texts.set(path, text)
    for (const [, imported] of text.matchAll(/ from "\.\/(.*\.agentflow)"/g)) read(imported!)
  }
  read(basename(file))
  return [...texts].map(([path, text]) => ({ path, text, version: 1 }))
}
