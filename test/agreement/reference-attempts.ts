// The oracle's steps: failures, places in a run, what stops them, and one attempt after the other.

import { createHash } from "node:crypto"
import { Ajv2020 } from "ajv/dist/2020.js"
import { fullFormats } from "ajv-formats/dist/formats.js"
import type { ExpressionPlan, StepPlan } from "../../compiler/3-plan/code.ts"
import type { ApprovalPlan, BudgetPlan, ClausesPlan, JsonSchema, Plan, RetryPlan, WorkflowPlan } from "../../compiler/3-plan/types.ts"
import { duration, evaluate, pure, wholeSchema } from "./reference-values.ts"
import type { Fields, Names, Reader, Work } from "./reference-values.ts"
import { at, book, dollars, nothing, refusalOf, spawn, units } from "./reference-world.ts"
import type { Account, Amounts, Clock, Outcome, Process, Refusal } from "./reference-world.ts"

// ---------------------------------------------------------------- what goes in and comes out

export interface Envelope {
  readonly ok: boolean
  readonly value?: unknown
  readonly kind?: string
  readonly message?: string
  readonly data?: unknown
  readonly retryAfterMs?: number
  readonly maybeDone?: boolean
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number }
}

export interface Input {
  readonly step: string
  readonly attempt: number
  readonly key: string
  readonly start: number
  readonly parameters: unknown
}

export type Call = Input & { readonly name: string; readonly at: number; readonly run: string }

export interface Reply {
  readonly envelope?: Envelope
  readonly afterMs?: number
  readonly raise?: readonly { readonly name: string; readonly payload: unknown; readonly afterMs: number }[]
}

export interface Situation {
  readonly script: (name: string, input: Input, now: number, run: string) => Reply
  readonly raise?: readonly { readonly name: string; readonly payload: unknown; readonly at: number }[]
  readonly start: number
}

// ---------------------------------------------------------------- failures

export interface Failed {
  readonly failed: true
  readonly kind: string
  readonly message: string
  readonly data?: unknown
  step?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly maybeDone?: boolean | undefined
  readonly endsRun?: boolean
  readonly refusedBy?: Account | undefined
}

export function failed(kind: string, message: string, more: Partial<Failed> = {}): Failed {
  return { failed: true, kind, message, ...more }
}

export function isFailed(thrown: unknown): thrown is Failed {
  return typeof thrown === "object" && thrown !== null && "failed" in thrown
}

/** Whether a `catch`, a fallback or an escalation with these kinds takes it. */
export function takes(kinds: readonly string[], thrown: unknown): thrown is Failed {
  if (!isFailed(thrown) || thrown.endsRun === true) return false
  return kinds.length === 0 ? thrown.kind !== "budget_exceeded" && thrown.kind !== "cancelled" : kinds.includes(thrown.kind)
}

export function told(thrown: unknown, step?: string): Fields {
  if (isFailed(thrown)) return { kind: thrown.kind, message: thrown.message, data: thrown.data, step: thrown.step ?? step }
  return { kind: "internal", message: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown), step }
}

// ---------------------------------------------------------------- runs and places in them

export interface Task {
  done: boolean
  envelope?: Envelope
}

export interface World extends Clock {
  readonly plan: Plan
  readonly situation: Situation
  readonly calls: Call[]
  readonly logs: string[]
  readonly runs: Map<string, Run>
  /** What is durable in an expression; here, so that steps and blocks need not know each other. */
  readonly durable: (place: Place, plan: ExpressionPlan) => Work<unknown>
  readonly open: (workflow: WorkflowPlan, started: Started, ended: (outcome: Outcome) => void) => Run
}

export interface Started {
  readonly id: string
  readonly input: Fields
  readonly allotment: BudgetPlan | undefined
}

export interface Run {
  readonly world: World
  readonly id: string
  readonly workflow: WorkflowPlan
  readonly process: Process
  readonly account: Account
  readonly input: Fields
  readonly allotment: BudgetPlan | undefined
  readonly boxes: Map<string, unknown[]>
  readonly compensated: { readonly undone: string[]; readonly undoFailed: Fields[]; readonly undoUnknown: string[] }
  readonly inFlight: Set<Task>
  settings: Fields
  start: number
  generation: number
  stepsStarted: number
  histories: number
  isCancelled: boolean
  failure: Fields | undefined
}

export interface Scope {
  readonly outer: Scope | undefined
  isCancelled: boolean
  /** Of the scope of a whole run. */
  readonly run?: Run
  readonly deadline?: { readonly of: "run" | "block" | "step"; readonly lengthMs: number; hasPassed: boolean; firesAt: number; paused: number; timer: object | undefined }
}

