// Output that goes to no terminal, written at once: to load Node's streams takes as long as to check a small program.

import { fstatSync, statSync, writeSync } from "node:fs"
import { columnsAsTold, paintWith, plainStyle } from "./style.ts"
import type { Look, Terminal } from "./terminal.ts"

export interface Pipe {
  readonly terminal: Terminal
  /** False while Node still has something to write. */
  readonly isWritten: () => boolean
}

type Target = 1 | 2

const devNull = "/dev/null"

/** Undefined where either stream is a terminal, or is to have colours all the same. */
export function openPipe(env: NodeJS.ProcessEnv): Pipe | undefined {
  if (env["FORCE_COLOR"] || isTerminal(1) || isTerminal(2)) return undefined
  const streams = new Map<Target, NodeJS.WriteStream>()
  const write = (to: Target, text: string): void => {
    const rest = streams.has(to) ? text : unwritten(to, Buffer.from(text))
    if (rest.length === 0) return
    const stream = streams.get(to) ?? (to === 1 ? process.stdout : process.stderr)
    if (!streams.has(to)) stream.on("error", endOf)
    streams.set(to, stream)
    stream.write(rest)
  }
  const look: Look = { colour: false, unicode: false, live: false, columns: columnsAsTold(env), style: plainStyle, paint: paintWith(plainStyle), done: "ok", failed: "failed" }
  return {
    terminal: {
      ...look, errors: look, progress: () => {},
      out: (text) => write(1, `${text}\n`),
      error: (text) => write(2, `${text}\n`),
    },
    isWritten: () => [...streams.values()].every(({ writableLength }) => writableLength === 0),
  }
}

/** Every device but the null device may be one; what Node asks a stream for would load the streams. */
function isTerminal(target: Target): boolean {
  const found = fstatSync(target)
  return found.isCharacterDevice() && (found.rdev === 0 || found.rdev !== statSync(devNull, { throwIfNoEntry: false })?.rdev)
}

/** What a full pipe does not take now. */
function unwritten(to: Target, bytes: Buffer): Buffer {
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(to, bytes, at)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EAGAIN") endOf(thrown as NodeJS.ErrnoException)
  }
  return bytes.subarray(at)
}

/** A reader that has seen enough, such as `head`, closes the pipe. */
export function endOf(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit(141)
  endUnwritten(error)
}

/** Output that can't be written is said on standard error, where that still works. */
export function endUnwritten({ code, message }: NodeJS.ErrnoException): never {
  try {
    writeSync(2, `error: The output could not be written: ${code === "ENOSPC" ? "the disk is full" : message}.\n`)
  } catch {
    // There is nobody to tell.
  }
  process.exit(2)
}
