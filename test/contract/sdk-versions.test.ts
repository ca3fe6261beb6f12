// Releases of the SDK that differ from the installed one, each in a worker process of its own: what is written in the language runs on them.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import { startSidecar } from "../../sidecar/start.ts"
import type { Sidecar } from "../../sidecar/start.ts"
import { openMemoryStore } from "../../sidecar/store/memory.ts"
import sdkPackage from "@dapr/dapr/package.json" with { type: "json" }
import { copies, makeCopy } from "../harness/sdk-copies.ts"
import { temporaryFolder, until } from "./harness.ts"

const cleanups: (() => unknown)[] = []
let sidecar: Sidecar
beforeAll(async () => { sidecar = await startSidecar({ store: openMemoryStore() }) })
afterAll(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
  await sidecar.close()
})

interface Found {
  readonly sdkVersion: string
  readonly isTestedSdk: boolean
  readonly inProcess: string
  readonly hasExecutor: boolean
}

/** A worker on that copy; resolves when it is usable. */
async function startOn(name: keyof typeof copies, version: string): Promise<{ readonly found: Found; readonly stop: () => Promise<unknown> }> {
  const folder = temporaryFolder()
  cleanups.push(folder.remove)
  makeCopy(folder.path, copies[name], version)
  const harness = join(import.meta.dirname, "../harness")
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--import", join(harness, "sdk-hook.ts"), join(harness, "sdk-program.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"], SDK_FOLDER: folder.path, AGENTFLOW_PROVIDER: "offline",
      DAPR_GRPC_PORT: String(sidecar.grpcPort), DAPR_HTTP_PORT: String(sidecar.httpPort),
    },
  })
  const gone = once(child, "exit")
  const stop = async (): Promise<unknown> => {
    child.kill("SIGKILL")
    return gone
  }
  cleanups.push(stop)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line))
  await until(`a worker on the SDK ${name} is ready: ${lines.join("\n")}`, () => child.exitCode !== null || lines.some((line) => line.includes('"ready"')))
  return { found: JSON.parse(lines[0] ?? "null") as Found, stop }
}

describe("a release of the SDK", () => {
  it.each([
    ["as installed", sdkPackage.version, { isTestedSdk: true, inProcess: "taken", hasExecutor: true }],
    ["mended", "3.19.0", { isTestedSdk: false, inProcess: expect.stringContaining("is 3.19.0, but running workflows in one process is tested with"), hasExecutor: true }],
    ["renamed", "3.19.0", { isTestedSdk: false, hasExecutor: true }],
    ["moved", "3.19.0", { isTestedSdk: false, hasExecutor: false }],
  ] as const)("%s runs what is written in the language", async (name, version, expected) => {
    const { found, stop } = await startOn(name, version)
    expect(found).toMatchObject({ sdkVersion: version, ...expected })
    const own = connect({ grpcPort: sidecar.grpcPort, deadlineMs: 30_000 })
    const id = await own.start({ name: "Tour", instanceId: name, input: "{}" })
    // The first round would hear the event in its race.
    await until("its second round waits", async () => (await own.history(id)).some((happened) => happened.kind === "executionStarted" && happened.input?.includes('"round":2')))
    await own.raiseEvent(id, { name: "go", input: JSON.stringify({ n: 1 }) })
    const ending = await own.waitForEnd(id)
    own.close()
    await stop()
    expect(ending).toMatchObject({ status: "completed" })
    expect(JSON.parse(ending?.output ?? "null")).toMatchObject({
      seen: [[0, false, "", null], 130, "late", ["Sold", "sold out", { seats: 0 }]], heard: { n: 1 }, child: false,
    })
  }, 60_000)
})
