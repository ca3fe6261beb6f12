// Did-you-mean as text for a message and as a fix.

import type { Fix } from "../../base/diagnostics/diagnostic.ts"
import type { Location } from "../../base/text/span.ts"

/** The end of a message: "; did you mean x?" or a full stop. */
export function didYouMean(near: string | undefined): string {
  return near === undefined ? "." : `; did you mean ${near}?`
}

export function replaceFix(at: Location, near: string | undefined): readonly Fix[] {
  if (near === undefined) return []
  return [{ title: `Write ${near}`, path: at.path, edits: [{ span: at.span, text: near }], applicability: "maybe" }]
}
