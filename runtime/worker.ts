// A worker that survives its sidecar: waits for it, rebuilds the SDK's worker when it died, says when it is usable.

import { randomUUID } from "node:crypto"
import { activitiesOf, stamped } from "./activity.ts"
import { createBreakers } from "./breaker.ts"
import type { Callable, LogEntry, Task, Workflow } from "./contract.ts"
import { connectWorker, openWorkflowPort, silenceSdk } from "./dapr.ts"
import type { WorkerConnection, WorkerParts } from "./dapr.ts"
import type { LogStyle, SidecarAddress } from "./environment.ts"
import { readEnvironment } from "./environment.ts"
import type { Variables } from "./environment.ts"
import { createLimiter } from "./limit.ts"
import { isTestedSdk, sdkVersion, testedSdkVersions } from "./sdk/inside.ts"
import { createServices } from "./services.ts"
import type { Services } from "./services.ts"
import { listenersOf, telemetryOf } from "./telemetry/telemetry.ts"
import type { Listener } from "./telemetry/telemetry.ts"
import { openTriggers } from "./triggers/triggers.ts"

export interface WorkerOptions {
  readonly app: string
  readonly workflows: readonly Workflow[]
  readonly callables: readonly Callable[]
  /** Older versions: their runs go on, and nothing starts new ones. */
  readonly kept?: readonly Workflow[]
}

export interface Worker {
  /** How often the SDK's worker was rebuilt. */
  readonly restarts: () => number
  stop(): Promise<void>
}

export interface WorkerHost {
  readonly variables: Variables
  readonly write: (line: string) => void
}

/** A start that failed for a reason that its user can mend. */
export class WorkerStartError extends Error {
  override readonly name = "WorkerStartError"
}

const watchEveryMs = 250
const rebuildDelayMsMax = 5_000
const sidecarWaitMsMax = 60_000
const usableWaitMsMax = 60_000
const stopDeadlineMs = 10_000
const probeName = "agentflow.probe"

export async function startWorker(options: WorkerOptions, host: WorkerHost): Promise<Worker> {
  // Each block and call of a program takes two frames; the line of the program is below them all.
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 60)
  const read = readEnvironment(host.variables)
  if (!read.ok) throw new WorkerStartError(read.problems.join("\n"))
  const { environment } = read
  const created = createServices(environment)
  if (!created.ok) throw new WorkerStartError(created.problems.join("\n"))
  const { redactor } = created.services
  silenceSdk()
  const report = reporter(environment.log, host.write, redactor.text)
  const listeners = await listenersOf({ app: options.app, variables: host.variables }).catch((error: unknown) => {
    throw isPortTaken(error) ? new WorkerStartError("the port of AGENTFLOW_METRICS_PORT is taken") : error
  })
  const telemetry = telemetryOf([...listeners, ...(environment.log === "json" ? [attemptLog(report.line)] : [])])
  const services: Services = {
    ...created.services,
    telemetry,
    breakers: createBreakers(telemetry.circuitChanged),
    limiter: createLimiter(undefined, (name, ms) => telemetry.waited({ what: "step", name, ms })),
    ...(environment.isStreaming ? { onText: (event) => report.line({ agentflow: "text", ...event }) } : {}),
  }
  if (!isTestedSdk) report.note(`@dapr/dapr is ${sdkVersion}, tested with ${testedSdkVersions.join(", ")}`)
  const parts: WorkerParts = {
    sidecar: environment.sidecar,
    workflows: [...[...options.workflows, ...(options.kept ?? [])].map(listeners.length === 0 ? (workflow) => workflow : telemetry.workflow), probe],
    activities: stamped(activitiesOf(options.callables, services)),
    onLog: report.log,
  }
  const triggers = await openTriggers({
    workflows: options.workflows, environment, state: services.state, note: report.note,
    onWaited: (name, ms) => telemetry.waited({ what: "run", name, ms }),
  }).catch(async (error: unknown) => {
    await telemetry.stop()
    throw isPortTaken(error) ? new WorkerStartError(`port ${environment.app.port} of the app is taken`) : error
  })
  let supervised: Supervised | undefined
  try {
    await waitForSidecar(environment.sidecar, sidecarWaitMsMax)
    supervised = await supervise(parts, report.note)
    await untilUsable(environment.sidecar, supervised)
    await triggers?.begin().catch((error: unknown) => {
      throw new WorkerStartError(`the triggers could not be set up: ${error instanceof Error ? error.message : String(error)}`)
    })
  } catch (error) {
    await triggers?.stop()
    await supervised?.stop()
    await telemetry.stop()
    throw error
  }
  const { restarts, stop } = supervised
  const port = triggers?.httpPort === undefined ? {} : { httpPort: triggers.httpPort }
  host.write(JSON.stringify({ agentflow: "ready", app: options.app, pid: process.pid, ...port }))
  return {
    restarts,
    async stop() {
      await triggers?.stop()
      await stop()
      await services.mcp.close()
      await telemetry.stop()
    },
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE"
}

/** The smallest workflow there is: it ends in its first turn. */
const probe: Workflow = Object.assign(
  async function* (): AsyncGenerator<Task, unknown, unknown> {
    return "ready"
  },
  { kind: "workflow" as const, workflowName: probeName, spec: { name: probeName, parameters: anything(), result: anything() } },
)

