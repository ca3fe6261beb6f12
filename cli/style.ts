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

export function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  return env["AGENTFLOW_ASCII"] ? false : /UTF-?8/i.test(env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "UTF-8")
}
