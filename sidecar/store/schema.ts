// Recognises our database files and brings older ones to the present schema.

import type { Database } from "./driver.ts"
import { migration0001 } from "./migrations/0001.ts"
import { migration0002 } from "./migrations/0002.ts"
import { migration0003 } from "./migrations/0003.ts"
import { StoreError } from "./store.ts"

const migrations: readonly string[] = [migration0001, migration0002, migration0003]

/** "AgFl": marks a file as ours. */
const applicationId = 0x4167466c

/** Throws a StoreError when the file belongs to another program or to a later release. Returns its version. */
export function checkOwner(database: Database, file: string): number {
  const owner = pragma(database, "application_id")
  const version = pragma(database, "user_version")
  const objects = Number(database.prepare("select count(*) as n from sqlite_schema").get()?.["n"])
  const isNew = objects === 0 && version === 0 && (owner === 0 || owner === applicationId)
  if (!isNew && owner !== applicationId) {
    throw new StoreError("foreignDatabase", `${file} belongs to another program; choose another file`)
  }
  if (version > migrations.length) {
    const found = `${file} was written by a newer release (schema ${version}, this one knows ${migrations.length})`
    throw new StoreError("newerVersion", `${found}; update agentflow or choose another file`)
  }
  return version
}

/** One transaction per migration: a crash in between leaves a version that the next start continues from. */
export function migrate(database: Database, version: number): void {
  for (const [index, statements] of migrations.entries()) {
    if (index < version) continue
    database.exec("begin immediate")
    database.exec(statements)
    database.exec(`pragma application_id = ${applicationId}`)
    database.exec(`pragma user_version = ${index + 1}`)
    database.exec("commit")
  }
}

const incremental = 2

/** A file gives space back only if it is told to before its first table, or made anew. */
export function letShrink(database: Database, version: number): void {
  if (pragma(database, "auto_vacuum") === incremental) return
  database.exec(`pragma auto_vacuum = ${incremental}`)
  if (version > 0) database.exec("vacuum")
}

function pragma(database: Database, name: "application_id" | "user_version" | "auto_vacuum"): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name])
}
