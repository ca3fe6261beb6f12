// The door to node:sqlite: opens a connection, keeps one warning quiet, and gives its faults a name and a remedy.

import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { StoreError } from "./store.ts"
import type { StoreErrorCode } from "./store.ts"

export type Database = DatabaseSync

export interface OpenOptions {
  readonly file: string
  readonly readOnly?: boolean
  /** How long to wait for another process to let go of the file. */
  readonly busyTimeoutMs: number
}

export function openDatabase({ file, readOnly = false, busyTimeoutMs }: OpenOptions): Database {
  const { DatabaseSync } = loadSqlite()
  if (file !== ":memory:" && !readOnly) mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { readOnly })
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
  return database
}

/** Node 22 announces its SQLite as experimental on every start; no user of ours can act on that. */
function loadSqlite(): typeof import("node:sqlite") {
  const emitWarning = process.emitWarning
  const quiet: (warning: string | Error, ...rest: readonly unknown[]) => void = (warning, ...rest) => {
    if (String(warning).includes("SQLite is an experimental feature")) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  process.emitWarning = quiet as typeof process.emitWarning
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Runs `work` and turns SQLite's error numbers into a StoreError. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storeError(file, error)
  }
}

const primaryCode = 0xff

function storeError(file: string, error: unknown): unknown {
  if (error instanceof StoreError) return error
  const number = errorNumber(error)
  const known = number === undefined ? undefined : faults[number & primaryCode]
  if (known) return new StoreError(known.code, known.message(file), error)
  if (number !== undefined || isFileError(error)) {
    return new StoreError("unreadable", `cannot use the database file ${file}: ${(error as Error).message}`, error)
  }
  return error
}

function errorNumber(error: unknown): number | undefined {
  const number = error instanceof Error && "errcode" in error ? error.errcode : undefined
  return typeof number === "number" ? number : undefined
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code)
}

interface Fault {
  readonly code: StoreErrorCode
  readonly message: (file: string) => string
}

const faults: Readonly<Record<number, Fault>> = {
  5: {
    code: "locked",
    message: (file) => `${file} is in use by another sidecar; stop that one or choose another file`,
  },
  8: { code: "readOnly", message: (file) => `${file} cannot be written; make the file and its folder writable` },
  10: { code: "unreadable", message: (file) => `reading or writing ${file} failed; check the disk it lies on` },
  11: { code: "corrupt", message: (file) => `${file} is damaged; restore it from a backup or choose another file` },
  13: {
    code: "full",
    message: (file) => `no space left to write ${file}; free some and start again, nothing committed is lost`,
  },
  14: {
    code: "unreadable",
    message: (file) => `cannot open ${file}; check that it is a file and that its folder is writable`,
  },
  26: {
    code: "notADatabase",
    message: (file) => `${file} is not a database; choose another file or move this one away`,
  },
}
