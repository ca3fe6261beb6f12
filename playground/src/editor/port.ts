// What every editor of the page can do: the plain one, Monaco, and CodeMirror on a phone.

import type { Diagnostic } from "vscode-languageserver"
import type { Point, TextRange } from "../state/project.ts"
import type { Theme } from "../state/view.ts"

export interface EditorEvents {
  readonly changed: (path: string, text: string) => void
  readonly moved: (path: string, point: Point) => void
  /** The pointer is on another line now, or on none. */
  readonly pointed?: (path: string, line: number | undefined) => void
}

export interface EditorStart {
  readonly host: HTMLElement
  readonly events: EditorEvents
  readonly theme: Theme
}

export interface Editor {
  /** Shows a file; its text is the given one. */
  readonly show: (path: string, text: string) => void
  /** Replaces a text that somebody else changed; the cursor stays where it can. */
  readonly setText: (path: string, text: string) => void
  readonly reveal: (range: TextRange, options: { readonly focus: boolean }) => void
  readonly setDiagnostics: (path: string, found: readonly Diagnostic[]) => void
  /** Marks a place that belongs to what the pointer or cursor is at elsewhere. */
  readonly mark: (range: TextRange | undefined) => void
  readonly setTheme: (theme: Theme) => void
  readonly focus: () => void
  readonly dispose: () => void
}
