// Makes every generated file of the project from its one source: `npm run generate`, `--check` only compares.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { configFiles } from "./generate/config.ts"
import { diagnosticFiles } from "./generate/diagnostics.ts"
import { grammarFiles } from "./generate/grammar.ts"
import { highlightFiles } from "./generate/highlight.ts"
import { pictureFiles } from "./generate/pictures.ts"
import { railroadFiles } from "./generate/railroad.ts"

const root = join(import.meta.dirname, "..")

const files = new Map([...configFiles(), ...diagnosticFiles(), ...grammarFiles(), ...highlightFiles(), ...railroadFiles(), ...pictureFiles()])
const stale = [...files].filter(([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text)
/** Pages of codes that are gone. */
const left = existsSync(join(root, "docs/errors")) ? readdirSync(join(root, "docs/errors")).map((name) => `docs/errors/${name}`).filter((path) => !files.has(path)) : []
if (process.argv.includes("--check")) {
  for (const path of left) console.error(`${path} has no source any more: run npm run generate`)
  for (const [path] of stale) console.error(`${path} is not what its source gives: run npm run generate`)
  process.exitCode = stale.length + left.length === 0 ? 0 : 1
} else {
  for (const path of left) rmSync(join(root, path))
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    console.log(`wrote ${path}`)
  }
}
