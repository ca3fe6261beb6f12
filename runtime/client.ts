// The typed client of a generated project: every call has a deadline, a failed run comes back as its kind and message.

import { randomUUID } from "node:crypto"
import { cancelEvent } from "./contract.ts"
import type { ChildResult, RunFailure, RunStatus, Workflow } from "./contract.ts"
import { readSidecarAddress } from "./environment.ts"
import type { Variables } from "./environment.ts"
import { parseRunFailure } from "./errors.ts"
import type { RunSnapshot, RunState } from "./dapr.ts"
import { accept } from "./schema/accept.ts"
import { createStateStore } from "./state.ts"
import { createStarter } from "./triggers/starter.ts"
import type { Begun } from "./triggers/starter.ts"

export interface ConnectOptions {
  /** Default: the process's environment. */
  readonly variables?: Variables
  /** One call to the sidecar. */
  readonly callTimeoutMs?: number
}

export interface StartOptions {
  /** Starting a running id again is refused by the sidecar. Default: a new one. */
  readonly id?: string
}

export interface WaitOptions {
  readonly timeoutMs?: number
  readonly pollMs?: number
}

export interface RunInfo<R = unknown> {
  readonly id: string
  readonly workflow: string
  readonly state: RunState
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly status?: RunStatus
  readonly result?: R
  readonly failure?: RunFailure
}

export type Finished<R> =
  | { readonly ok: true; readonly value: R; readonly run: RunInfo<R> }
  | { readonly ok: false; readonly error: RunFailure; readonly run: RunInfo<R> }

export interface RunHandle<R> {
  readonly id: string
  wait(options?: WaitOptions): Promise<Finished<R>>
  status(): Promise<RunInfo<R> | undefined>
  raiseEvent(name: string, payload: unknown): Promise<void>
  /** Asks the run to stop: no more steps, then compensation; it ends as failed with the kind `cancelled`. */
  cancel(): Promise<void>
  /** A hard kill that undoes nothing. */
  terminate(): Promise<void>
}

export interface Client {
  start<P extends object, R>(workflow: Workflow<P, R>, parameters: P, options?: StartOptions): Promise<RunHandle<R>>
  /** A run that was started before, or elsewhere. */
  run<R = unknown>(id: string): RunHandle<R>
  wait<R = unknown>(id: string, options?: WaitOptions): Promise<Finished<R>>
  status<R = unknown>(id: string): Promise<RunInfo<R> | undefined>
  raiseEvent(id: string, name: string, payload: unknown): Promise<void>
  /** See `RunHandle.cancel`. */
  cancel(id: string): Promise<void>
  terminate(id: string): Promise<void>
  close(): Promise<void>
}

/** What a client can't do, in words: an unknown run, a wait that was too short, parameters of the wrong type. */
export class ClientError extends Error {
  override readonly name = "ClientError"
}

