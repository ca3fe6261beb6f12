// Makes `redis-server` available for the tests on real Dapr, or says why it can't be had: `node tasks/redis.ts`.

import { spawnSync } from "node:child_process"

const cannotBeHad = 3

function runs(command: string, args: readonly string[]): boolean {
  // RUNLEVEL=1 keeps the package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" }
  return spawnSync(command, args, { env, stdio: "ignore" }).status === 0
}

/** Undefined when Redis is there, otherwise why it is not. */
function reasonMissing(): string | undefined {
  if (runs("redis-server", ["--version"])) return undefined
  if (process.platform !== "linux") return "there is no `redis-server` on PATH; install Redis 6 or newer"
  if (process.getuid?.() !== 0) return "there is no `redis-server` on PATH, and only root may install it here"
  if (!runs("apt-get", ["--version"])) return "there is no `redis-server` on PATH, nor an `apt-get` to install it with"
  runs("apt-get", ["update"])
  if (!runs("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"])) return "`apt-get install redis-server` failed"
  return runs("redis-server", ["--version"]) ? undefined : "it was installed but can't be run"
}

const reason = reasonMissing()
if (reason === undefined) {
  process.stderr.write("redis: ready\n")
} else {
  process.stderr.write(`redis: can't be had: ${reason}. The tests on Redis are left out.\n`)
  process.exitCode = cannotBeHad
}
