// A message as plain text, whichever form the protocol gives it.

import type { MarkupContent } from "vscode-languageserver"

export function textOf(message: string | MarkupContent): string {
  return typeof message === "string" ? message : message.value
}
