// Jobs: stored by name, called at their times, tried again when the app does not take them.

import { status as codes } from "@grpc/grpc-js"
import { delayUntil } from "../../engine/timers.ts"
import { fault } from "../fault.ts"
import type { Store } from "../store/store.ts"
import { nextTime, parseDuration, parseSchedule } from "./schedule.ts"

export interface JobsOptions {
  readonly store: Store
  readonly clock: () => number
  /** Gives a due job to the app; false when the app did not take it. */
  readonly deliver: (job: Job) => Promise<boolean>
  /** The store failed while no caller was there to be told. */
  readonly onFault: (error: unknown) => void
}

export interface JobRequest {
  readonly name: string
  readonly schedule?: string
  readonly repeats?: number
  /** A period from now, or a point in time. */
  readonly dueTime?: string
  readonly ttl?: string
  readonly data?: JobData
  readonly overwrite?: boolean
}

export interface JobData { readonly typeUrl: string; readonly base64: string }

export interface Job extends Omit<JobRequest, "overwrite"> {
  readonly nextAtMs: number
  readonly timesLeft?: number
  readonly endsAtMs?: number
}

export interface Jobs {
  schedule(request: JobRequest): void
  get(name: string): Job
  remove(name: string): void
  close(): void
}

/** The name of a store that no client can reach. */
const jobStore = "\u0001jobs"
const attemptsMax = 4
const attemptDelayMs = 1_000

interface State extends JobsOptions {
  readonly attempts: Map<string, number>
  alarm: NodeJS.Timeout | undefined
  ringing: boolean
  closed: boolean
}

export function createJobs(options: JobsOptions): Jobs {
  const state: State = { ...options, attempts: new Map(), alarm: undefined, ringing: false, closed: false }
  setAlarm(state)
  return {
    schedule: (request) => schedule(state, request),
    get(name) {
      const found = read(state, name)
      if (found) return found
      const reason = `rpc error: code = NotFound desc = job not found: ${name}`
      throw refused("GET_JOB", 500, `failed to get job due to: ${reason}`, codes.NOT_FOUND)
    },
    remove(name) {
      options.store.changeValues(jobStore, [{ kind: "delete", key: name }], options.clock())
    },
    close() {
      state.closed = true
      clearTimeout(state.alarm)
    },
  }
}

function refused(what: string, status: number, message: string, code?: number) {
  return fault(status, `DAPR_SCHEDULER_${what}`, message, code)
}

function invalid(reason: string) {
  const text = `failed to schedule job due to: rpc error: code = Unknown desc = job failed validation: ${reason}`
  return refused("SCHEDULE_JOB", 500, text)
}

function read({ store, clock }: State, name: string): Job | undefined {
  const found = store.readValue(jobStore, name, clock())
  return found && (JSON.parse(found.value) as Job)
}

function write({ store, clock }: State, job: Job): void {
  store.changeValues(jobStore, [{ kind: "save", key: job.name, value: JSON.stringify(job) }], clock())
}

function schedule(state: State, { overwrite = false, ...request }: JobRequest): void {
  const { name, schedule: text, repeats, dueTime, ttl } = request
  if (!name) throw refused("JOB_NAME_EMPTY", 400, "Job name is empty")
  if (!text && !dueTime) throw refused("SCHEDULE_EMPTY", 400, "Schedule is empty")
  const plan = text ? parseSchedule(text) : undefined
  if (typeof plan === "string") throw invalid(plan)
  if (!text && repeats) throw invalid("job must have a schedule to repeat")
  if (!overwrite && read(state, name)) {
    const reason = `rpc error: code = AlreadyExists desc = job already exists: '${name}'`
    throw refused("SCHEDULE_JOB", 409, `failed to schedule job due to: ${reason}`, codes.ALREADY_EXISTS)
  }
  const now = state.clock()
  const due = dueTime === undefined || dueTime === "" ? undefined : pointInTime(dueTime, now)
  const end = ttl === undefined || ttl === "" ? undefined : pointInTime(ttl, due ?? now)
  const nextAtMs = due ?? (plan && nextTime(plan, now))
  if (nextAtMs === undefined) throw invalid("there is no time that fits the schedule")
  const timesLeft = repeats ?? (text ? undefined : 1)
  write(state, {
    ...request, nextAtMs, ...(timesLeft === undefined ? {} : { timesLeft }),
    ...(end === undefined ? {} : { endsAtMs: end }),
  })
  setAlarm(state)
}

function pointInTime(text: string, from: number): number {
  const durationMs = parseDuration(text)
  const at = durationMs === undefined ? Date.parse(text) : from + durationMs
  if (Number.isNaN(at)) throw invalid(`'${text}' is neither a duration nor a time`)
  return at
}

function all({ store }: State): readonly Job[] {
  return store.listValues({ store: jobStore, prefix: "" }).map(({ value }) => JSON.parse(value) as Job)
}

function setAlarm(state: State): void {
  clearTimeout(state.alarm)
  if (state.closed) return
  const next = Math.min(...all(state).map(({ nextAtMs }) => nextAtMs))
  if (next === Infinity) return
  state.alarm = setTimeout(() => void ring(state).catch(state.onFault), delayUntil(next, state.clock()))
}

async function ring(state: State): Promise<void> {
  if (state.ringing || state.closed) return
  state.ringing = true
  const now = state.clock()
  for (const job of all(state).filter(({ nextAtMs }) => nextAtMs <= now)) {
    const taken = await state.deliver(job).catch(() => false)
    if (state.closed) return
    advance(state, job, taken)
  }
  state.ringing = false
  setAlarm(state)
}

/** Moves a job to its next time, or ends it; one that the app did not take comes again soon, a few times. */
function advance(state: State, job: Job, taken: boolean): void {
  const present = read(state, job.name)
  if (!present || present.nextAtMs !== job.nextAtMs) return
  const attempts = (state.attempts.get(job.name) ?? 0) + 1
  if (!taken && attempts < attemptsMax) {
    state.attempts.set(job.name, attempts)
    return write(state, { ...job, nextAtMs: state.clock() + attemptDelayMs })
  }
  state.attempts.delete(job.name)
  const plan = job.schedule ? parseSchedule(job.schedule) : undefined
  const nextAtMs = plan && typeof plan !== "string" ? nextTime(plan, state.clock()) : undefined
  const timesLeft = job.timesLeft === undefined ? undefined : job.timesLeft - 1
  const isOver = nextAtMs === undefined || timesLeft === 0 || (job.endsAtMs !== undefined && nextAtMs > job.endsAtMs)
  if (isOver) {
    state.store.changeValues(jobStore, [{ kind: "delete", key: job.name }], state.clock())
    return
  }
  write(state, { ...job, nextAtMs, ...(timesLeft === undefined ? {} : { timesLeft }) })
}
