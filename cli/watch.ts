// Watches the files that a program is made of, and calls when one of them has changed; changes in a row count as one.

import { watch, type FSWatcher } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import { watchedFiles } from "./watched-files.ts"
import { Failure, messageOf } from "./failure.ts"

export interface WatchOptions {
  readonly file: string
  readonly explicitConfig: string | undefined
  /** Called at once without a path, then with the path of what changed; never while an earlier call runs. */
  readonly onChange: (changed: string | undefined) => Promise<void>
  /** What a call threw for the user. */
  readonly onProblem: (problem: Failure) => void
}

export interface Watching {
  stop(): void
  /** Resolves once it has been stopped and the last call has ended. */
  readonly stopped: Promise<void>
}

/** Editors write in several steps. */
const quietMs = 60

export function watchProgram({ file, explicitConfig, onChange, onProblem }: WatchOptions): Watching {
  const watchers = new Map<string, FSWatcher>()
  let names: ReadonlySet<string> = new Set()
  let changed: string | undefined
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isStopped = false
  let end: () => void = () => {}
  const stopped = new Promise<void>((resolve) => { end = resolve })

  const look = (): void => {
    const files = watchedFiles(file, explicitConfig)
    names = new Set(files)
    const folders = new Set(files.map((each) => dirname(each)))
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const folder of folders) {
      if (watchers.has(folder)) continue
      const watcher = watchFolder(folder, (name) => {
        const path = resolve(folder, name ?? "")
        if (name === null || names.has(path)) note(path)
      })
      if (watcher === undefined) continue
      watcher.on("error", () => watchers.delete(folder))
      watchers.set(folder, watcher)
    }
  }
  const note = (path: string): void => {
    changed = path
    clearTimeout(timer)
    timer = setTimeout(() => void turn(), quietMs)
  }
  const turn = async (): Promise<void> => {
    if (running !== undefined || isStopped) return
    const path = changed
    changed = undefined
    running = call(path)
    await running
    running = undefined
    if (isStopped) return end()
    if (changed !== undefined) await turn()
  }
  const call = async (path: string | undefined): Promise<void> => {
    try {
      await onChange(path === undefined ? undefined : relative(process.cwd(), path))
    } catch (thrown) {
      onProblem(thrown instanceof Failure ? thrown : new Failure(2, messageOf(thrown)))
    }
    if (!isStopped) look()
  }

  look()
  void turn()
  return {
    stopped,
    stop() {
      isStopped = true
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
      if (running === undefined) end()
    },
  }
}

/** A folder is watched, not its files: editors put a new file in the place of the old one. One that is not there yet is left out. */
function watchFolder(folder: string, onChange: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(folder, (_event, name) => onChange(name))
  } catch {
    return undefined
  }
}
