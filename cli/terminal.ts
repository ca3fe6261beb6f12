// What this terminal can show: colour, Unicode, width; every command prints through it.

import picocolors from "picocolors"
import type { Paint } from "../base/diagnostics/render.ts"

export interface Terminal {
  readonly colour: boolean
  readonly unicode: boolean
  /** True when stdout is a terminal that can be repainted. */
  readonly live: boolean
  readonly columns: number
  readonly paint: Paint
  readonly style: ReturnType<typeof picocolors.createColors>
  out(text: string): void
  error(text: string): void
}

export function openTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const live = process.stdout.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined
  const colour = env["NO_COLOR"] ? false : env["FORCE_COLOR"] ? env["FORCE_COLOR"] !== "0" : live
  const style = picocolors.createColors(colour)
  return {
    colour,
    unicode: env["AGENTFLOW_ASCII"] ? false : /UTF-?8/i.test(env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "UTF-8"),
    live,
    columns: process.stdout.columns || Number(env["COLUMNS"]) || 100,
    style,
    paint: (role, text) => {
      switch (role) {
        case "error": return style.bold(style.red(text))
        case "warning": return style.bold(style.yellow(text))
        case "info": return style.bold(style.blue(text))
        case "code": return style.bold(text)
        case "path": return style.cyan(text)
        case "gutter": return style.dim(text)
        case "hint": return style.green(text)
      }
    },
    out: (text) => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
  }
}
