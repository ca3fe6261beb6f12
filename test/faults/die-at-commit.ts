// Preloaded into a sidecar process: on demand it ends with SIGKILL, the moment that its n-th commit is on disk.

import { DatabaseSync } from "node:sqlite"
import "./keep-compiled.ts"

let left = Number.POSITIVE_INFINITY
const { exec } = DatabaseSync.prototype

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  exec.call(this, sql)
  if (sql === "commit" && --left <= 0) process.kill(process.pid, "SIGKILL")
}

process.on("message", (commits: number) => { left = commits })
process.channel?.unref()
