// What the disk asks for one commit: the least that a durable step can cost here.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

const commits = 2_000
const warmUps = 100

/** Milliseconds, the median. One row a transaction, where the contenders keep their state too. */
export function commitMs(): number {
  const folder = mkdtempSync(join(tmpdir(), "agentflow-commit-"))
  const database = new DatabaseSync(join(folder, "commits.db"))
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = full; create table commits (number integer primary key, text text)")
    const insert = database.prepare("insert into commits (text) values (?)")
    const found: number[] = []
    for (let index = 0; index < warmUps + commits; index++) {
      const startedMs = performance.now()
      insert.run("a step's answer")
      if (index >= warmUps) found.push(performance.now() - startedMs)
    }
    return found.sort((a, b) => a - b)[commits / 2]!
  } finally {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
