// Starts runs for triggers: the same occasion once, and never more at a time than `concurrency` allows.

import { createHash, randomUUID } from "node:crypto"
import type { Workflow } from "../contract.ts"
import { admit, emptyGate, everyActive, release, started } from "../policy/gate.ts"
import type { Admission, Entry, Gate } from "../policy/gate.ts"
import { accept } from "../schema/accept.ts"
import type { StateStore } from "../state.ts"
import { gateKey, triggerKey } from "../state-keys.ts"
import type { RunSnapshot } from "../dapr.ts"

export interface RunStarter {
  start(workflow: string, input: unknown, id: string): Promise<string>
  read(id: string): Promise<Pick<RunSnapshot, "state"> | undefined>
}

export interface StarterOptions {
  readonly state: StateStore
  readonly runs: RunStarter
  readonly now: () => number
  /** Told how long a run has waited in its queue. */
  readonly onWaited?: (workflow: string, ms: number) => void
}

export interface Occasion {
  readonly workflow: Workflow
  /** Becomes the run's id; the same occasion has the same. */
  readonly id: string
  readonly input: unknown
}

export type Begun =
  | { readonly kind: "started" | "queued" | "repeated"; readonly id: string }
  | { readonly kind: "joined"; readonly id: string }
  | { readonly kind: "dropped" }
  | { readonly kind: "invalid"; readonly problems: readonly string[] }
  /** Another worker is at it right now: ask again. */
  | { readonly kind: "busy" }

export interface Starter {
  /** Resolves when what is to be done about the occasion is durable. */
  begin(occasion: Occasion): Promise<Begun>
  /** Lets in who waits, where runs have ended; finishes what a worker that died has begun. */
  tend(workflow: Workflow): Promise<void>
}

/** State store: `trigger:<workflow>:<id>`, so that an occasion is known again when its run has ended or was purged. */
interface Marker {
  readonly v: 1
  readonly isBegun: boolean
  /** Until then, epoch ms, the worker that wrote it is the only one to begin. */
  readonly until: number
  /** Who wrote it: a claim whose answer was lost, or that could not be taken back, holds nobody up who may go on with it. */
  readonly by?: string
}

/** Short, because what a worker that died has claimed waits for it; starting a run takes a small part of it. */
const leaseMs = 5_000
const racesMax = 50

interface Accepted {
  readonly key: string
  readonly id: string
  readonly parameters: object
}

export function createStarter(options: StarterOptions): Starter {
  const { state, runs, now } = options
  const by = randomUUID()
  /** Two deliveries of one occasion to this worker would both take its claim for their own. */
  const underWay = new Set<string>()
  const begin = async (workflow: Workflow, { key, id, parameters }: Accepted): Promise<Begun> => {
    const claim: Marker = { v: 1, isBegun: false, until: now() + leaseMs, by }
    const taken = await claimed(state, key, claim, now)
    if (taken !== "claimed") return taken === "begun" ? { kind: "repeated", id } : { kind: "busy" }
    const leave = async (marker: Marker): Promise<void> => {
      const mine = await state.get(key)
      if (mine !== undefined) await state.saveMatching(key, marker, mine.etag)
    }
    try {
      const entry = { id, same: sameness(parameters), parameters, at: now() }
      const begun = await admitted(workflow, entry, options)
      await leave({ ...claim, isBegun: true })
      return begun
    } catch (error) {
      await leave({ ...claim, until: 0 }).catch(() => undefined)
      throw error
    }
  }
  return {
    async begin({ workflow, id, input }) {
      const accepted = accept(workflow.spec.parameters, input)
      if (!accepted.ok) return { kind: "invalid", problems: accepted.problems }
      const key = triggerKey(workflow.workflowName, id)
      if (underWay.has(key)) return { kind: "busy" }
      underWay.add(key)
      try {
        // A host that can't be asked can't start a run either, and a claim would keep all others from it.
        await runs.read(id)
        return await begin(workflow, { key, id, parameters: accepted.value })
      } finally {
        underWay.delete(key)
      }
    },
    tend: async (workflow) => {
      if (workflow.spec.concurrency === undefined) return
      const gate = (await state.get(gateKey(workflow.workflowName)))?.value as Gate | undefined
      if (gate === undefined) return
      const ended = new Set<string>()
      for (const { id, parameters } of everyActive(gate)) {
        const run = await runs.read(id)
        if (run === undefined && parameters !== undefined) await startAdmitted(workflow, { id, parameters }, options)
        else if (run === undefined || hasEnded(run.state)) ended.add(id)
      }
      await letIn(workflow, ended, options)
    },
  }
}

