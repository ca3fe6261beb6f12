// Sidecar and worker in this process, without a network hop: the modules of the generated project are loaded here.

import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Callable, LogEntry, Workflow } from "@agentflow/runtime/contract"
import { attachWorker } from "../sidecar/in-process.ts"
import type { ActivityFunction } from "../sidecar/in-process.ts"
import type { RetentionPolicy } from "../sidecar/retention.ts"
import { readRetention } from "../sidecar/settings.ts"
import { startSidecar } from "../sidecar/start.ts"
import type { Sidecar } from "../sidecar/start.ts"
import { StoreError } from "../sidecar/store/store.ts"
import type { Built } from "./build-program.ts"
import { Failure } from "./failure.ts"
import { announceSidecar } from "./processes.ts"
import type { SidecarOptions, SidecarProcess, WorkerProcess } from "./processes.ts"

export interface InProcessSidecar extends SidecarProcess {
  readonly sidecar: Sidecar
}

export interface HereOptions extends Omit<SidecarOptions, "keep" | "httpPort" | "stateFolder"> {
  /** Where other commands find it; without one they wait for its end, as is right for one that lasts a moment. */
  readonly stateFolder?: string
  /** By default it forgets nothing: a command that only looks should leave what it saw. */
  readonly retention?: RetentionPolicy
}

export async function startSidecarHere({ stateFolder, db, grpcPort = 0, retention = {} }: HereOptions): Promise<InProcessSidecar> {
  const sidecar = await startSidecar({ file: db, grpcPort, retention }).catch((error: unknown) => {
    if (error instanceof StoreError) throw new Failure(2, error.message, undefined, error.code === "locked" ? { taken: db } : {})
    throw error
  })
  const { host, grpcPort: grpc, httpPort } = sidecar
  const address = { host, grpcPort: grpc, httpPort }
  const forget = stateFolder === undefined ? undefined : announceSidecar(stateFolder, { ...address, pid: process.pid, db, isPlain: true })
  return {
    ...address, sidecar, pid: process.pid, own: true,
    kill: () => { throw new Failure(2, "A run with --in-process has no sidecar of its own to end.") },
    async stop() {
      forget?.()
      await sidecar.close()
    },
  }
}

/** What `--keep` means, or wrong usage. */
export function retentionOf(keep: string | undefined): RetentionPolicy {
  const retention = readRetention(keep)
  if (typeof retention === "string") throw new Failure(2, retention)
  return retention
}

export interface WorkerHereOptions {
  readonly built: Built
  readonly sidecar: Sidecar
  readonly environment: Readonly<Record<string, string>>
  readonly onLog: (entry: LogEntry) => void
}

const answersMsMax = 2_000
/** The line of the program stands below the frames of the runtime. */
const stackFramesMin = 60

export async function startWorkerHere({ built, sidecar, environment, onLog }: WorkerHereOptions): Promise<WorkerProcess> {
  // Before the program is loaded: the stack of a failure then leads to its lines, as it does in a worker of its own.
  process.setSourceMapsEnabled(true)
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, stackFramesMin)
  await import("./find-runtime.ts")
  const { workflows, callables } = await loadProgram(built)
  const { createInProcessParts } = await runtimeOf(built)
  const parts = createInProcessParts({ workflows, callables, variables: { ...process.env, ...environment }, onLog })
  if (!parts.ok) throw new Failure(2, parts.problems[0] ?? "The worker did not start.", parts.problems.slice(1).join("\n  ") || undefined)
  const { executor } = parts
  const activities = parts.activities as unknown as ReadonlyMap<string, ActivityFunction>
  let fail: (reason: unknown) => void = () => {}
  const broken = new Promise<never>((_resolve, reject) => { fail = reject })
  broken.catch(() => {})
  const worker = attachWorker(sidecar.hub, { executor, activities, onUnanswered: fail })
  return {
    pid: () => process.pid,
    kill: () => { throw new Failure(2, "A run with --in-process has no worker of its own to end.") },
    stop: () => worker.stop(answersMsMax),
    broken,
  }
}

/** The runtime that the generated project itself imports: an error of another copy would not be known as one. */
export async function runtimeOf({ out }: Pick<Built, "out">): Promise<typeof import("@agentflow/runtime/in-process")> {
  const name = "@agentflow/runtime/in-process"
  let address: string
  try {
    address = pathToFileURL(createRequire(join(out, "worker.ts")).resolve(name)).href
  } catch {
    // The project has installed none: find-runtime.ts gives it ours.
    address = import.meta.resolve(name)
  }
  return (await import(address)) as typeof import("@agentflow/runtime/in-process")
}

interface Program {
  readonly workflows: readonly Workflow[]
  readonly callables: readonly Callable[]
}

/** All that the generated worker would register; that file itself starts a worker when it is loaded. */
export async function loadProgram({ out, files }: Pick<Built, "out" | "files">): Promise<Program> {
  const workflows = new Set<Workflow>()
  const callables = new Set<Callable>()
  for (const path of files.filter((file) => /^(workflows\/.*|agents|tools|humans)\.ts$/.test(file))) {
    const exported = (await import(pathToFileURL(join(out, path)).href)) as Readonly<Record<string, unknown>>
    for (const value of Object.values(exported)) {
      if (typeof value === "function" && "workflowName" in value) workflows.add(value as unknown as Workflow)
      else if (isCallable(value)) callables.add(value)
    }
  }
  return { workflows: [...workflows], callables: [...callables] }
}

function isCallable(value: unknown): value is Callable {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined
  return kind === "tool" || kind === "agent" || kind === "human"
}
