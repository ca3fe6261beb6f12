// Writes a file that others may be reading or writing: they find it as it was or as it is to be, never half of it.

import { renameSync, rmSync, writeFileSync } from "node:fs"

/** Throws what `node:fs` throws; the file is then as it was. */
export function writeWhole(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}`
  try {
    writeFileSync(unfinished, text)
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