/** Which of those who try at once, or while another is at it, may begin. Trying again is safe: who has claimed it knows its claim. */
async function claimed(state: StateStore, key: string, claim: Marker, now: () => number): Promise<"claimed" | "begun" | "taken"> {
  const first = (): ReturnType<StateStore["saveFirst"]> => state.saveFirst(key, claim)
  if ((await first().catch(first)) === "saved") return "claimed"
  const stored = await state.get(key)
  const marker = stored?.value as Marker | undefined
  if (marker?.isBegun) return "begun"
  if (stored === undefined || marker === undefined) return "taken"
  if (marker.by !== claim.by && marker.until > now()) return "taken"
  return (await state.saveMatching(key, claim, stored.etag)) === "saved" ? "claimed" : "taken"
}

function hasEnded(state: RunSnapshot["state"]): boolean {
  return state === "completed" || state === "failed" || state === "terminated"
}

async function admitted(workflow: Workflow, entry: Entry, options: StarterOptions): Promise<Begun> {
  const { concurrency } = workflow.spec
  if (concurrency === undefined) {
    await startOnce(workflow, entry, options)
    return { kind: "started", id: entry.id }
  }
  const key = JSON.stringify(concurrency.by?.(entry.parameters) ?? null)
  const attempt = (): Promise<Admission> => changeGate(workflow, options, (gate) => {
    const decided = admit(gate, key, entry, concurrency)
    return { gate: decided.gate, result: decided.admission }
  })
  let admission = await attempt()
  if (admission.kind === "dropped" || admission.kind === "queued" || admission.kind === "joined") {
    // Whether there is really no room is only known when the runs that hold it have been looked at.
    await createStarter(options).tend(workflow)
    if (admission.kind === "dropped") admission = await attempt()
  }
  switch (admission.kind) {
    case "start":
      await startAdmitted(workflow, entry, options)
      return { kind: "started", id: entry.id }
    case "known":
      return { kind: "repeated", id: entry.id }
    case "queued":
      return { kind: "queued", id: entry.id }
    case "joined":
      return { kind: "joined", id: admission.id }
    case "dropped":
      return { kind: "dropped" }
  }
}

async function startAdmitted(
  workflow: Workflow, entry: Pick<Entry, "id" | "parameters">, options: StarterOptions,
): Promise<void> {
  await startOnce(workflow, entry, options)
  await changeGate(workflow, options, (gate) => ({ gate: started(gate, entry.id), result: undefined }))
}

async function letIn(workflow: Workflow, ended: ReadonlySet<string>, options: StarterOptions): Promise<void> {
  const { concurrency } = workflow.spec
  if (concurrency === undefined) return
  const entries = await changeGate(workflow, options, (gate) => {
    const released = release(gate, ended, concurrency)
    return { gate: released.gate, result: released.start }
  })
  for (const entry of entries) {
    if (entry.at !== undefined) options.onWaited?.(workflow.workflowName, options.now() - entry.at)
    await startAdmitted(workflow, entry, options)
  }
}

/** An id that is there was started by whoever began before: a host would start an ended one over. */
async function startOnce(
  workflow: Workflow, { id, parameters }: Pick<Entry, "id" | "parameters">, { runs }: StarterOptions,
): Promise<void> {
  if ((await runs.read(id)) !== undefined) return
  try {
    await runs.start(workflow.workflowName, parameters, id)
  } catch (error) {
    if (/already exists/i.test(error instanceof Error ? error.message : "")) return
    throw error
  }
}

async function changeGate<T>(
  workflow: Workflow, { state }: StarterOptions, change: (gate: Gate) => { readonly gate: Gate; readonly result: T },
): Promise<T> {
  const key = gateKey(workflow.workflowName)
  for (let races = 0; races < racesMax; races += 1) {
    const stored = await state.get(key)
    const before = (stored?.value as Gate | undefined) ?? emptyGate
    const { gate, result } = change(before)
    if (gate === before) return result
    const outcome = stored === undefined ? await state.saveFirst(key, gate) : await state.saveMatching(key, gate, stored.etag)
    if (outcome === "saved") return result
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * (races + 1)))
  }
  throw new Error(`${key} was changed by others ${racesMax} times in a row`)
}

function sameness(parameters: object): string {
  return createHash("sha256").update(canonical(parameters)).digest("hex").slice(0, 16)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner)
}

/** A run's id from what made it start: readable where the occasion's own id is, always one that every host takes. */
export function runIdOf(workflow: string, occasion: string, origin: string): string {
  const readable = occasion.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 80)
  const digest = createHash("sha256").update(`${origin}\0${occasion}`).digest("hex").slice(0, 8)
  return `${workflow}-${readable}-${digest}`
}
