// The sidecar as a process: its one line when ready, its exit codes and what it says when it can't start.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { afterEach, describe, expect, it } from "vitest"
import { connect } from "../../sidecar/client.ts"
import { startSidecar } from "../../sidecar/start.ts"
import { temporaryFolder } from "./harness.ts"

const main = join(import.meta.dirname, "../../sidecar/main.ts")
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

function newFolder(): string {
  const folder = temporaryFolder()
  cleanups.push(folder.remove)
  return folder.path
}

async function runToEnd(...flags: readonly string[]) {
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")])
  return { code: code as number, out, error }
}

describe("the sidecar process", () => {
  it("says where it listens and leaves well when told to", async () => {
    const file = join(newFolder(), "hub.db")
    const child = spawn(process.execPath, [main, "--db", file], { stdio: ["ignore", "pipe", "pipe"] })
    const complaints = text(child.stderr)
    const [line] = (await once(child.stdout, "data")) as [Buffer]
    const ready = JSON.parse(line.toString()) as Readonly<Record<string, number>>
    expect(ready).toEqual({ grpcPort: expect.any(Number), httpPort: expect.any(Number), pid: child.pid })
    expect((await fetch(`http://127.0.0.1:${ready["httpPort"]}/v1.0/healthz/outbound`)).status).toBe(204)
    child.kill("SIGTERM")
    expect((await once(child, "exit"))[0]).toBe(0)
    expect(await complaints).toBe("")
  })

  it("names a port that is in use", async () => {
    const folder = newFolder()
    const first = await startSidecar({ file: join(folder, "first.db") })
    cleanups.push(() => first.close())
    for (const [flag, port] of [["--grpc-port", first.grpcPort], ["--http-port", first.httpPort]] as const) {
      const { code, error } = await runToEnd("--db", join(folder, "second.db"), flag, String(port))
      expect(code).toBe(2)
      expect(error).toBe(
        `cannot listen on 127.0.0.1:${port}: the port is in use; choose another port or end the program that has it\n`,
      )
    }
  })

  it("names a file that is no database, or in use", async () => {
    const folder = newFolder()
    const list = join(folder, "list.db")
    writeFileSync(list, "no database at all ".repeat(100))
    expect(await runToEnd("--db", list)).toMatchObject({
      code: 2, error: `${list} is not a database; choose another file or move this one away\n`,
    })
    const used = join(folder, "used.db")
    const first = await startSidecar({ file: used })
    cleanups.push(() => first.close())
    // A code of its own: who starts it may wait for the other one's end.
    expect(await runToEnd("--db", used)).toMatchObject({
      code: 3, error: `${used} is in use by another sidecar; stop that one or choose another file\n`,
    })
  })

  it("listens to other machines only with an API token", async () => {
    expect(await runToEnd("--db", join(newFolder(), "hub.db"), "--host", "0.0.0.0")).toMatchObject({
      code: 2, error: expect.stringContaining("an API token is required: set DAPR_API_TOKEN or listen on 127.0.0.1"),
    })
  })

  it("explains its flags", async () => {
    expect(await runToEnd()).toMatchObject({ code: 2, error: expect.stringContaining("--db names the database file") })
    expect(await runToEnd("--db", "x", "--grpc-port", "many")).toMatchObject({
      code: 2, error: expect.stringContaining("a port is a number from 0 to 65535"),
    })
    expect(await runToEnd("--nonsense")).toMatchObject({ code: 2, error: expect.stringContaining("--nonsense") })
  })
})

describe("a sidecar whose disk fails", () => {
  const cli = join(import.meta.dirname, "../../cli/main.ts")

  it.each([
    ["as a process of its own", [main]],
    ["as a command", [cli, "sidecar"]],
  ])("says so and ends, %s", async (_name, command) => {
    const file = join(newFolder(), "hub.db")
    const flags = ["--db", file, "--grpc-port", "0", "--http-port", "0"]
    // The limit is one on the size of files, which the system keeps for this process alone.
    const limited = ["-c", "ulimit -f 400; exec \"$@\"", "bash", process.execPath, ...command, ...flags]
    const child = spawn("bash", limited, { stdio: ["ignore", "pipe", "pipe"] })
    cleanups.push(() => child.kill("SIGKILL"))
    const [complaints, ended] = [text(child.stderr), once(child, "exit")]
    const [line] = (await once(child.stdout, "data")) as [Buffer]
    const grpcPort = Number(/(?:grpcPort":|gRPC 127\.0\.0\.1:)(\d+)/.exec(line.toString())?.[1])
    const own = connect({ grpcPort, deadlineMs: 5_000 })
    cleanups.push(() => own.close())
    const input = JSON.stringify("x".repeat(50_000))
    const fill = async () => { for (let n = 0; n < 50; n++) await own.start({ name: "f", input }) }
    await expect(fill()).rejects.toThrow()
    expect((await ended)[0]).toBe(2)
    expect(await complaints).toContain(file)
  })
})
