// Loaded before a process that a command starts: ends it when that command is gone, also when it was killed and could end nothing itself.

import { Socket } from "node:net"

/** Where the command keeps its end of a pipe that nothing is written to: the system closes it with the command. */
const parentFd = 3
const graceMs = 5_000

const parent = new Socket({ fd: parentFd, readable: true, writable: false })
parent.on("error", () => {})
parent.once("close", () => {
  // As if the command had asked for it; not a signal, which would end at once what is ending in order already.
  process.emit("SIGTERM")
  setTimeout(() => process.exit(143), graceMs).unref()
})
parent.resume()
// It alone keeps nothing running.
parent.unref()
