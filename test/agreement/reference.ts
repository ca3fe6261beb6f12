// The oracle: interprets a plan as the language describes it, with scripted callables, a clock that jumps and no durability.

import type { BranchPlan, EachPlan, ExpressionPlan, LoopPlan, MatchPlan, RacePlan, SagaPlan, StatementPlan, TryPlan, WaitPlan, WithinPlan } from "../../compiler/3-plan/code.ts"
import { registeredName } from "../../compiler/3-plan/types.ts"
import type { CallablePlan, Plan, WorkflowPlan } from "../../compiler/3-plan/types.ts"
import { below, delayOf, failed, fits, isFailed, mustFit, openDeadline, orElse, owe, pathOf, raiseAt, readerOf, service, stopHere, takes, timer, together, told, until } from "./reference-attempts.ts"
import type { Call, Place, Run, Saga, Situation, Started, World } from "./reference-attempts.ts"
import { callablesOf, callStep, parameterNames } from "./reference-steps.ts"
import { duration, evaluate, lookUp, pure, scopeOf, written } from "./reference-values.ts"
import type { Fields, Names, Work } from "./reference-values.ts"
import { advance, at, byUnit, finite, nextWake, openAccount, spawn } from "./reference-world.ts"
import type { Amounts, Outcome, Process } from "./reference-world.ts"

export interface Told {
  readonly output: unknown
  readonly failure: Fields | undefined
  readonly calls: readonly Call[]
  readonly spent: Amounts
  readonly logs: readonly string[]
  readonly elapsedMs: number
  readonly children: readonly { readonly id: string; readonly failure: Fields | undefined }[]
  /** Histories: one more for every `continue as new`. */
  readonly histories: number
}

export function interpret(plan: Plan, workflow: string, input: Fields, situation: Situation): Told {
  const world: World = { plan, situation, now: situation.start, wakes: [], calls: [], logs: [], runs: new Map(), durable, open: (...started) => openRun(world, ...started) }
  const root = openRun(world, plan.workflows.find(({ name }) => name === workflow)!, { id: "run-1", input, allotment: undefined })
  at(world, world.now, () => {})
  for (const event of situation.raise ?? []) at(world, situation.start + event.at, () => raiseAt(root, event.name, event.payload))
  for (let turns = 0; root.process.outcome === undefined; turns++) {
    const wake = nextWake(world)
    if (wake === undefined || turns > 20_000) throw new Error(wake === undefined ? "the run waits for nothing that will come" : "the run does not end")
    world.now = wake.at
    wake.happen()
    for (const run of world.runs.values()) if (run.process.outcome === undefined) advance(world, run.process)
  }
  const { outcome } = root.process
  return {
    output: outcome.ok ? outcome.value : undefined, failure: root.failure, calls: world.calls, spent: root.account.spent, logs: world.logs,
    elapsedMs: world.now - situation.start, histories: root.histories,
    children: [...world.runs.values()].slice(1).map(({ id, failure }) => ({ id, failure })),
  }
}

// ---------------------------------------------------------------- a run

function openRun(world: World, workflow: WorkflowPlan, { id, input, allotment }: Started, ended?: (outcome: Outcome) => void): Run {
  const own = workflow.budget ?? {}
  const caps = allotment === undefined ? own : finite(byUnit((unit) => Math.min(own[unit] ?? Infinity, allotment[unit] ?? Infinity)))
  const account = openAccount(registeredName(workflow), caps, undefined, workflow.overBudget && { plan: workflow.overBudget, names: scopeOf() })
  if (account.over) account.over.more = own
  const run: Run = {
    world, id, workflow, account, input, allotment, boxes: new Map(), compensated: { undone: [], undoFailed: [], undoUnknown: [] }, inFlight: new Set(),
    settings: {}, start: world.now, generation: 1, stepsStarted: 0, histories: 1, isCancelled: false, failure: undefined,
    process: undefined as unknown as Process,
  }
  const process = spawn(undefined, histories(run), ended)
  Object.assign(run, { process })
  world.runs.set(id, run)
  return run
}

interface Continue {
  readonly parameters: Fields
  readonly place: Place
}

