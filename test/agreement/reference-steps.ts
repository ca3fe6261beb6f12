// The oracle's steps: one call with its clauses around it, and what tools, people and other workflows do in it.

import type { StepPlan } from "../../compiler/3-plan/code.ts"
import { registeredName } from "../../compiler/3-plan/types.ts"
import type { AgentPlan, CallablePlan, ClauseKind, ClausesPlan, HumanPlan, Plan, RetryPlan, ToolPlan, UndoPlan, WorkflowPlan } from "../../compiler/3-plan/types.ts"
import { agentWork } from "./reference-agent.ts"
import { approved, attempts, below, failed, fits, fresh, isFailed, openDeadline, orElse, owe, pathOf, readerOf, sending, service, sha, stopHere, stopReason, takes, timer, together, told, unhurried, until } from "./reference-attempts.ts"
import type { Envelope, Failed, Place, Placed, Progress, Run } from "./reference-attempts.ts"
import { duration, evaluate, pure, scopeOf } from "./reference-values.ts"
import type { Fields, Names, Work } from "./reference-values.ts"
import { at, book, byUnit, enclosing, finite, left, nothing, openAccount, spawn } from "./reference-world.ts"
import type { Account, Amounts, Outcome } from "./reference-world.ts"

// ---------------------------------------------------------------- steps

interface Options {
  readonly clauses?: ClausesPlan
  readonly undo?: UndoPlan
  readonly names?: Names
}

export function callablesOf(plan: Plan): ReadonlyMap<string, CallablePlan> {
  return new Map<string, CallablePlan>([...plan.tools, ...plan.agents, ...plan.humans, ...plan.workflows as unknown as CallablePlan[]].map((each) => [each.name, each]))
}

function kindOf(callable: CallablePlan): "tool" | "agent" | "human" | "workflow" {
  return "source" in callable ? "tool" : "models" in callable ? "agent" : "ask" in callable ? "human" : "workflow"
}

export function parameterNames(place: Place, { parameters }: Pick<CallablePlan, "parameters">, given: Fields): Names {
  const names = scopeOf(given)
  for (const { name, default: value } of parameters) {
    if (given[name] === undefined) names.values.set(name, value === undefined ? undefined : pure(readerOf(place, { names }), value))
  }
  return names
}

interface Step {
  readonly callable: CallablePlan
  readonly given: Fields
  readonly place: Place
  readonly progress: Progress
  readonly start: number
  readonly find: <Kind extends ClauseKind>(kind: Kind) => { readonly value: NonNullable<ClausesPlan[Kind]>; readonly names: Names } | undefined
  readonly accounts: readonly Account[]
  readonly undo: { readonly plan: UndoPlan; readonly names: Names } | undefined
}

export function* callStep(caller: Place, name: string, as: string, given: Fields, options: Options = {}): Work<unknown> {
  const path = pathOf(caller, as)
  stopHere(caller, path)
  const step = openStep(caller, path, { name, given, options })
  for (;;) {
    try {
      return yield* orFallback(step)
    } catch (thrown) {
      if (!isFailed(thrown)) throw thrown
      thrown.step ??= path
      const manual = step.find("manual")?.value
      const decision = manual === undefined || thrown.endsRun || thrown.kind === "cancelled" ? { action: "fail" } : yield* parked(step, thrown, manual)
      if (decision.action === "retry") continue
      maybeOwe(step)
      if (decision.action === "skip") return decision.value
      throw thrown
    }
  }
}

function openStep(caller: Place, path: string, { name, given, options }: { readonly name: string; readonly given: Fields; readonly options: Options }): Step {
  const callable = callablesOf(caller.run.world.plan).get(name)!
  const place = below(caller, path)
  const names = parameterNames(place, callable, given)
  const ownClauses = kindOf(callable) === "workflow" ? {} : callable.policy.clauses
  const around: Placed = { clauses: options.clauses ?? {}, names: options.names ?? scopeOf() }
  const placed: readonly Placed[] = [around, { clauses: ownClauses, names }, ...caller.defaults]
  const budgets = [...placed.filter(({ isSteps }) => isSteps), placed[1]!, ...(kindOf(callable) === "agent" ? [{ clauses: callable as AgentPlan, names }] : []), around]
  const accounts: Account[] = []
  for (const { clauses: { budget, overBudget }, names: seen } of budgets) {
    if (budget !== undefined) accounts.push(openAccount(name, budget, accounts.at(-1) ?? caller.account, overBudget && { plan: overBudget, names: seen }))
  }
  const undo = options.undo !== undefined ? { plan: options.undo, names: options.names! } : callable.undo && { plan: callable.undo, names }
  return {
    callable, given, place, progress: fresh(), start: caller.run.stepsStarted++, accounts, undo,
    find: (kind) => {
      const nearest = placed.find(({ clauses }) => clauses[kind] !== undefined)
      return nearest && { value: nearest.clauses[kind]!, names: nearest.names }
    },
  }
}

