// The built playground as files that a server may give out, with the content policy that its page asks for.

import { existsSync, readFileSync, statSync } from "node:fs"
import { extname, join, normalize, sep } from "node:path"

export interface StaticFile {
  readonly body: Buffer
  readonly type: string
  /** Its name changes with its content. */
  readonly isKept: boolean
}

export interface StaticFiles {
  readonly isBuilt: boolean
  /** Of the path in a URL; undefined when there is no such file. */
  read(path: string): StaticFile | undefined
  /** For the header of every page. */
  readonly contentPolicy: string
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json; charset=utf-8", ".svg": "image/svg+xml",
  ".woff2": "font/woff2", ".ttf": "font/ttf", ".webmanifest": "application/manifest+json", ".map": "application/json; charset=utf-8", ".wasm": "application/wasm", ".txt": "text/plain; charset=utf-8",
}

const strict = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'"

/** Beside this file as source, and in the built package. */
export function playgroundFiles(folders: readonly string[] = [join(import.meta.dirname, "../../dist/playground"), join(import.meta.dirname, "../playground")]): StaticFiles {
  const folder = folders.find((each) => existsSync(join(each, "index.html")))
  if (folder === undefined) return { isBuilt: false, contentPolicy: policyOf(strict), read: (path) => (path === "/" || path === "/studio.html" ? missing : undefined) }
  const index = readFileSync(join(folder, "index.html"), "utf8")
  const asked = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(index)?.[1]
  return { isBuilt: true, contentPolicy: policyOf(asked ?? strict), read: (path) => readBelow(folder, path) }
}

/** A page in a frame of another one could be clicked on unseen; only the header can forbid it. */
function policyOf(page: string): string {
  return `${page.replace(/;?\s*$/, "")}; frame-ancestors 'none'`
}

function readBelow(folder: string, path: string): StaticFile | undefined {
  const file = join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path))
  if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) return undefined
  return { body: readFileSync(file), type: types[extname(file)] ?? "application/octet-stream", isKept: /-[\w-]{8}\.(js|css)$/.test(file) }
}

const missing: StaticFile = {
  type: "text/html; charset=utf-8", isKept: false,
  body: Buffer.from("<!doctype html><html lang=en><meta charset=utf-8><title>AgentFlow</title><body><h1>The pages are not built</h1><p>Build them with <code>npm run build</code>, then load this page again.</p>"),
}