function* histories(run: Run): Work<unknown> {
  let place = rootPlace(run)
  for (let input = run.input; ; ) {
    const ended = yield* history(run, place, input)
    if (!("continue" in ended)) return ended.value
    const { parameters } = ended.continue
    let isNext = false
    at(run.world, run.world.now, () => { isNext = true })
    yield () => isNext
    input = parameters
    run.start = run.world.now
    run.generation += 1
    run.histories += 1
    place = below(place, pathOfGeneration(run))
    if (place.scope.deadline !== undefined) place = { ...place, scope: { ...openDeadline(run, "run", place.scope.deadline.lengthMs, undefined, place.scope.deadline.firesAt), run } }
  }
}

function pathOfGeneration({ workflow, generation }: Run): string {
  return generation === 1 ? registeredName(workflow) : `${registeredName(workflow)}#${generation}`
}

function rootPlace(run: Run): Place {
  const { workflow, world } = run
  const steps = world.plan.policies.find(({ name }) => name === workflow.steps)
  return {
    run, path: pathOfGeneration(run), account: run.account, saga: { undos: [] }, share: 1, isUndo: false, names: scopeOf(), used: new Map(), uuids: { count: 0 },
    scope: workflow.deadlineMs === undefined ? { outer: undefined, isCancelled: false, run } : { ...openDeadline(run, "run", workflow.deadlineMs), run },
    defaults: steps === undefined ? [] : [{ clauses: steps.policy.clauses, names: scopeOf(), isSteps: true }],
  }
}

type Ended = { readonly value: unknown } | { readonly continue: Continue }

/** The body, and what still goes on beside it; then what is to be undone and told. */
function* history(run: Run, place: Place, input: Fields): Work<Ended> {
  const { workflow, world, process } = run
  try {
    mustFit(world, workflow.parametersSchema, "invalid_input", input)
    if (run.histories === 1) yield* readSettings(place)
    const names = parameterNames(place, workflow, input)
    if (run.account.over) Object.assign(run.account.over, { names })
    const ended = (yield* beside(process, governed({ ...place, names }))) as Ended
    if (run.isCancelled) stopHere(place)
    if ("value" in ended && run.compensated.undoFailed.length + run.compensated.undoUnknown.length > 0) {
      const steps = [...run.compensated.undoFailed.map(({ step }) => step ?? ""), ...run.compensated.undoUnknown]
      const message = `the run completed, but something is not undone: ${steps.join(", ")}`
      world.logs.push(message)
      yield* deadLetter(place, input, { kind: "internal", message, ...run.compensated })
    }
    return ended
  } catch (thrown) {
    yield* beside(process, compensate(place, place.saga))
    const failure = { ...told(thrown), ...run.compensated }
    yield* deadLetter(place, input, failure)
    run.failure = failure
    throw thrown
  }
}

/** The work as a part of the whole run, until it and everything else beside it has ended. */
function* beside(process: Process, work: Work<unknown>): Work<unknown> {
  const main = spawn(process, work)
  yield () => process.children.length === 0
  if (!main.outcome!.ok) throw main.outcome!.thrown
  return main.outcome!.value
}

function* readSettings(place: Place): Work<void> {
  const { run } = place
  const { settings } = run.world.plan
  const read = settings.filter(({ name }) => settingsRead(run).has(name))
  if (read.length === 0) return
  const wanted = read.map((each) => ({ name: each.name, default: each.default === undefined ? undefined : pure(readerOf(place), each.default) }))
  const path = pathOf(place, "settings")
  const values = (yield* service(below(place, path), "agentflow.settings", { settings: wanted })) as Fields
  for (const { name, schema } of read) mustFit(run.world, schema, "invalid_input", values[name])
  run.settings = values
}

/** What the run reads itself: not what its children, a question or a request read. */
function settingsRead({ world: { plan }, workflow }: Run): ReadonlySet<string> {
  const callables = callablesOf(plan)
  const found = new Set<string>()
  const seen = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return
    const { kind, name, callable, tools, handoffs, ...rest } = node as { readonly kind?: string; readonly name?: string; readonly callable?: string; readonly tools?: unknown; readonly handoffs?: unknown }
    if (kind === "settingReference") found.add(name!)
    for (const next of [callable, ...(Array.isArray(tools) ? tools : []), ...(Array.isArray(handoffs) ? handoffs : [])] as readonly (string | undefined)[]) {
      const target = next === undefined ? undefined : callables.get(next)
      if (target === undefined || seen.has(next!)) continue
      seen.add(next!)
      const { source: _source, ask: _ask, ...own } = target as CallablePlan & { readonly source?: unknown; readonly ask?: unknown }
      if (!("body" in target)) visit(own)
    }
    for (const [key, child] of Object.entries(rest)) if (key !== "origin" && key !== "type" && key !== "triggers") visit(child)
  }
  visit({ body: workflow.body, overBudget: workflow.overBudget, policy: workflow.policy })
  return found
}