function anything(): { readonly json: true; readonly validate: () => boolean } {
  return { json: true, validate: () => true }
}

interface Supervised extends Worker {
  isConnected(): boolean
}

async function supervise(parts: WorkerParts, note: (message: string) => void): Promise<Supervised> {
  let connection: WorkerConnection = connectWorker(parts)
  let restarts = 0
  let isStopping = false
  await connection.start()
  const watching = (async () => {
    let delayMs = watchEveryMs
    while (!isStopping) {
      await pause(delayMs)
      if (isStopping) break
      if (connection.isAlive()) {
        delayMs = watchEveryMs
        continue
      }
      if (delayMs === watchEveryMs) note("lost the sidecar, connecting again")
      restarts += 1
      delayMs = Math.min(delayMs * 2, rebuildDelayMsMax)
      connection.abandon()
      connection = connectWorker(parts)
      await connection.start()
    }
  })()
  return {
    restarts: () => restarts,
    isConnected: () => connection.isAlive() && connection.isConnected(),
    async stop() {
      if (isStopping) return
      isStopping = true
      await watching
      if (connection.isAlive()) await connection.stop(stopDeadlineMs)
      else connection.abandon()
    },
  }
}

/** The SDK's worker dies at a sidecar that isn't there yet, so it is not started before. */
export async function waitForSidecar(sidecar: SidecarAddress, waitMs: number): Promise<void> {
  const until = Date.now() + waitMs
  const url = `${sidecar.httpUrl}/v1.0/healthz/outbound`
  const headers: Record<string, string> = sidecar.apiToken === undefined ? {} : { "dapr-api-token": sidecar.apiToken }
  let reason = ""
  while (Date.now() < until) {
    try {
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) })
      await response.body?.cancel()
      if (response.ok) return
      reason = `it answers ${response.status}`
    } catch (error) {
      const cause: unknown = error instanceof Error ? error.cause : undefined
      reason = cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error)
    }
    await pause(200)
  }
  throw new WorkerStartError(
    `no sidecar is ready at ${sidecar.httpUrl} after ${Math.round(waitMs / 1000)}s (${reason}); ` +
      "start one first, or set DAPR_HTTP_PORT and DAPR_GRPC_PORT to where it listens",
  )
}

/** An open stream is not enough: with daprd the first item comes seconds later. A run that ends is proof. */
async function untilUsable(sidecar: SidecarAddress, supervised: Supervised): Promise<void> {
  const until = Date.now() + usableWaitMsMax
  const port = openWorkflowPort({ sidecar, callTimeoutMs: 10_000 })
  try {
    while (Date.now() < until) {
      if (supervised.isConnected() && (await probed(port, until))) return
      await pause(50)
    }
  } finally {
    // The SDK's close waits a second for nothing that is needed here.
    void port.close().catch(() => undefined)
  }
  throw new WorkerStartError(
    `the sidecar at ${sidecar.grpc} takes this worker but runs no workflow for it; see the sidecar's log, and restart it ` +
      "if another worker has died there (daprd then may wait for that one's turn to end)",
  )
}

async function probed(port: ReturnType<typeof openWorkflowPort>, until: number): Promise<boolean> {
  const id = `${probeName}-${randomUUID()}`
  try {
    await port.start(probeName, {}, id)
    while (Date.now() < until) {
      const run = await port.read(id)
      if (run?.state === "completed") {
        await port.purge(id).catch(() => undefined)
        return true
      }
      await pause(50)
    }
  } catch {
    // Not usable yet: daprd refuses until the worker's actor types are placed.
  }
  return false
}

/** What went wrong on the way is not only in the history: a line for each attempt that failed. */
function attemptLog(line: Reporter["line"]): Listener {
  return {
    attemptEnded({ facts, startedAtMs, endedAtMs, envelope }) {
      if (envelope.ok) return
      const { run, workflow, step, attempt, activity } = facts
      const { kind, message } = envelope
      const [at, ms] = [new Date(endedAtMs).toISOString(), endedAtMs - startedAtMs]
      line({ agentflow: "attempt", level: "warn", at, run, workflow, step, attempt, activity, kind, message, ms })
    },
    runEnded: () => undefined,
    stop: () => Promise.resolve(),
  }
}

interface Reporter {
  /** One line of JSON, whatever the style. */
  readonly line: (fields: object) => void
  readonly log: (entry: LogEntry) => void
  readonly note: (message: string) => void
}

function reporter(style: LogStyle, write: (line: string) => void, masked: (text: string) => string): Reporter {
  const line = (fields: object): void => write(masked(JSON.stringify(fields)))
  switch (style) {
    case "silent":
      return { line, log: () => undefined, note: () => undefined }
    case "pretty":
      return {
        line,
        log: (entry) => write(masked(`${entry.at} ${entry.workflow} ${entry.run}: ${entry.message}`)),
        note: (message) => write(masked(message)),
      }
    case "json":
      return {
        line,
        log: (entry) => write(masked(JSON.stringify({ agentflow: "log", ...entry }))),
        note: (message) => write(masked(JSON.stringify({ agentflow: "note", message }))),
      }
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs))
}