function* orFallback(step: Step): Work<unknown> {
  const { place } = step
  const fallback = step.find("fallback")
  try {
    return yield* orElse(place, step.accounts, withinDeadline(step))
  } catch (thrown) {
    if (fallback === undefined || !takes(fallback.value.on, thrown)) throw thrown
    const value = yield* evaluate(readerOf(below(place, pathOf(place, "fallback"), { names: fallback.names })), fallback.value.value)
    maybeOwe(step)
    return value
  }
}

function* withinDeadline(step: Step): Work<unknown> {
  const { place, accounts } = step
  const deadlineMs = step.find("deadlineMs")?.value
  const working: Place = {
    ...place, account: accounts.at(-1) ?? place.account,
    scope: deadlineMs === undefined ? place.scope : openDeadline(place.run, "step", deadlineMs, place.scope),
  }
  const cache = step.find("cache")
  const read = yield* cached(step, working, cache)
  if (read !== undefined) return read.value
  const value = yield* work(step, working)
  if (cache !== undefined) yield* cacheStep(step, working, { action: "put", value, forMs: cache.value.forMs }, cache)
  if (step.undo !== undefined && !place.isUndo) owe(place.saga, { start: step.start, step: place.path, decide: always(undoCall(step, value)) })
  return value
}

const always = <T>(value: T) => (): T => value

type CacheClause = ReturnType<Step["find"]> & { readonly value: NonNullable<ClausesPlan["cache"]> }

function* cached(step: Step, place: Place, cache: ReturnType<Step["find"]>): Work<{ readonly value: unknown } | undefined> {
  if (cache === undefined) return undefined
  const kept = (yield* cacheStep(step, place, { action: "get" }, cache as CacheClause)) as { readonly value: unknown } | null | undefined
  return kept && fits(place.run.world, step.callable.resultSchema, kept.value) ? kept : undefined
}

/** A cache that can't be reached is an empty one. */
function* cacheStep({ callable, given }: Step, place: Place, asked: Fields, { value: { by }, names }: CacheClause): Work<unknown> {
  const own = below(place, pathOf(place, "cache"), { names })
  const depends = by.length === 0 ? given : by.map((key) => pure(readerOf(own), key) ?? null)
  const { action, ...more } = asked
  try {
    return yield* service(own, "agentflow.cache", { action, key: `cache:${callable.name}:${sha(JSON.stringify(depends)).slice(0, 32)}`, ...more })
  } catch (thrown) {
    if (takes([], thrown)) return undefined
    throw thrown
  }
}

function undoCall({ undo, place }: Step, result: unknown): { readonly call: StepPlan; readonly given: Fields } {
  const { plan, names } = undo!
  const given = plan.step.arguments.map(({ name, value }) => [name, pure(readerOf(place, { names, result }), value)])
  return { call: plan.step, given: Object.fromEntries(given) as Fields }
}

/** A tool whose outcome is unknown may have had its effect. */
function maybeOwe(step: Step): void {
  const { place, progress, undo, start, callable } = step
  if (kindOf(callable) !== "tool" || !progress.maybeDone || undo === undefined || place.isUndo) return
  const unknown = undo.plan.needsResult ? "unknown" as const : undoCall(step, undefined)
  const decide = (envelope: Envelope | undefined) => {
    if (envelope?.ok) return undoCall(step, envelope.value)
    return envelope === undefined || envelope.maybeDone ? unknown : undefined
  }
  owe(place.saga, { start, step: place.path, ...(progress.left === undefined ? {} : { task: progress.left }), decide })
}