function* deadLetter(place: Place, input: Fields, failure: Fields): Work<void> {
  const { workflow, world } = place.run
  if (workflow.deadLetter === undefined) return
  const own = below(place, pathOf(place, "dead letter"), { scope: { outer: undefined, isCancelled: false } })
  try {
    yield* service(own, "agentflow.deadletter", { workflow: registeredName(workflow), topic: workflow.deadLetter, input, failure })
  } catch (thrown) {
    if (!takes([], thrown)) throw thrown
    world.logs.push(`the dead letter was not written: ${thrown.message}`)
  }
}

/** The clauses in the workflow's own body: everything is undone before it begins again, or gives another value. */
function* governed(place: Place): Work<Ended> {
  const { run } = place
  const { retry, fallback } = run.workflow.policy.clauses
  let own = place
  for (let used = 0; ; used++) {
    try {
      return yield* orRunElse(own, body(own))
    } catch (thrown) {
      if (!isFailed(thrown) || thrown.endsRun) throw thrown
      const delayMs = delayOf(retry, thrown, used, `${run.id}/${place.path}`, used + 1)
      if (delayMs === undefined && !(fallback !== undefined && takes(fallback.on, thrown))) throw thrown
      yield* compensate(own, own.saga)
      if (delayMs === undefined) return { value: yield* evaluate(readerOf(below(own, pathOf(own, "fallback"))), fallback!.value) }
      const wait = timer(run, delayMs)
      yield* until(own, own.path, () => wait.done)
      run.generation += 1
      own = below(own, pathOfGeneration(run))
    }
  }
}

function* orRunElse(place: Place, work: Work<Ended>): Work<Ended> {
  try {
    return yield* work
  } catch (thrown) {
    const { over } = place.account
    if (!isFailed(thrown) || thrown.refusedBy !== place.account || over?.plan.kind !== "return") throw thrown
    return { value: yield* evaluate(readerOf(below(place, pathOf(place, "else"))), over.plan.value) }
  }
}

function* body(place: Place): Work<Ended> {
  const { run } = place
  let value: unknown
  try {
    value = (yield* block(place, run.workflow.body))?.value ?? null
  } catch (thrown) {
    if (!isLeaving(thrown)) throw thrown
    if (thrown.leaving === "continue") return { continue: yield* carried(place, thrown.value as Fields) }
    value = thrown.value
  }
  mustFit(run.world, run.workflow.resultSchema, "invalid_output", value)
  return { value }
}

/** What is in flight comes to its end first: it would reach the next history. */
function* carried(place: Place, parameters: Fields): Work<Continue> {
  const { run } = place
  stopHere(place)
  mustFit(run.world, run.workflow.parametersSchema, "invalid_input", parameters)
  yield () => run.process.children.length <= 1
  for (const { task } of place.saga.undos) if (task !== undefined && !task.done) yield () => task.done
  for (const task of run.inFlight) if (!task.done) yield () => task.done
  return { parameters, place }
}

// ---------------------------------------------------------------- undoing

function* compensate(place: Place, saga: Saga): Work<void> {
  const { undone, undoFailed, undoUnknown } = place.run.compensated
  for (let undo = saga.undos.at(-1); undo !== undefined; undo = saga.undos.at(-1)) {
    saga.undos = saga.undos.slice(0, -1)
    const { task, step, decide } = undo
    try {
      if (task !== undefined && !task.done) yield () => task.done
      const decided = decide(task?.envelope)
      if (decided === "unknown") undoUnknown.push(step)
      else if (decided !== undefined) {
        const own = below(place, `${step}/undo`, { scope: { outer: undefined, isCancelled: false }, isUndo: true })
        yield* callStep(own, decided.call.callable, decided.call.callable, decided.given)
        undone.push(step)
      }
    } catch (thrown) {
      undoFailed.push(told(thrown, step))
    }
  }
}

function join(outer: Saga, inner: Saga): void {
  for (const undo of inner.undos) owe(outer, undo)
  inner.undos = []
}

// ---------------------------------------------------------------- several at once

