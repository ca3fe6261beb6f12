// A connection that can be broken: passes bytes on to a port of this machine until it is told to cut what is open.

import { once } from "node:events"
import { connect, createServer } from "node:net"
import type { AddressInfo, Socket } from "node:net"

export interface Proxy {
  readonly port: number
  /** Breaks every open connection; new ones are taken. */
  cut(): void
  close(): Promise<void>
}

export async function startProxy(targetPort: number): Promise<Proxy> {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1")
    for (const [one, other] of [[near, far], [far, near]] as const) {
      open.add(one)
      one.pipe(other)
      one.on("error", () => other.destroy())
      one.on("close", () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port, cut,
    async close() {
      cut()
      server.close()
      await once(server, "close")
    },
  }
}
