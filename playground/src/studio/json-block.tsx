// A value as coloured JSON, always as text.

import { useMemo } from "preact/hooks"
import type { Json } from "../../../cli/studio/api.ts"
import { highlight } from "../preview/highlight.ts"
import { json } from "./format.ts"

const linesMax = 2000

export function JsonBlock({ value, label }: { readonly value: Json | undefined; readonly label: string }) {
  const text = json(value)
  const lines = useMemo(() => highlight(text, "value.json"), [text])
  if (value === undefined) return <p class="quiet">nothing</p>
  return (
    <pre class="json" tabIndex={0} aria-label={label}>
      {lines.slice(0, linesMax).map((pieces, index) => <span key={index}>{pieces.map(({ kind, text: part }, at) => <span key={at} class={`tok-${kind}`}>{part}</span>)}{"\n"}</span>)}
      {lines.length > linesMax ? `… ${lines.length - linesMax} lines more` : ""}
    </pre>
  )
}
