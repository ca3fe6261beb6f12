// Makes Chromium available for the tests in a browser, or says why it can't be had: `node tasks/chromium.ts`.

import { spawnSync } from "node:child_process"

const cannotBeHad = 3
const names = ["chromium", "chromium-browser", "google-chrome"]

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, stdio: "ignore" }).status === 0
}

function isThere(): boolean {
  return names.some((name) => runs(name, ["--version"]))
}

/** Undefined when Chromium is there, otherwise why it is not. */
function reasonMissing(): string | undefined {
  if (isThere()) return undefined
  if (process.platform !== "linux") return "there is no `chromium` on PATH; install Chromium or Chrome"
  if (process.getuid?.() !== 0) return "there is no `chromium` on PATH, and only root may install it here"
  if (!runs("apt-get", ["--version"])) return "there is no `chromium` on PATH, nor an `apt-get` to install it with"
  runs("apt-get", ["update"])
  // Another process may be installing too: its lock is waited for.
  if (!runs("apt-get", ["-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"])) return "`apt-get install chromium` failed"
  return isThere() ? undefined : "it was installed but can't be run"
}

const reason = reasonMissing()
if (reason === undefined) {
  process.stderr.write("chromium: ready\n")
} else {
  process.stderr.write(`chromium: can't be had: ${reason}. The tests in a browser are left out.\n`)
  process.exitCode = cannotBeHad
}
