// Real Dapr on this machine: placement, scheduler and daprd on loopback, with their data and logs in one folder.
import { once } from "node:events"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { join, resolve } from "node:path"
import { startServerProcess, untilReady } from "./dapr-process.ts"
import type { ServerProcess } from "./dapr-process.ts"

export interface DaprOptions {
  /** Folder of the three binaries. */
  readonly binaries: string
  readonly runDir: string
  readonly appId?: string
  /** File name to YAML text, for components beside the state store, which is always there as `statestore`. */
  readonly resources?: Readonly<Record<string, string>>
  readonly maxBodyMebibytes?: number
  /** Lets daprd hand out as many work items at once as there are, which workers of the plain SDK drop. */
  readonly isUnlimited?: boolean
  /** Where the app listens, for what daprd calls: jobs, bindings, other apps' invocations. */
  readonly appPort?: number
  readonly stateStore: "sqlite" | "memory" | "redis"
  /** Where Redis listens, for `redis` only. */
  readonly redisPort?: number
  /** `reuse` keeps what an earlier run in this folder stored, for which that must have used SQLite. */
  readonly store?: "fresh" | "reuse"
}

export interface Dapr {
  readonly grpcPort: number
  readonly httpPort: number
  /** What the app's process needs to find this Dapr. */
  readonly env: Readonly<Record<"DAPR_GRPC_PORT" | "DAPR_HTTP_PORT" | "APP_ID", string>>
  logs(): Promise<Readonly<Record<ServerName, string>>>
  /** Resolves once daprd has ended; `SIGKILL` is the crash. */
  killDaprd(signal: NodeJS.Signals): Promise<void>
  /** Starts daprd on the same ports and data, after stopping it if it still runs. */
  restartDaprd(): Promise<void>
  /** One more daprd of the same app, with the same state store. */
  startReplica(): Promise<Replica>
  stop(): Promise<void>
}

export interface Replica {
  readonly grpcPort: number
  kill(signal: NodeJS.Signals): Promise<void>
}

type ServerName = "placement" | "scheduler" | "daprd"

const portNames = [
  "placement", "placementHealth", "placementRaft", "scheduler", "schedulerHealth", "etcdClient", "etcdPeer",
  "daprHttp", "daprGrpc", "daprInternal",
] as const
type Ports = Readonly<Record<(typeof portNames)[number], number>>

interface Run {
  readonly folder: string
  readonly binaries: string
  readonly ports: Ports
  readonly appId: string
  readonly maxBodyMebibytes: number
  readonly appPort?: number
}

export function binaryPath(folder: string, name: ServerName): string {
  return join(folder, process.platform === "win32" ? `${name}.exe` : name)
}

const readyLimitMs = 30_000
/** The second wording is daprd's, for its HTTP port. */
const portTaken = /address already in use|could not listen on any endpoint/
const stateFile = "state.db"
const remindersFolder = "etcd"
const resourcesFolder = "resources"
const configurationFile = "config.yaml"

export async function startDapr(options: DaprOptions): Promise<Dapr> {
  if (options.store === "reuse" && options.stateStore === "memory") {
    // The scheduler would still hold reminders for instances whose history is gone.
    throw new Error("a state store in memory can't be reused")
  }
  const start = async (): Promise<Dapr> => startAll({
    folder: await prepareFolder(options), binaries: options.binaries, ports: await freePorts(),
    appId: options.appId ?? "agentflow", maxBodyMebibytes: options.maxBodyMebibytes ?? 64,
    ...(options.appPort === undefined ? {} : { appPort: options.appPort }),
  })
  try {
    return await start()
  } catch (error) {
    // Between our letting go of the ports and Dapr's taking them another process may come first; hardly twice.
    if (error instanceof Error && portTaken.test(error.message)) return start()
    throw error
  }
}

async function startAll(run: Run): Promise<Dapr> {
  const servers = new Map<ServerName, ServerProcess>()
  const replicas: ServerProcess[] = []
  const start = async (name: ServerName, healthPort: number, healthPath: string): Promise<void> => {
    const server = await startServerProcess({
      name, command: binaryPath(run.binaries, name), arguments: serverArguments[name](run), logFile: logFile(run, name),
    })
    servers.set(name, server)
    await untilReady(server, { url: `http://127.0.0.1:${healthPort}${healthPath}`, limitMs: readyLimitMs })
  }
  // Unlike daprd's plain health check, this one does not wait for an app to listen.
  const startDaprd = (): Promise<void> => start("daprd", run.ports.daprHttp, "/v1.0/healthz/outbound")
  const stop = async (): Promise<void> => {
    for (const replica of replicas) await replica.stop()
    for (const name of ["daprd", "scheduler", "placement"] as const) await servers.get(name)?.stop()
  }
  try {
    // One after the other: a start that fails must have no sibling that is still starting.
    await start("placement", run.ports.placementHealth, "/healthz")
    await start("scheduler", run.ports.schedulerHealth, "/healthz")
    await startDaprd()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ...describe(run),
    killDaprd: async (signal) => servers.get("daprd")?.kill(signal),
    restartDaprd: async () => {
      await servers.get("daprd")?.stop()
      await startDaprd()
    },
    async startReplica() {
      const { daprHttp, daprGrpc, daprInternal } = await freePorts()
      const name = `daprd-${replicas.length + 2}`
      const server = await startServerProcess({
        name, command: binaryPath(run.binaries, "daprd"), logFile: join(run.folder, `${name}.log`),
        arguments: serverArguments.daprd({ ...run, ports: { ...run.ports, daprHttp, daprGrpc, daprInternal } }),
      })
      replicas.push(server)
      await untilReady(server, { url: `http://127.0.0.1:${daprHttp}/v1.0/healthz/outbound`, limitMs: readyLimitMs })
      return { grpcPort: daprGrpc, kill: (signal) => server.kill(signal) }
    },
    stop,
  }
}

