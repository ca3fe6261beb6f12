// A worker as a process: its ready line, its end on a signal, its mistakes in words, and a sidecar that is killed.

import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { connect } from "../../runtime/client.ts"
import type { Client } from "../../runtime/client.ts"
import { workflow } from "../../runtime/workflow.ts"
import { schemaOf } from "./helpers.ts"

const root = join(import.meta.dirname, "../..")
const folder = mkdtempSync(join(tmpdir(), "agentflow-process-"))
const Slow = workflow<object, string>({ name: "Slow", parameters: schemaOf({}), result: schemaOf({}) }, function* () {
  return ""
})

interface Started {
  readonly process: ChildProcess
  readonly out: string[]
  readonly errors: string[]
  readonly ended: Promise<number | null>
  line(pattern: RegExp): Promise<string>
}

const started: Started[] = []
let client: Client | undefined

afterEach(async () => {
  await client?.close()
  client = undefined
  for (const one of started.splice(0)) {
    one.process.kill("SIGKILL")
    await one.ended
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

function start(file: string, args: readonly string[], variables: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(root, file), ...args], {
    env: { PATH: process.env["PATH"], ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const out: string[] = []
  const errors: string[] = []
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text))
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  const one: Started = {
    process: child,
    out,
    errors,
    ended,
    async line(pattern) {
      await expect.poll(() => out.join(""), { timeout: 30_000 }).toMatch(pattern)
      return (
        out
          .join("")
          .split("\n")
          .find((line) => pattern.test(line)) ?? ""
      )
    },
  }
  started.push(one)
  return one
}

async function startSidecarProcess(ports: readonly [number, number] = [0, 0]): Promise<[number, number, Started]> {
  const flags = ["--db", join(folder, "state.db"), "--grpc-port", String(ports[0]), "--http-port", String(ports[1])]
  const one = start("sidecar/main.ts", flags)
  const { grpcPort, httpPort } = JSON.parse(await one.line(/"grpcPort"/)) as { grpcPort: number; httpPort: number }
  return [grpcPort, httpPort, one]
}

describe("a worker process", () => {
  it("outlives a sidecar that is killed, and the step in flight is not started over", async () => {
    const [grpcPort, httpPort, sidecar] = await startSidecarProcess()
    const variables = { DAPR_GRPC_PORT: String(grpcPort), DAPR_HTTP_PORT: String(httpPort) }
    const worker = start("test/runtime-activity/worker-program.ts", [], variables)
    expect(JSON.parse(await worker.line(/"ready"/))).toEqual({
      agentflow: "ready",
      app: "slow",
      pid: worker.process.pid,
    })
    client = await connect({ variables })
    const run = await client.start(Slow, {}, { id: "killed" })
    await new Promise((resolve) => setTimeout(resolve, 300))
    sidecar.process.kill("SIGKILL")
    await sidecar.ended
    await startSidecarProcess([grpcPort, httpPort])
    await worker.line(/lost the sidecar/)
    await expect
      .poll(async () => (await client?.status(run.id).catch(() => undefined))?.result, { timeout: 40_000 })
      .toBe("done by execution 1")
    worker.process.kill("SIGTERM")
    expect(await worker.ended).toBe(0)
    expect(worker.errors.join("")).toBe("")
    expect(
      worker.out
        .join("")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("{")),
    ).toEqual([])
  })

  it("ends with a sentence and no stack trace when its environment is wrong", async () => {
    const worker = start("test/runtime-activity/worker-program.ts", [], {
      AGENTFLOW_ENDPOINTS: '{"https://slack.com":"https://evil.test"}',
      AGENTFLOW_LOG: "loud",
    })
    expect(await worker.ended).toBe(1)
    expect(worker.errors.join("")).toMatch(
      /^agentflow worker: AGENTFLOW_ENDPOINTS maps https:\/\/slack.com to the remote host/,
    )
    expect(worker.errors.join("")).toContain('AGENTFLOW_LOG must be one of json, pretty, silent, not "loud"')
    expect(worker.errors.join("")).not.toMatch(/\n\s+at /)
  })
})
