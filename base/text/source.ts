// A source file as a value: the one input of every phase.

/** `path` uses forward slashes and is relative to the project root where there is one. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly version: number
}