export interface Undo {
  readonly start: number
  readonly step: string
  /** Undefined while the step is in flight; `decide` says then what is to be done. */
  readonly task?: Task
  readonly decide: (envelope?: Envelope) => { readonly call: StepPlan; readonly given: Fields } | "unknown" | undefined
}

export interface Saga {
  undos: readonly Undo[]
}

/** Clauses with the names that their values see. */
export interface Placed {
  readonly clauses: ClausesPlan
  readonly names: Names
  /** Of `steps use`: its budget holds too. */
  readonly isSteps?: true
}

export interface Place {
  readonly run: Run
  readonly path: string
  readonly scope: Scope
  readonly account: Account
  readonly defaults: readonly Placed[]
  readonly saga: Saga
  readonly share: number
  readonly isUndo: boolean
  readonly names: Names
  readonly used: Map<string, number>
  readonly uuids: { count: number }
}

export function below(place: Place, path: string, changes: Partial<Place> = {}): Place {
  return { ...place, used: new Map(), uuids: { count: 0 }, ...changes, path }
}

export function pathOf(place: Place, name: string): string {
  const count = (place.used.get(name) ?? 0) + 1
  place.used.set(name, count)
  return `${place.path}/${name}${count === 1 ? "" : `#${count}`}`
}

export function uuidOf(parts: readonly unknown[]): string {
  const hex = sha(parts)
  const variant = "89ab"[parseInt(hex[16]!, 16) % 4]!
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export function sha(parts: unknown): string {
  return createHash("sha256").update(typeof parts === "string" ? parts : JSON.stringify(parts)).digest("hex")
}

/** From 0 to 1, drawn from a text. */
function drawn(text: string): number {
  return Number(BigInt(`0x${sha(text).slice(0, 16)}`) >> 11n) / 2 ** 53
}

export function readerOf(place: Place, more: Partial<Reader> = {}): Reader {
  const { run } = place
  return {
    names: place.names,
    setting: (name) => run.settings[name],
    now: () => new Date(run.world.now).toISOString(),
    uuid: () => uuidOf(["uuid", run.id, run.start, place.path, place.uuids.count++]),
    durable: (plan) => run.world.durable(place, plan),
    ...more,
  }
}

// ---------------------------------------------------------------- stopping and waiting

export function scopes(scope: Scope): readonly Scope[] {
  return scope.outer === undefined ? [scope] : [...scopes(scope.outer), scope]
}

export function stopReason({ scope }: Place): Failed | undefined {
  for (const { run, isCancelled, deadline } of scopes(scope)) {
    if (run?.isCancelled) return failed("cancelled", "the run was cancelled", { endsRun: true })
    if (isCancelled) return failed("cancelled", "another branch failed")
    if (deadline?.hasPassed) return failed("timeout", `the ${deadline.of}'s deadline of ${duration(deadline.lengthMs)} has passed`, { endsRun: deadline.of === "run" })
  }
  return undefined
}

export function stopHere(place: Place, step = place.path): void {
  const reason = stopReason(place)
  if (reason !== undefined) throw { ...reason, step }
}

export function* until(place: Place, step: string, holds: () => boolean): Work<void> {
  while (!holds()) {
    stopHere(place, step)
    yield () => holds() || stopReason(place) !== undefined
  }
}

export function timer({ world }: Run, afterMs: number): { done: boolean } {
  const task = { done: false }
  at(world, world.now + afterMs, () => { task.done = true })
  return task
}

type Deadline = NonNullable<Scope["deadline"]>

export function startDeadline({ world }: Run, deadline: Deadline): void {
  const own = {}
  deadline.timer = own
  at(world, deadline.firesAt, () => { if (deadline.timer === own) deadline.hasPassed = true })
}

export function openDeadline(run: Run, of: Deadline["of"], lengthMs: number, outer?: Scope, firesAt = run.world.now + lengthMs): Scope {
  const deadline: Deadline = { of, lengthMs, hasPassed: false, firesAt, paused: 0, timer: undefined }
  startDeadline(run, deadline)
  return { outer, isCancelled: false, deadline }
}

/** While a person is waited for, no clock runs but the run's. */
export function* unhurried<T>({ run, scope }: Place, work: Work<T>): Work<T> {
  const deadlines = scopes(scope).flatMap(({ deadline }) => (deadline === undefined || deadline.of === "run" ? [] : [deadline])).toReversed()
  for (const deadline of deadlines) {
    if (deadline.paused++ > 0) continue
    deadline.timer = undefined
    deadline.hasPassed = false
    deadline.firesAt -= run.world.now
  }
  try {
    return yield* work
  } finally {
    for (const deadline of deadlines) {
      if (--deadline.paused > 0) continue
      deadline.firesAt += run.world.now
      startDeadline(run, deadline)
    }
  }
}

// ---------------------------------------------------------------- one attempt and the next

export interface Progress {
  attempts: number
  maybeDone: boolean
  left: Task | undefined
}

export const fresh = (): Progress => ({ attempts: 0, maybeDone: false, left: undefined })

function send(run: Run, name: string, input: Input): Task {
  const { world } = run
  const task: Task = { done: false }
  world.calls.push({ name, at: world.now, run: run.id, ...structuredClone(input) })
  const settle = (envelope: Envelope) => (): void => { Object.assign(task, { done: true, envelope }) }
  if (name === "agentflow.cancel") {
    const { run: target } = input.parameters as { readonly run: string }
    at(world, world.now + 1, () => Object.assign(world.runs.get(target) ?? {}, { isCancelled: true }))
    at(world, world.now + 1, settle({ ok: true, value: null }))
    return task
  }
  const { envelope, afterMs = 10, raise = [] } = world.situation.script(name, input, world.now, run.id)
  for (const event of raise) at(world, world.now + event.afterMs, () => raiseAt(run, event.name, event.payload))
  if (envelope !== undefined) at(world, world.now + afterMs, settle(envelope))
  return task
}

export function raiseAt(run: Run, name: string, payload: unknown): void {
  const key = name.toLowerCase()
  if (key === "agentflow.cancel") run.isCancelled = true
  else run.boxes.set(key, [...(run.boxes.get(key) ?? []), payload])
}

export interface Sending {
  readonly name: string
  readonly step: string
  readonly retry: RetryPlan | undefined
  readonly limits?: Fields
  readonly prepare: () => { readonly allowance: Amounts; readonly parameters: unknown }
  /** What is charged; without an envelope the outcome is unknown. */
  readonly spent: (envelope: Envelope | undefined, allowance: Amounts) => Amounts
}

export function sending(place: Place, sent: Sending, progress: Progress): Work<Envelope> {
  return attempts(place, sent.step, sent.retry, progress, () => attempt(place, sent, progress))
}

export function* attempts(place: Place, step: string, retry: RetryPlan | undefined, progress: Progress, once: () => Work<Envelope>): Work<Envelope> {
  for (let used = 0; ; ) {
    const envelope = yield* once()
    if (envelope.ok) return envelope
    if (envelope.maybeDone) progress.maybeDone = true
    if (envelope.kind === "interrupted") continue
    const { kind = "", message = "", data, retryAfterMs, maybeDone } = envelope
    const error = failed(kind, message, { data, retryAfterMs, maybeDone, step })
    const delayMs = delayOf(retry, error, used, `${place.run.id}/${step}`, progress.attempts)
    if (delayMs === undefined) throw error
    used += 1
    stopHere(place, step)
    const wait = timer(place.run, delayMs)
    yield* until(place, step, () => wait.done)
  }
}

export function delayOf(retry: RetryPlan | undefined, { kind, retryAfterMs = 0 }: Failed, used: number, step: string, attempt: number): number | undefined {
  if (retry === undefined || retry.never || used >= retry.times || kind === "circuit_open") return undefined
  const kinds = retry.on.length > 0 ? retry.on : ["rate_limited", "unavailable", "timeout", "network"]
  if (!kinds.includes(kind)) return undefined
  const firstMs = retry.backoff?.firstMs ?? 1_000
  const backoffMs = Math.min(firstMs * (retry.factor ?? 2) ** used, Math.max(firstMs, retry.backoff?.maxMs ?? 60_000))
  return Math.max(Math.round(backoffMs * (retry.jitter ? drawn(`jitter:${step}:${attempt}`) : 1)), Math.ceil(retryAfterMs))
}

function* attempt(place: Place, sent: Sending, progress: Progress): Work<Envelope> {
  const { run, scope, account } = place
  const { allowance, parameters } = yield* reserved(place, sent)
  progress.attempts += 1
  const key = uuidOf(["key", run.id, run.start, sent.step])
  const task = send(run, sent.name, { step: sent.step, attempt: progress.attempts, key, start: run.start, ...sent.limits, parameters })
  const isLate = (): boolean => scopes(scope).some(({ deadline }) => deadline?.of !== "run" && deadline?.hasPassed)
  if (!task.done && !isLate()) yield () => task.done || isLate()
  const envelope = task.done ? task.envelope : undefined
  book(account, { reserved: allowance, spent: nothing }, -1)
  book(account, { spent: sent.spent(envelope, allowance) })
  if (envelope !== undefined) return envelope
  Object.assign(progress, { maybeDone: true, left: task })
  run.inFlight.add(task)
  stopHere(place, sent.step)
  throw new Error("left behind without a deadline")
}

function* reserved(place: Place, { step, prepare }: Sending): Work<ReturnType<Sending["prepare"]>> {
  for (;;) {
    stopHere(place, step)
    try {
      const prepared = prepare()
      const refusal = refusalOf(place.account, prepared.allowance)
      if (refusal !== undefined) throw exceeded(refusal, step)
      book(place.account, { reserved: prepared.allowance })
      return prepared
    } catch (thrown) {
      if (!(yield* getsMore(place, thrown))) throw thrown
    }
  }
}

export function exceeded({ by, unit, needed, left: rest }: Refusal, step: string): Failed {
  const amount = (value: number): string => (unit === "nanoDollars" ? dollars(value) : `${value} ${unit}`)
  const message = `needs ${amount(needed)}, the budget of ${by.name} has ${amount(rest)} left`
  return failed("budget_exceeded", message, { data: { account: by.name, unit, needed, left: rest }, step, refusedBy: by })
}

/** A person may add the same again, once at a time. */
function* getsMore(place: Place, thrown: unknown): Work<boolean> {
  const account = isFailed(thrown) ? thrown.refusedBy : undefined
  const over = account?.over
  if (account === undefined || over?.plan.kind !== "ask" || over.more === undefined) return false
  if (over.isAsking) {
    yield* until(place, place.path, () => !over.isAsking)
    return over.more !== undefined
  }
  over.isAsking = true
  try {
    const asking = below(place, pathOf(place, "else"), { account: account.parent ?? account, names: over.names })
    if (!(yield* approved(asking, over.plan.approval))) over.more = undefined
    else for (const unit of units) if (account.caps[unit] !== undefined) account.caps = { ...account.caps, [unit]: account.caps[unit] + (over.more[unit] ?? 0) }
    return over.more !== undefined
  } finally {
    over.isAsking = false
  }
}

export function* approved(place: Place, { human, yes }: ApprovalPlan): Work<boolean> {
  try {
    return (yield* evaluate(readerOf(place), human)) === pure(readerOf(place), yes)
  } catch (thrown) {
    if (takes([], thrown)) return false
    throw thrown
  }
}

/** What carries the budget that has no room gives the value of its `else return`. */
export function* orElse(place: Place, opened: readonly Account[], work: Work<unknown>): Work<unknown> {
  try {
    return yield* work
  } catch (thrown) {
    const over = isFailed(thrown) && thrown.refusedBy && opened.includes(thrown.refusedBy) ? thrown.refusedBy.over : undefined
    if (over?.plan.kind !== "return") throw thrown
    stopHere(place)
    return yield* evaluate(readerOf(below(place, pathOf(place, "else"), { names: over.names })), over.plan.value)
  }
}

/** A step of the runtime's own. */
export function* service(place: Place, name: string, parameters: unknown): Work<unknown> {
  const patient: RetryPlan = { never: false, times: 5, on: [], jitter: false }
  const prepare = () => ({ allowance: nothing, parameters })
  return (yield* sending(place, { name, step: place.path, retry: patient, prepare, spent: () => nothing }, fresh())).value
}

// ---------------------------------------------------------------- several at once

export interface Together {
  readonly count: number
  readonly atATime: number
  readonly start: (index: number, scope: Place["scope"]) => Work<unknown>
  readonly isFatal: (thrown: unknown) => boolean
}

export function* together(place: Place, { count, atATime, start, isFatal }: Together): Work<readonly Outcome[]> {
  const parent = place.run.world.current!
  const scope: Place["scope"] = { outer: place.scope, isCancelled: false }
  const outcomes: Outcome[] = []
  const fatal: Outcome[] = []
  let [running, begun] = [0, 0]
  const canStart = (): boolean => fatal.length === 0 && running < atATime && begun < count
  for (;;) {
    while (canStart()) {
      const index = begun++
      running += 1
      spawn(parent, start(index, scope), (outcome) => {
        running -= 1
        outcomes[index] = outcome
        if (outcome.ok || !isFatal(outcome.thrown)) return
        fatal.push(outcome)
        scope.isCancelled = true
      })
    }
    if (running === 0) break
    yield () => running === 0 || canStart()
  }
  const [first] = fatal
  if (first?.ok === false) throw first.thrown
  return outcomes
}

export function owe(saga: Saga, undo: Undo): void {
  saga.undos = [...saga.undos, undo].sort((a, b) => a.start - b.start)
}

// ---------------------------------------------------------------- schemas

const ajv = new Ajv2020({ strict: false, formats: { ...fullFormats, uint: true } })
const validators = new Map<string, (value: unknown) => boolean>()

export function fits(world: World, schema: JsonSchema, value: unknown): boolean {
  const whole = wholeSchema(world.plan.types, schema)
  const key = JSON.stringify(whole)
  const validate = validators.get(key) ?? ajv.compile(whole)
  validators.set(key, validate)
  return validate(JSON.parse(JSON.stringify(value ?? null)))
}

export function mustFit(world: World, schema: JsonSchema, kind: string, value: unknown): void {
  if (!fits(world, schema, value)) throw failed(kind, "does not fit")
}
