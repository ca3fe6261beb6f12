// What emission gives: the files of a project, and for workflows a map back to the source.

export interface Emitted {
  /** In order of path; paths are relative to the folder of the generated project. */
  readonly files: readonly EmittedFile[]
}

export interface EmittedFile {
  readonly path: string
  readonly text: string
  readonly map?: SourceMap
}

/** A source map of version 3. */
export interface SourceMap {
  readonly version: 3
  readonly file: string
  readonly sources: readonly string[]
  readonly sourcesContent?: readonly string[]
  readonly names: readonly string[]
  readonly mappings: string
}

export interface EmitOptions {
  /** Absolute path of the folder that all paths are relative to; without it they lie below one folder. */
  readonly base?: string | undefined
  /** Folder of the generated project, from the project root; default: `generated` beside the entry file. */
  readonly outDir?: string | undefined
  /** Texts by path, so that positions of the source map can be counted in lines. */
  readonly texts: ReadonlyMap<string, string>
  /** The worker also serves the older versions that `kept.ts` beside it lists. */
  readonly hasKept?: boolean | undefined
}