function* work(step: Step, place: Place): Work<unknown> {
  const { callable, given, progress } = step
  const timeoutMs = step.find("timeoutMs")?.value
  const { rate, atOnce } = step.find("limit")?.value ?? {}
  const circuit = step.find("circuit")?.value
  const limits = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(circuit === undefined ? {} : { circuit }),
    ...(rate === undefined && atOnce === undefined ? {} : { limit: { ...(rate === undefined ? {} : { times: rate.count, perMs: rate.perMs }), ...(atOnce === undefined ? {} : { atOnce }) } }),
  }
  const kind = kindOf(callable)
  const times = kind === "agent" ? 2 : place.isUndo ? 5 : 0
  const retry: RetryPlan = step.find("retry")?.value ?? { never: false, times, on: [], jitter: false }
  switch (kind) {
    case "tool": return yield* callTool(callable as ToolPlan, place, { given, retry, limits, progress })
    case "human": return yield* askPerson(callable as HumanPlan, place, { given, progress, timeoutMs })
    case "workflow": return yield* callChild(callable as unknown as WorkflowPlan, place, { given, retry, progress })
    case "agent": return yield* agentWork({
      place, agent: callable as AgentPlan, parameters: given, retry, limits, progress, callables: callablesOf(place.run.world.plan),
      call: (own, name, parameters) => callStep(own, name, name, parameters),
      *together(own, works, atATime) {
        const outcomes = yield* together(own, { count: works.length, atATime, isFatal: () => true, start: (index, scope) => works[index]!({ scope }) })
        return outcomes.map((outcome) => (outcome as { readonly value: unknown }).value)
      },
    })
  }
}

interface Calling {
  readonly given: Fields
  readonly retry: RetryPlan
  readonly progress: Progress
}

function* callTool(tool: ToolPlan, place: Place, { given, retry, progress, limits }: Calling & { readonly limits: Fields }): Work<unknown> {
  const { approve, name } = tool
  const names = parameterNames(place, tool, given)
  if (approve !== undefined && (approve.when === undefined || pure(readerOf(place, { names }), approve.when))) {
    const asking = below(place, pathOf(place, "approve"), { names })
    if (!(yield* approved(asking, approve))) throw failed("denied", `${name} was not approved`, { step: place.path })
  }
  const one = place.isUndo ? nothing : { ...nothing, calls: 1 }
  const spent = (envelope: Envelope | undefined): Amounts => (envelope?.kind === "circuit_open" ? nothing : one)
  return (yield* sending(place, { name, step: place.path, retry, limits, prepare: () => ({ allowance: one, parameters: given }), spent }, progress)).value
}

// ---------------------------------------------------------------- people

function* askPerson(human: HumanPlan, place: Place, { given, progress, timeoutMs }: Omit<Calling, "retry"> & { readonly timeoutMs: number | undefined }): Work<unknown> {
  const { world } = place.run
  const answer = yield* ask(place, { name: human.name, step: place.path, parameters: given, withinMs: timeoutMs, progress }, (value) => {
    const names = parameterNames(place, human, given)
    const holds = fits(world, human.resultSchema, value) && human.requirements.every(({ condition }) => pure(readerOf(place, { names, result: value }), condition))
    return holds ? { value } : undefined
  })
  if (answer === undefined) throw failed("timeout", `nobody answered within ${duration(timeoutMs ?? 0)}`, { step: place.path })
  return answer.value
}

interface Decision {
  readonly action: string
  readonly value?: unknown
}

function* parked({ callable, given, place }: Step, error: Failed, { by, withinMs }: NonNullable<ClausesPlan["manual"]>): Work<Decision> {
  const parameters = { callable: callable.name, by, error: told(error), parameters: given }
  const asked = { name: "agentflow.park", step: pathOf(place, "manual"), parameters, withinMs, progress: fresh() }
  const decided = yield* ask(place, asked, (value) => {
    const { action, value: instead } = (value ?? {}) as Partial<Decision>
    const isValid = action === "retry" || action === "fail" || (action === "skip" && fits(place.run.world, callable.resultSchema, instead))
    return isValid ? { value } : undefined
  })
  return (decided?.value ?? { action: "fail" }) as Decision
}

interface Question {
  readonly name: string
  readonly step: string
  readonly parameters: unknown
  readonly withinMs: number | undefined
  readonly progress: Progress
}

