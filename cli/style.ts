// How text may look, and text without looks.

import type { Paint } from "../base/diagnostics/render.ts"

type Styled = (text: string | number) => string

export type Style = Readonly<Record<"bold" | "dim" | "red" | "yellow" | "green" | "cyan" | "blue" | "magenta", Styled>>

export const plainStyle: Style = { bold: String, dim: String, red: String, yellow: String, green: String, cyan: String, blue: String, magenta: String }

export function paintWith(style: Style): Paint {
  return (role, text) => {
    switch (role) {
      case "error": return style.bold(style.red(text))
      case "warning": return style.bold(style.yellow(text))
      case "info": return style.bold(style.blue(text))
      case "code": return style.bold(text)
      case "path": return style.cyan(text)
      case "gutter": return style.dim(text)
      case "hint": return style.green(text)
    }
  }
}

/** On a terminal alone, and by what the locale says, as C libraries do; the console of Linux has no glyphs for it, and Windows tells by its terminal. */
export function hasUnicode({ isTTY }: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env["AGENTFLOW_ASCII"] || isTTY !== true || env["TERM"] === "dumb" || env["TERM"] === "linux") return false
  if (process.platform === "win32") return Boolean(env["WT_SESSION"] || env["TERM_PROGRAM"])
  return /UTF-?8/i.test(env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "")
}

/** Of what is no terminal; longer than any line, so that nothing is cut, unless somebody says otherwise. */
export function columnsAsTold(env: NodeJS.ProcessEnv): number {
  return Number(env["COLUMNS"]) || 1_000_000
}
