// Places that belong together: of the source, of the generated code, of the graph.

import { signal } from "@preact/signals"
import type { Place, TextRange } from "../state/project.ts"

/** The place in the source that the editor marks. */
export const linkedSource = signal<Place | undefined>(undefined)

/** The place in the generated code that belongs to the cursor. */
export const linkedCode = signal<{ readonly uri: string; readonly range: TextRange } | undefined>(undefined)
