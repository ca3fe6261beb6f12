// The folder in which runs, caches and the addresses of what runs are kept.

import { existsSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

export const stateFolderName = ".agentflow"

/** The state folder of the working directory, or the nearest one above it that exists. */
export function stateFolderOf(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, stateFolderName)
    if (existsSync(candidate)) return candidate
    if (dirname(folder) === folder || existsSync(join(folder, ".git"))) return join(resolve(from), stateFolderName)
  }
}
