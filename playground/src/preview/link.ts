// Places that belong together: of the source, of the generated code, of the graph.

import { signal } from "@preact/signals"
import type { Place, TextRange } from "../state/project.ts"

/** The place in the source that the editor marks. */
export const linkedSource = signal<Place | undefined>(undefined)

/** The line of the source that the pointer is on, until the cursor moves. */
export const pointed = signal<{ readonly path: string; readonly line: number } | undefined>(undefined)

/** The place in the generated code that belongs to the cursor, or to the pointer. */
export const linkedCode = signal<{ readonly uri: string; readonly range: TextRange } | undefined>(undefined)