/** A body with a scope of its own: its value. */
function* bodyOf(place: Place, statements: readonly StatementPlan[]): Work<unknown> {
  return (yield* block(place, statements))?.value
}

function* each(place: Place, plan: EachPlan): Work<unknown> {
  const items = (yield* evaluate(readerOf(place), plan.items)) as readonly unknown[]
  const wanted = plan.atATime === undefined ? 1 : Number(yield* evaluate(readerOf(place), plan.atATime))
  const path = pathOf(place, plan.step)
  const atATime = Math.min(64, Math.max(1, Math.floor(wanted)))
  const share = place.share * Math.max(1, Math.min(atATime, items.length))
  const outcomes = yield* together(place, {
    count: items.length, atATime,
    isFatal: (thrown) => plan.failures === "stop" || !takes([], thrown),
    start: (index, scope) => {
      const names = scopeOf({ [plan.variable]: items[index], ...(plan.index === undefined ? {} : { [plan.index]: index }) }, place.names)
      return bodyOf(below(place, `${path}[${index}]`, { scope, share, names }), plan.body)
    },
  })
  if (plan.failures !== "collect") return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
  return outcomes.map((outcome) => (outcome.ok ? outcome : { ok: false, error: told(outcome.thrown) }))
}

function branchPlace(place: Place, path: string, { name }: BranchPlan, count: number, changes: Partial<Place>): Place {
  return below(place, `${path}/${name}`, { share: place.share * count, names: scopeOf({}, place.names), ...changes })
}

function* parallel(place: Place, step: string, branches: readonly BranchPlan[]): Work<Fields> {
  const path = pathOf(place, step)
  const outcomes = yield* together(place, {
    count: branches.length, atATime: branches.length, isFatal: () => true,
    start: (index, scope) => bodyOf(branchPlace(place, path, branches[index]!, branches.length, { scope }), branches[index]!.body),
  })
  return Object.fromEntries(branches.map(({ name }, index) => [name, (outcomes[index] as { readonly value: unknown }).value]))
}

interface Racer {
  readonly name: string
  readonly place: Place
  readonly process: Process
}

/** The first that succeeds; the others end beside the rest of the run, and what they did is undone. */
function* race(place: Place, { step, branches }: RacePlan): Work<unknown> {
  const { world, process } = place.run
  const parent = world.current!
  const path = pathOf(place, step)
  const failures: unknown[] = []
  let ended: { readonly winner?: string; readonly outcome: Outcome } | undefined
  const racers = branches.map((branch): Racer => {
    const own = branchPlace(place, path, branch, branches.length, { scope: { outer: place.scope, isCancelled: false }, saga: { undos: [] } })
    return { name: branch.name, place: own, process: spawn(parent, bodyOf(own, branch.body), (outcome) => finish(branch.name, outcome)) }
  })
  const finish = (name: string, outcome: Outcome): void => {
    if (ended?.winner !== undefined) return
    if (ended === undefined && (outcome.ok || isLeaving(outcome.thrown))) {
      ended = { winner: name, outcome }
      for (const loser of racers) if (loser.name !== name) giveUp(loser)
    } else if (!outcome.ok) {
      failures.push(outcome.thrown)
      if (takes([], outcome.thrown)) return
      ended ??= { outcome }
      for (const other of racers) other.place.scope.isCancelled = true
    }
  }
  const giveUp = (loser: Racer): void => {
    parent.children = parent.children.filter((child) => child !== loser.process)
    if (!loser.process.hasStarted) return
    loser.place.scope.isCancelled = true
    const after = spawn(process, (function* (): Work<void> {
      if (loser.process.outcome === undefined) yield () => loser.process.outcome !== undefined
      yield* compensate(loser.place, loser.place.saga)
    })())
    if (loser.process.outcome === undefined) after.children.push(loser.process)
  }
  yield () => ended?.winner !== undefined || racers.every((racer) => racer.process.outcome !== undefined)
  for (const racer of racers) if (ended?.winner === undefined || ended.winner === racer.name) join(place.saga, racer.place.saga)
  const { winner, outcome } = ended ?? { outcome: { ok: false, thrown: failures[0] } as const, winner: undefined }
  if (!outcome.ok) throw outcome.thrown
  return { winner, value: outcome.value }
}

// ---------------------------------------------------------------- blocks

