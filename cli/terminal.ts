// What this terminal can show: colour, Unicode, width; every command prints through it.

import picocolors from "picocolors"
import type { Paint } from "../base/diagnostics/render.ts"
import { columnsAsTold, hasUnicode, paintWith, type Style } from "./style.ts"

/** What one of the two streams can show: either may be a file while the other is a terminal. */
export interface Look {
  readonly colour: boolean
  readonly unicode: boolean
  /** Characters of a line. Text is cut or wrapped to it on a terminal only: what goes to a file or a pipe is whole. */
  readonly columns: number
  /** True when it is a terminal whose lines can be written over. */
  readonly live: boolean
  readonly paint: Paint
  readonly style: Style
  /** Before what went well. */
  readonly done: string
  /** Before what went wrong. */
  readonly failed: string
}

export interface Terminal extends Look {
  /** Of standard error. */
  readonly errors: Look
  out(text: string): void
  error(text: string): void
  /** One line on standard error that says how far long work is, where somebody watches; the next one, and all else that is written, takes its place. */
  progress(text: string | undefined): void
}

type Stream = Pick<NodeJS.WriteStream, "isTTY" | "columns">

export function openTerminal(env: NodeJS.ProcessEnv = process.env, { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream } = process): Terminal {
  const errors = lookOf(stderr, env)
  let timer: NodeJS.Timeout | undefined
  let isDrawn = false
  const draw = (text: string): void => {
    process.stderr.write(`\r\u001b[2K${errors.style.dim(clipped(`${text} ${errors.unicode ? "…" : "..."}`, errors.columns - 1, errors))}`)
    isDrawn = true
  }
  const progress = (text: string | undefined): void => {
    clearTimeout(timer)
    if (isDrawn) process.stderr.write("\r\u001b[2K")
    isDrawn = false
    if (text === undefined || !errors.live) return
    // Counted from the start of the process: short work shows none.
    const leftMs = shortMs - performance.now()
    if (leftMs <= 0) draw(text)
    else timer = setTimeout(() => draw(text), leftMs).unref()
  }
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    progress(undefined)
    stream.write(`${text}\n`)
  }
  return { ...lookOf(stdout, env), errors, out: (text) => write(process.stdout, text), error: (text) => write(process.stderr, text), progress }
}

const shortMs = 400

/** A text of this program itself, where nothing but ASCII can be shown. */
export function plainly(text: string, { unicode }: Pick<Look, "unicode">): string {
  return unicode ? text : text.replaceAll("…", "...").replaceAll("×", "x").replaceAll("→", "->").replaceAll(/[–—−]/g, "-").replaceAll("≤", "<=").replaceAll(/[“”]/g, '"')
}

/** Cut to at most this many characters, and marked where it was cut. */
export function clipped(text: string, columns: number, { unicode }: Pick<Look, "unicode">): string {
  const ellipsis = unicode ? "…" : "..."
  return text.length > columns ? `${text.slice(0, Math.max(0, columns - ellipsis.length))}${ellipsis}` : text
}

function lookOf(stream: Stream, env: NodeJS.ProcessEnv): Look {
  const colour = env["NO_COLOR"] ? false : env["FORCE_COLOR"] ? env["FORCE_COLOR"] !== "0" : canRepaint(stream, env)
  const unicode = hasUnicode(stream, env)
  const style = picocolors.createColors(colour)
  return {
    colour, unicode, style, paint: paintWith(style), live: canRepaint(stream, env), columns: stream.isTTY === true ? stream.columns || 80 : columnsAsTold(env),
    done: style.green(unicode ? "✓" : "ok"), failed: style.bold(style.red(unicode ? "✗" : "failed")),
  }
}

function canRepaint(stream: Stream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined
}