function describe(run: Run): Pick<Dapr, "grpcPort" | "httpPort" | "env" | "logs"> {
  const { daprGrpc, daprHttp } = run.ports
  const log = (name: ServerName): Promise<string> => readFile(logFile(run, name), "utf8")
  return {
    grpcPort: daprGrpc,
    httpPort: daprHttp,
    env: { DAPR_GRPC_PORT: String(daprGrpc), DAPR_HTTP_PORT: String(daprHttp), APP_ID: run.appId },
    logs: async () => ({
      placement: await log("placement"), scheduler: await log("scheduler"), daprd: await log("daprd"),
    }),
  }
}

const serverArguments: Readonly<Record<ServerName, (run: Run) => readonly string[]>> = {
  placement: ({ ports }) => [
    "--listen-address", "127.0.0.1", "--port", String(ports.placement),
    "--healthz-listen-address", "127.0.0.1", "--healthz-port", String(ports.placementHealth),
    "--initial-cluster", `dapr-placement-0=127.0.0.1:${ports.placementRaft}`,
    "--enable-metrics=false",
  ],
  scheduler: ({ ports, folder }) => [
    "--listen-address", "127.0.0.1", "--port", String(ports.scheduler),
    "--healthz-listen-address", "127.0.0.1", "--healthz-port", String(ports.schedulerHealth),
    "--etcd-data-dir", join(folder, remindersFolder),
    "--etcd-client-listen-address", "127.0.0.1", "--etcd-client-port", String(ports.etcdClient),
    "--etcd-initial-cluster", `dapr-scheduler-server-0=http://127.0.0.1:${ports.etcdPeer}`,
    "--override-broadcast-host-port", `127.0.0.1:${ports.scheduler}`,
    "--enable-metrics=false",
  ],
  daprd: ({ ports, folder, appId, maxBodyMebibytes, appPort }) => [
    ...(appPort === undefined ? [] : ["--app-port", String(appPort), "--app-channel-address", "127.0.0.1"]),
    "--app-id", appId, "--mode", "standalone", "--enable-mtls=false",
    "--dapr-listen-addresses", "127.0.0.1",
    "--dapr-http-port", String(ports.daprHttp), "--dapr-grpc-port", String(ports.daprGrpc),
    "--dapr-internal-grpc-listen-address", "127.0.0.1", "--dapr-internal-grpc-port", String(ports.daprInternal),
    "--placement-host-address", `127.0.0.1:${ports.placement}`,
    "--scheduler-host-address", `127.0.0.1:${ports.scheduler}`,
    "--resources-path", join(folder, resourcesFolder), "--config", join(folder, configurationFile),
    "--max-body-size", `${maxBodyMebibytes}Mi`,
    "--enable-metrics=false", "--dapr-graceful-shutdown-seconds", "2",
  ],
}

async function prepareFolder(options: DaprOptions): Promise<string> {
  const folder = resolve(options.runDir)
  const resources = join(folder, resourcesFolder)
  // Reminders and histories point at each other: they go or stay together.
  const stale = options.store === "reuse" ? [] : [remindersFolder, stateFile, `${stateFile}-wal`, `${stateFile}-shm`]
  for (const name of [resourcesFolder, ...stale]) await rm(join(folder, name), { recursive: true, force: true })
  await mkdir(resources, { recursive: true })
  await mkdir(join(folder, remindersFolder), { recursive: true })
  await writeFile(join(folder, configurationFile), configuration(options))
  for (const [name, text] of Object.entries(options.resources ?? {})) await writeFile(join(resources, name), text)
  await writeFile(join(resources, "statestore.yaml"), stateStoreComponent(folder, options))
  return folder
}

function stateStoreComponent(folder: string, { stateStore, redisPort }: DaprOptions): string {
  // With SQLite's default of 2 seconds one schedule in ten fails under load: "database is locked".
  const settings: Readonly<Record<DaprOptions["stateStore"], readonly string[]>> = {
    memory: [],
    sqlite: [
      `{ name: connectionString, value: ${JSON.stringify(join(folder, stateFile))} }`,
      "{ name: busyTimeout, value: \"30s\" }",
    ],
    redis: [`{ name: redisHost, value: "127.0.0.1:${redisPort}" }`, "{ name: redisPassword, value: \"\" }"],
  }
  const metadata = [...settings[stateStore], "{ name: actorStateStore, value: \"true\" }"]
  return `apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: statestore }
spec:
  type: state.${stateStore === "memory" ? "in-memory" : stateStore}
  version: v1
  metadata:
${metadata.map((line) => `    - ${line}\n`).join("")}`
}

// One worker of the SDK drops work without a word above 110 at a time, so the sum usually stays below that.
function configuration({ isUnlimited = false }: DaprOptions): string {
  const limits = "  workflow: { maxConcurrentWorkflowInvocations: 40, maxConcurrentActivityInvocations: 60 }\n"
  return `apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: local }
spec:
  tracing: { samplingRate: "0" }
${isUnlimited ? "" : limits}`
}

/** All are held at the same time before any is let go, so that they differ. */
async function freePorts(): Promise<Ports> {
  const held = await Promise.all(portNames.map(async (name) => {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    return { name, server, port: (server.address() as AddressInfo).port }
  }))
  await Promise.all(held.map(({ server }) => new Promise((closed) => server.close(closed))))
  return Object.fromEntries(held.map(({ name, port }) => [name, port])) as Ports
}

function logFile(run: Run, name: ServerName): string {
  return join(run.folder, `${name}.log`)
}