function* within(place: Place, { step, policy: { clauses }, body: statements }: WithinPlan): Work<unknown> {
  const { run, names } = place
  const path = pathOf(place, step)
  stopHere(place, path)
  const { budget, overBudget, deadlineMs, fallback, ...defaults } = clauses
  const account = budget && openAccount(path, budget, place.account, overBudget && { plan: overBudget, names })
  const scope = deadlineMs === undefined ? place.scope : openDeadline(run, "block", deadlineMs, place.scope)
  const inner = below(place, path, { account: account ?? place.account, scope, names: scopeOf({}, names), defaults: [{ clauses: defaults, names }, ...place.defaults] })
  const outside = below(place, path)
  try {
    return yield* orElse(outside, account === undefined ? [] : [account], bodyOf(inner, statements))
  } catch (thrown) {
    if (fallback === undefined || !takes(fallback.on, thrown)) throw thrown
    stopHere(place, path)
    return yield* evaluate(readerOf(below(outside, pathOf(outside, "fallback"))), fallback.value)
  }
}

function* saga(place: Place, { step, body: statements }: SagaPlan): Work<unknown> {
  const own: Saga = { undos: [] }
  const inner = below(place, pathOf(place, step), { saga: own, names: scopeOf({}, place.names) })
  try {
    const value = yield* bodyOf(inner, statements)
    join(place.saga, own)
    return value
  } catch (thrown) {
    if (isLeaving(thrown)) join(place.saga, own)
    else yield* compensate(inner, own)
    throw thrown
  }
}

function* wait(place: Place, { event, step, by, timeoutMs }: WaitPlan): Work<unknown> {
  const { run, names } = place
  const path = pathOf(place, step)
  stopHere(place, path)
  const { schema } = run.world.plan.types.find(({ name, kind }) => kind === "event" && name === event)!
  const key = event.toLowerCase()
  const eventNames = (payload: Fields): Names => scopeOf(Object.fromEntries((by?.fields ?? []).map((name) => [name, payload[name]])), names)
  const find = (): number => (run.boxes.get(key) ?? []).findIndex((payload) => fits(run.world, schema, payload)
    && (by === undefined || pure(readerOf(place, { names: eventNames(payload as Fields) }), by.condition)))
  const lapse = timeoutMs === undefined || find() >= 0 ? { done: false } : timer(run, timeoutMs)
  yield* until(place, path, () => find() >= 0 || lapse.done)
  const index = find()
  if (index < 0) throw failed("timeout", `no ${event} within ${duration(timeoutMs ?? 0)}`, { step: path })
  const box = run.boxes.get(key)!
  run.boxes.set(key, box.filter((_, each) => each !== index))
  return box[index]
}

function* durable(place: Place, plan: ExpressionPlan): Work<unknown> {
  switch (plan.kind) {
    case "step": {
      const given: Record<string, unknown> = {}
      for (const { name, value } of plan.arguments) given[name] = yield* evaluate(readerOf(place), value)
      const { policy, undo } = plan
      return yield* callStep(place, plan.callable, plan.step, given, { names: place.names, ...(policy === undefined ? {} : { clauses: policy.clauses }), ...(undo === undefined ? {} : { undo }) })
    }
    case "each": return yield* each(place, plan)
    case "race": return yield* race(place, plan)
    case "within": return yield* within(place, plan)
    case "saga": return yield* saga(place, plan)
    case "wait": return yield* wait(place, plan)
    default: throw new Error(`${plan.kind} is not durable`)
  }
}

// ---------------------------------------------------------------- statements

/** Thrown through blocks by what leaves the run's body on purpose. */
interface Leaving {
  readonly leaving: "finish" | "continue"
  readonly value: unknown
}

function isLeaving(thrown: unknown): thrown is Leaving {
  return typeof thrown === "object" && thrown !== null && "leaving" in thrown
}

/** What a `return` gave; undefined at the end of the statements. */
type Returned = { readonly value: unknown } | undefined

function* block(place: Place, statements: readonly StatementPlan[]): Work<Returned> {
  for (const statement of statements) {
    const returned = yield* perform(place, statement)
    if (returned !== undefined) return returned
  }
  return undefined
}

function inner(place: Place, values: Fields = {}): Place {
  return { ...place, names: scopeOf(values, place.names) }
}

