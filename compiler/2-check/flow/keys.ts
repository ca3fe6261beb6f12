// Text anywhere in a file that looks like a key.

import { report, type FileContext } from "../context.ts"

/** The shapes of well-known keys; long enough that prose does not match. */
const KEYS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/, /\bxox[abeprs]-[A-Za-z0-9-]{10,}/, /\bgh[opsur]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bAKIA[0-9A-Z]{16}\b/, /\bAIza[0-9A-Za-z_-]{30,}/, /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

export function reportKeys(file: FileContext): void {
  for (const node of file.survey.templates) {
    const isKey = node.parts.some((part) => part.kind === "templateText" && KEYS.some((key) => key.test(part.value)))
    if (isKey) report(file, node, "AF8002", {})
  }
}
