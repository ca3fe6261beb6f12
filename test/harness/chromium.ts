// A Chromium for tests, headless, and a server on loopback for the files that it loads.

import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { accessSync, constants } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { delimiter, join } from "node:path"
import { chromium, type Browser } from "playwright-core"

const names = ["chromium", "chromium-browser", "google-chrome"]

function executable(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not there: the next one.
      }
    }
  }
  return undefined
}

/** Why Chromium can't be had, or undefined when it is there. */
export function chromiumMissing(): string | undefined {
  const path = executable()
  const runs = path !== undefined && spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0
  return runs ? undefined : "there is no `chromium` on PATH; `node tasks/chromium.ts` installs it where it can"
}

/** With a profile of its own, which is removed when it is closed. */
export async function startChromium(): Promise<Browser> {
  const executablePath = executable()
  if (executablePath === undefined) throw new Error(`Chromium can't be had: ${chromiumMissing()}`)
  return chromium.launch({
    executablePath, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  })
}

export interface ServedFile {
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export interface FileServer {
  /** "http://127.0.0.1:PORT" */
  readonly origin: string
  stop(): Promise<void>
}

/** `files` are named by the paths of their URLs, such as "/index.html"; a query is not looked at. */
export async function serveFiles(files: ReadonlyMap<string, ServedFile>): Promise<FileServer> {
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? "/", "http://127.0.0.1").pathname)
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { "content-type": file.type, ...file.headers }).end(file.body)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}