function* perform(place: Place, plan: StatementPlan): Work<Returned> {
  const value = (expression: ExpressionPlan): Work<unknown> => evaluate(readerOf(place), expression)
  const { values } = place.names
  switch (plan.kind) {
    case "let": return void values.set(plan.name, plan.value === undefined ? undefined : (yield* value(plan.value)) ?? null)
    case "assign": return void lookUp(place.names, plan.name).values.set(plan.name, (yield* value(plan.value)) ?? null)
    case "do": return void (yield* value(plan.value))
    case "return": return { value: plan.value === undefined ? undefined : (yield* value(plan.value)) ?? null }
    case "finish": throw { leaving: "finish", value: plan.value === undefined ? null : (yield* value(plan.value)) ?? null } satisfies Leaving
    case "continueAsNew": {
      const given: Record<string, unknown> = {}
      for (const { name, value: each } of plan.arguments) given[name] = yield* value(each)
      throw { leaving: "continue", value: given } satisfies Leaving
    }
    case "fail": {
      const message = plan.message === undefined ? plan.error : written(yield* value(plan.message), plan.message.type)
      throw failed(plan.error, message, plan.data === undefined ? {} : { data: yield* value(plan.data) })
    }
    case "log": return void place.run.world.logs.push(written(yield* value(plan.message), plan.message.type))
    case "if": return yield* block(inner(place), (yield* value(plan.condition)) ? plan.then : plan.otherwise)
    case "match": return yield* match(place, plan)
    case "try": return yield* attempted(place, plan)
    case "parallel": {
      for (const [name, given] of Object.entries(yield* parallel(place, plan.step, plan.branches))) values.set(name, given)
      return undefined
    }
    case "loop": return yield* loop(place, plan)
    case "sleep": return void (yield* sleep(place, plan.until, yield* value(plan.value)))
    case "publish": {
      const payload = yield* value(plan.value)
      const topic = written(yield* value(plan.topic), plan.topic.type)
      const path = pathOf(place, plan.step === plan.event ? "publish" : plan.step)
      return void (yield* service({ ...place, path }, "agentflow.publish", { event: plan.event, topic, payload }))
    }
  }
}

function* match(place: Place, plan: MatchPlan): Work<Returned> {
  const subject = (yield* evaluate(readerOf(place), plan.subject)) ?? null
  const arm = plan.arms.find(({ patterns }) => patterns.some((pattern) => {
    switch (pattern.kind) {
      case "else": return true
      case "nothing": return subject === null
      case "member": return subject === pattern.member
      case "literal": return subject === pattern.value
      case "tag": return (subject as Fields | null)?.["kind"] === pattern.tag
      case "shape": return pattern.shape === "list" ? Array.isArray(subject) : typeof subject === pattern.shape
    }
  })) ?? plan.arms.at(-1)!
  return yield* block(inner(place, arm.binding === undefined ? {} : { [arm.binding]: subject }), arm.body)
}

function* attempted(place: Place, plan: TryPlan): Work<Returned> {
  try {
    return yield* block(inner(place), plan.body)
  } catch (thrown) {
    const taken = plan.catches.find(({ kinds }) => takes(kinds, thrown))
    if (taken === undefined) throw thrown
    return yield* block(inner(place, taken.binding === undefined ? {} : { [taken.binding]: told(thrown) }), taken.body)
  }
}

function* loop(place: Place, plan: LoopPlan): Work<Returned> {
  const path = pathOf(place, plan.step)
  for (let round = 0; plan.while === undefined || (yield* evaluate(readerOf(place), plan.while)); round++) {
    stopHere(place, path)
    if (round >= plan.times) throw failed("loop_exhausted", `${plan.step} was not done after ${plan.times} rounds`, { step: path })
    const own = below(place, `${path}[${round}]`, { names: scopeOf({}, place.names) })
    const returned = yield* block(own, plan.body)
    if (returned !== undefined) return returned
    if (plan.until !== undefined && (yield* evaluate(readerOf(own), plan.until))) return undefined
  }
  return undefined
}

function* sleep(place: Place, isTime: boolean, value: unknown): Work<void> {
  const { now } = place.run.world
  const untilMs = isTime ? Date.parse(value as string) : now + (value as number)
  if (Number.isNaN(untilMs)) throw failed("invalid_input", `not a time: "${String(value)}"`)
  const path = pathOf(place, "sleep")
  stopHere(place, path)
  if (untilMs <= now) return
  const slept = timer(place.run, untilMs - now)
  yield* until(place, path, () => slept.done)
}
