// What this terminal can show: colour, Unicode, width; every command prints through it.

import picocolors from "picocolors"
import type { Paint } from "../base/diagnostics/render.ts"
import { hasUnicode, paintWith, type Style } from "./style.ts"

export interface Terminal {
  readonly colour: boolean
  readonly unicode: boolean
  /** True when stdout is a terminal that can be repainted. */
  readonly live: boolean
  readonly columns: number
  readonly paint: Paint
  readonly style: Style
  out(text: string): void
  error(text: string): void
}

export function openTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const live = process.stdout.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined
  const colour = env["NO_COLOR"] ? false : env["FORCE_COLOR"] ? env["FORCE_COLOR"] !== "0" : live
  const style = picocolors.createColors(colour)
  return {
    colour,
    unicode: hasUnicode(env),
    live,
    columns: process.stdout.columns || Number(env["COLUMNS"]) || 100,
    style,
    paint: paintWith(style),
    out: (text) => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
  }
}
