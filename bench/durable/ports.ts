// Free ports, and waiting for what listens on them.

import { once } from "node:events"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { Unavailable } from "./contender.ts"

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const tries = 300

export async function waitFor(url: string): Promise<void> {
  for (let count = 0; count < tries; count++) {
    try {
      if ((await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok) return
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Unavailable(`nothing answers at ${url}`)
}