const callTimeoutMsUsual = 30_000
const pollMsUsual = 200
const idsTaken = /^[^/\\#?]+$/

export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const { openWorkflowPort, silenceSdk } = await import("./dapr.ts")
  silenceSdk()
  const problems: string[] = []
  const sidecar = readSidecarAddress(options.variables ?? process.env, problems)
  if (problems.length > 0) throw new ClientError(problems.join("\n"))
  const port = openWorkflowPort({ sidecar, callTimeoutMs: options.callTimeoutMs ?? callTimeoutMsUsual })
  const store = (options.variables ?? process.env)["AGENTFLOW_STATE_STORE"] || "statestore"
  const starter = createStarter({ state: createStateStore({ sidecar, store }), runs: port, now: Date.now })
  const status = async <R>(id: string): Promise<RunInfo<R> | undefined> => {
    const snapshot = await port.read(id)
    return snapshot === undefined ? undefined : infoOf<R>(snapshot)
  }
  const wait = <R>(id: string, limits: WaitOptions = {}): Promise<Finished<R>> =>
    untilFinished(id, limits, () => status<R>(id))
  const raiseEvent = (id: string, name: string, payload: unknown): Promise<void> => port.raiseEvent(id, name, payload)
  const cancel = (id: string): Promise<void> => port.raiseEvent(id, cancelEvent, {})
  const terminate = (id: string): Promise<void> => port.terminate(id, null)
  const run = <R>(id: string): RunHandle<R> => ({
    id,
    wait: (limits) => wait<R>(id, limits),
    status: () => status<R>(id),
    raiseEvent: (name, payload) => raiseEvent(id, name, payload),
    cancel: () => cancel(id),
    terminate: () => terminate(id),
  })
  return {
    async start<P extends object, R>(
      workflow: Workflow<P, R>,
      parameters: P,
      { id = randomUUID() }: StartOptions = {},
    ) {
      if (!idsTaken.test(id)) throw new ClientError(`a run's id must not be empty or contain / \\ # ?: "${id}"`)
      const accepted = accept(workflow.spec.parameters, parameters)
      if (!accepted.ok) throw new ClientError(`${workflow.workflowName}: ${accepted.problems.join("; ")}`)
      if (workflow.spec.concurrency === undefined) return run<R>(await port.start(workflow.workflowName, accepted.value, id))
      const begun = await starter.begin({ workflow: workflow as unknown as Workflow, id, input: accepted.value })
      if (begun.kind === "started" || begun.kind === "joined") return run<R>(begun.id)
      if (begun.kind !== "queued") throw new ClientError(refusal(workflow.workflowName, id, begun.kind))
      // It has its place, and a worker starts it when there is room.
      return { ...run<R>(id), wait: (limits) => untilFinished<R>(id, { ...limits, isQueued: true }, () => status<R>(id)) }
    },
    run,
    wait,
    status,
    raiseEvent,
    cancel,
    terminate,
    close: () => port.close(),
  }
}

function refusal(workflow: string, id: string, kind: Exclude<Begun["kind"], "started" | "joined" | "queued">): string {
  if (kind === "dropped") return `${workflow} drops what it has no room for: as many runs as are allowed are under way`
  return kind === "busy" ? `run "${id}" is being started by another process` : `run "${id}" was started before`
}

function infoOf<R>(snapshot: RunSnapshot): RunInfo<R> {
  const { id, workflow, state, createdAt, updatedAt } = snapshot
  const status = parsed(snapshot.customStatus) as RunStatus | undefined
  const failure = snapshot.failure
  return {
    id,
    workflow,
    state,
    createdAt,
    updatedAt,
    ...(status === undefined ? {} : { status }),
    ...(state === "completed" ? { result: resultOf(parsed(snapshot.output)) as R } : {}),
    ...(failure === undefined
      ? {}
      : { failure: parseRunFailure(failure.message) ?? unknownFailure(`${failure.type}: ${failure.message}`) }),
  }
}

/** A child run says beside its value what it spent. */
function resultOf(output: unknown): unknown {
  const child = output as Partial<ChildResult> | null | undefined
  return typeof child === "object" && child?.["agentflow.run"] === 1 ? child.value ?? null : output ?? null
}

function unknownFailure(message: string): RunFailure {
  return { v: 1, kind: "internal", message, undone: [], undoFailed: [], undoUnknown: [] }
}

function parsed(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By polling: the sidecar's own wait can't be cancelled and blocks for ever on an id that it does not know. */
async function untilFinished<R>(
  id: string,
  limits: WaitOptions & { readonly isQueued?: boolean },
  read: () => Promise<RunInfo<R> | undefined>,
): Promise<Finished<R>> {
  const until = limits.timeoutMs === undefined ? Infinity : Date.now() + limits.timeoutMs
  for (;;) {
    const run = await read()
    if (run === undefined && limits.isQueued !== true) throw new ClientError(`there is no run "${id}"`)
    if (run?.state === "completed") return { ok: true, value: run.result as R, run }
    if (run?.state === "failed")
      return { ok: false, error: run.failure ?? unknownFailure("the run failed without saying why"), run }
    if (run?.state === "terminated")
      return { ok: false, error: { ...unknownFailure("the run was terminated"), kind: "cancelled" }, run }
    if (Date.now() >= until) throw new ClientError(`run "${id}" is still ${run?.state ?? "queued"} after ${limits.timeoutMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, limits.pollMs ?? pollMsUsual))
  }
}
