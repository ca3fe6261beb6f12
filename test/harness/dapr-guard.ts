// Kills one server process when the test process that started it dies: then this guard's input closes.
const serverPid = Number(process.argv[2])

// An interrupt at the terminal reaches this process too, and must not end it before its work is done.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})

process.stdin.resume()
process.stdin.once("close", () => {
  try {
    process.kill(serverPid, "SIGKILL")
  } catch {
    // It has ended by itself.
  }
  process.exit()
})
