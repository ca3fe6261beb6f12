// What the editor features need from outside: files and settings, behind one port.

import type { CheckOptions } from "../compiler/2-check/check.ts"

/** The rules whose level a config sets. */
export type Rules = CheckOptions["rules"]

export type ToolModule = NonNullable<ReturnType<NonNullable<CheckOptions["toolModules"]>["get"]>>

/** Paths are absolute with forward slashes. Answers may change only together with `Workspace.changedOnDisk`. */
export interface Host {
  /** The text of a file on disk; undefined when there is none. */
  readonly readText: (path: string) => string | undefined
  /** Every `.agentflow` file below the folders of the workspace. */
  readonly programFiles: () => readonly string[]
  /** Levels of the configurable rules that hold for a program. */
  readonly rulesOf: (path: string) => Rules
  /** Model providers that a program's config adds; undefined when no config can be known, so that a provider may be one of it. */
  readonly providersOf?: (path: string) => readonly string[] | undefined
  /** What a TypeScript module exports; undefined when that is not known. */
  readonly toolModule: (path: string) => ToolModule | undefined
}

/** A host without a disk: what is open is all there is. */
export const emptyHost: Host = { readText: () => undefined, programFiles: () => [], rulesOf: () => ({}), toolModule: () => undefined }
