// Listens for the gRPC server, which itself takes any number of connections.

import { createServer } from "node:net"
import type { Server as Listener } from "node:net"
import { ServerCredentials } from "@grpc/grpc-js"
import type { Server } from "@grpc/grpc-js"

/** A connection too many is closed at once. Close the listener before the server. */
export function listenerOf(server: Server, connectionsMax: number): Listener {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const listener = createServer({ noDelay: true }, (socket) => injector.injectConnection(socket))
  listener.maxConnections = connectionsMax
  return listener
}
