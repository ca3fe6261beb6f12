// Writes a file that others may be reading or writing: they find it as it was or as it is to be, never half of it.

import { chmodSync, existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

/** Throws what `node:fs` throws; the file is then as it was. It keeps its mode, and a link goes on pointing where it did. */
export function writeWhole(path: string, text: string): void {
  const target = existsSync(path) ? realpathSync(path) : path
  const unfinished = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  try {
    const mode = statSync(target, { throwIfNoEntry: false })?.mode
    writeFileSync(unfinished, text, { flag: "wx", mode })
    if (mode !== undefined) chmodSync(unfinished, mode)
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
