// A run that somebody asked for elsewhere on the page.

import { signal } from "@preact/signals"

export interface RunRequest {
  readonly command: "run" | "simulate" | "test"
  readonly path: string
  /** Name of the workflow or test; empty for all. */
  readonly name: string
}

export const requested = signal<RunRequest | undefined>(undefined)