function* ask(place: Place, question: Question, read: (value: unknown) => { readonly value: unknown } | undefined): Work<{ readonly value: unknown } | undefined> {
  stopHere(place, question.step)
  return yield* unhurried(place, asked(place, question, read))
}

function* asked(place: Place, { name, step, parameters, withinMs, progress }: Question, read: (value: unknown) => { readonly value: unknown } | undefined): Work<{ readonly value: unknown } | undefined> {
  const { run } = place
  const lapsesAt = withinMs === undefined ? undefined : run.world.now + withinMs
  const retry: RetryPlan = { never: false, times: 5, on: [], jitter: false }
  const limits = lapsesAt === undefined ? {} : { deadline: lapsesAt }
  yield* sending(place, { name, step, retry, limits, prepare: () => ({ allowance: nothing, parameters }), spent: () => nothing }, progress)
  const lapse = lapsesAt === undefined ? { done: false } : timer(run, lapsesAt - run.world.now)
  const key = `answer:${step}`.toLowerCase()
  for (;;) {
    yield* until(place, step, () => (run.boxes.get(key) ?? []).length > 0 || lapse.done)
    const [first, ...rest] = run.boxes.get(key) ?? []
    if (first === undefined) return undefined
    run.boxes.set(key, rest)
    const taken = typeof first === "object" && first !== null ? read((first as { readonly v?: unknown }).v) : undefined
    if (taken !== undefined) return taken
  }
}

// ---------------------------------------------------------------- runs that runs call

function* callChild(workflow: WorkflowPlan, place: Place, { given, retry, progress }: Calling): Work<unknown> {
  const tight = { isTight: false }
  try {
    return (yield* attempts(place, place.path, retry, progress, () => child(workflow, place, { given, progress, tight }))).value
  } catch (thrown) {
    if (isFailed(thrown) && thrown.kind === "budget_exceeded" && tight.isTight) throw { ...thrown, refusedBy: place.account }
    throw thrown
  }
}

function* child(workflow: WorkflowPlan, place: Place, { given, progress, tight }: Omit<Calling, "retry"> & { readonly tight: { isTight: boolean } }): Work<Envelope> {
  const { run, account, share, path } = place
  stopHere(place)
  const own = workflow.budget ?? {}
  const accounts = enclosing(account)
  const room = byUnit((unit) => {
    const unspent = Math.min(...accounts.map(({ caps, spent }) => (caps[unit] ?? Infinity) - spent[unit]))
    return Math.max(0, Math.min(own[unit] ?? Math.floor(unspent / share), ...accounts.map((each) => left(each, unit))))
  })
  const allotment = place.isUndo ? {} : finite(room)
  const reserved = { ...nothing, ...allotment }
  book(account, { reserved })
  progress.attempts += 1
  const name = registeredName(workflow)
  const id = `${run.id}:${name}:${sha([path, run.start, progress.attempts]).slice(0, 12)}`
  const ended = { done: false, outcome: undefined as Outcome | undefined }
  let started: Run | undefined
  at(run.world, run.world.now, () => {
    started = run.world.open(workflow, { id, input: JSON.parse(JSON.stringify(given)) as Fields, allotment }, (outcome) => {
      at(run.world, run.world.now, () => Object.assign(ended, { done: true, outcome }))
    })
  })
  yield () => ended.done || stopReason(place) !== undefined
  if (!ended.done) {
    spawn(run.process, cancelChild(below(place, `${path}/cancel`, { scope: { outer: undefined, isCancelled: false } }), id))
    yield () => ended.done
  }
  const spent = started!.account.spent
  book(account, { reserved }, -1)
  book(account, { spent })
  if (ended.outcome!.ok) return { ok: true, value: ended.outcome!.value }
  stopHere(place)
  const { kind, message, data } = started!.failure as { readonly kind: string; readonly message: string; readonly data?: { readonly unit?: keyof Amounts } }
  const unit = data?.unit
  tight.isTight = unit !== undefined && (allotment[unit] ?? Infinity) < (own[unit] ?? Infinity)
  return { ok: false, kind, message, data }
}

function* cancelChild(place: Place, run: string): Work<void> {
  try {
    yield* service(place, "agentflow.cancel", { run })
  } catch (thrown) {
    if (!takes([], thrown)) throw thrown
  }
}

