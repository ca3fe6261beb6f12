// The built playground as files that a server may give out, each page with the content policy that it asks for itself.

import { existsSync, readFileSync, statSync } from "node:fs"
import { extname, join, normalize, sep } from "node:path"

export interface StaticFile {
  readonly body: Buffer
  readonly type: string
  /** Its name changes with its content. */
  readonly isKept: boolean
  /** Of a page. A worker takes the policy of its own file, and needs another than the page: it gets none but that of frames. */
  readonly contentPolicy: string
}

export interface StaticFiles {
  readonly isBuilt: boolean
  /** Of the path in a URL; undefined when there is no such file. */
  read(path: string): StaticFile | undefined
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json; charset=utf-8", ".svg": "image/svg+xml",
  ".woff2": "font/woff2", ".ttf": "font/ttf", ".webmanifest": "application/manifest+json", ".map": "application/json; charset=utf-8", ".wasm": "application/wasm", ".txt": "text/plain; charset=utf-8",
}

/** Beside this file as source, and in the built package. */
export function playgroundFiles(folders: readonly string[] = [join(import.meta.dirname, "../../dist/playground"), join(import.meta.dirname, "../playground")]): StaticFiles {
  const folder = folders.find((each) => existsSync(join(each, "index.html")))
  if (folder === undefined) return { isBuilt: false, read: (path) => (path === "/" || path === "/studio.html" ? missing : undefined) }
  return { isBuilt: true, read: (path) => readBelow(folder, path) }
}

/** A page in a frame of another one could be clicked on unseen; only the header can forbid it. Our own page frames the one that runs programs. */
function policyOf(file: string, body: Buffer): string {
  const asked = file.endsWith(".html") ? /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(body.toString("utf8"))?.[1] : undefined
  return [...(asked === undefined ? [] : [asked.replace(/;?\s*$/, "")]), "frame-ancestors 'self'"].join("; ")
}

function readBelow(folder: string, path: string): StaticFile | undefined {
  const file = join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path))
  if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) return undefined
  const body = readFileSync(file)
  return { body, type: types[extname(file)] ?? "application/octet-stream", isKept: /-[\w-]{8}\.(js|css)$/.test(file), contentPolicy: policyOf(file, body) }
}

const missing: StaticFile = {
  type: "text/html; charset=utf-8", isKept: false, contentPolicy: "default-src 'none'; frame-ancestors 'none'",
  body: Buffer.from("<!doctype html><html lang=en><meta charset=utf-8><title>AgentFlow</title><body><h1>The pages are not built</h1><p>Build them with <code>npm run build</code>, then load this page again.</p>"),
}
