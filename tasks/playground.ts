// npm run playground: serves the built playground on the loopback interface until it is stopped.

import { createServer, type Server } from "node:http"
import { createReadStream, existsSync, statSync } from "node:fs"
import { extname, join, normalize, sep } from "node:path"

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml", ".woff2": "font/woff2", ".ttf": "font/ttf", ".webmanifest": "application/manifest+json",
}

/** Files below `folder` only; names with a content hash may be kept for ever. */
export function serveFolder(folder: string): Server {
  return createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname))
    const file = join(folder, path.endsWith("/") || path.endsWith(sep) ? join(path, "index.html") : path)
    if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found")
      return
    }
    const kept = /-[\w-]{8}\.(js|css)$/.test(file)
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "x-content-type-options": "nosniff", "cache-control": kept ? "public, max-age=31536000, immutable" : "no-cache" })
    createReadStream(file).pipe(response)
  })
}

if (import.meta.main) {
  const port = Number(process.argv.find((each) => each.startsWith("--port="))?.slice("--port=".length) ?? 4280)
  const server = serveFolder(join(import.meta.dirname, "../dist/playground"))
  server.on("error", (problem: NodeJS.ErrnoException) => {
    console.error(problem.code === "EADDRINUSE" ? `Port ${port} is taken; choose one with --port=N.` : problem.message)
    process.exit(2)
  })
  server.listen(port, "127.0.0.1", () => console.log(`The playground is at http://127.0.0.1:${port}/ (Ctrl-C ends it)`))
}
