// Text anywhere in a file that looks like a key.

import { report, type FileContext } from "../context.ts"
import { nodesIn } from "./walk.ts"

/** The shapes of well-known keys; long enough that prose does not match. */
const KEYS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/, /\bxox[abeprs]-[A-Za-z0-9-]{10,}/, /\bgh[opsur]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bAKIA[0-9A-Z]{16}\b/, /\bAIza[0-9A-Za-z_-]{30,}/, /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

export function reportKeys(file: FileContext): void {
  const { text } = file.bound.source
  // What an escape hides from the text as it is written, only the tree shows.
  if (!text.includes("\\") && !KEYS.some((key) => key.test(text))) return
  for (const node of nodesIn(file.bound.file)) {
    if (node.kind !== "template") continue
    const isKey = node.parts.some((part) => part.kind === "templateText" && KEYS.some((key) => key.test(part.value)))
    if (isKey) report(file, node, "AF8002", {})
  }
}
