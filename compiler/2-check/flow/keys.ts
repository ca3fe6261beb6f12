// Text anywhere in a file that looks like a key.

import { report, type FileContext } from "../context.ts"
import { nodesIn } from "./walk.ts"

/** The shapes of well-known keys, long enough that prose does not match, with what is in every one of them: texts are sooner looked for than patterns. */
const KEYS: readonly (readonly [marks: readonly string[], pattern: RegExp])[] = [
  [["sk-"], /\bsk-[A-Za-z0-9_-]{16,}/], [["xox"], /\bxox[abeprs]-[A-Za-z0-9-]{10,}/],
  [["gho_", "ghp_", "ghs_", "ghu_", "ghr_"], /\bgh[opsur]_[A-Za-z0-9]{20,}/], [["github_pat_"], /\bgithub_pat_[A-Za-z0-9_]{20,}/],
  [["AKIA"], /\bAKIA[0-9A-Z]{16}\b/], [["AIza"], /\bAIza[0-9A-Za-z_-]{30,}/], [["PRIVATE KEY"], /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
]

function hasKey(text: string): boolean {
  return KEYS.some(([marks, pattern]) => marks.some((mark) => text.includes(mark)) && pattern.test(text))
}

export function reportKeys(file: FileContext): void {
  const { text } = file.bound.source
  // What an escape hides from the text as it is written, only the tree shows.
  if (!text.includes("\\") && !hasKey(text)) return
  for (const node of nodesIn(file.bound.file)) {
    if (node.kind !== "template") continue
    const isKey = node.parts.some((part) => part.kind === "templateText" && hasKey(part.value))
    if (isKey) report(file, node, "AF8002", {})
  }
}
