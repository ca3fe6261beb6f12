// Style sheets for the page: gathered from packages, without comments and white space that means nothing.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Plugin } from "rolldown"

export interface GatheredCss {
  /** In the order of import; a file of a package is named `url(./NAME)`. */
  readonly texts: string[]
  /** Paths of those files by name. */
  readonly files: Map<string, string>
}

/** Style sheets that packages import. */
export function gatherCss({ texts, files }: GatheredCss): Plugin {
  return {
    name: "gather-css",
    load(id) {
      if (!id.endsWith(".css")) return null
      texts.push(readFileSync(id, "utf8").replace(/url\((["']?)(\.[^"')]+)\1\)/g, (_all, _quote, path: string) => {
        const file = path.replace(/[?#].*$/, "")
        const name = file.split("/").at(-1)!
        files.set(name, join(id, "..", file))
        return `url(./${name})`
      }))
      return { code: "export {}", moduleType: "js" }
    },
  }
}

/** Texts and addresses stay as they are; so does a space between two words, or before `:`, `+` and the like, where it can mean something. */
export function smallCss(css: string): string {
  const pieces = /\/\*[\s\S]*?\*\/|("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|url\([^)]*\))|\s*([{};,])\s*|(\s+)/g
  return css.replace(pieces, (_all, kept: string | undefined, mark: string | undefined, space: string | undefined) => kept ?? mark ?? (space === undefined ? "" : " ")).replace(/;}/g, "}").trim()
}
