// One run of the program under one fault: a sidecar and a worker of its own, the services behind proxies.

import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Config } from "../config.ts"
import { Failure } from "../failure.ts"
import type { Address } from "../processes.ts"
import { answerQuestion, isAnswered, questionsOf } from "../questions.ts"
import { runProgram } from "../run-program.ts"
import type { RunControl } from "../run-program.ts"
import type { Terminal } from "../terminal.ts"
import { everyStep, hasEnded } from "../view/fold.ts"
import type { RunView } from "../view/fold.ts"
import { treatmentOf } from "./faults.ts"
import type { FaultName, Plan } from "./faults.ts"
import { attemptsOf, barsOf } from "./observe.ts"
import type { Mark, Observation } from "./observe.ts"
import { openProxies } from "./proxy.ts"

export interface PilotedProgram {
  readonly file: string
  readonly workflow: string | undefined
  readonly config: Config
  readonly input: unknown
  readonly terminal: Terminal
  /** Of this run alone: its database and logs. */
  readonly folder: string
  readonly limitMs: number
  /** Ends it before. */
  readonly stop: AbortSignal
  /** Given to every question; absent: the first choice that does not mean no. */
  readonly approve: string | undefined
  /** A host that is not the embedded sidecar, and how it is ended and started again. */
  readonly host?: { readonly address: Address; restart(): Promise<void> }
}

const sidecarAwayMs = 1_000

export async function pilotProgram(program: PilotedProgram, fault: FaultName, plan: Plan | undefined): Promise<Observation> {
  const marks: Mark[] = []
  const stop = new AbortController()
  const strike = openStrike(fault, plan)
  let control: RunControl | undefined
  let restarting: Promise<void> | undefined
  const mark = (text: string): void => void marks.push({ atMs: Date.now(), text })
  const strikeNow = async (): Promise<void> => {
    while (control === undefined) await sleep(10)
    if (fault === "worker") {
      mark("worker killed")
      control.worker.kill("SIGKILL")
      return
    }
    mark("sidecar killed")
    const restarted = control.restartSidecar(sidecarAwayMs, program.host && (() => program.host!.restart()))
    restarting = restarted.then(() => mark("sidecar back"))
  }
  const { config } = program
  const proxies = await openProxies({
    targets: config.endpoints, treat: treatmentOf(fault, plan),
    onDone: async (done) => {
      if (strike.isDue({ effects: done, requests: proxies.seen().length })) await strikeNow()
    },
  })
  const limit = setTimeout(() => stop.abort(), program.limitMs)
  const answered = new Set<string>()
  const onView = async (view: RunView, given: RunControl): Promise<void> => {
    control = given
    if (strike.isDue({ steps: finishedSteps(view) })) await strikeNow()
    await answerAll(program, view, { given, answered, stop: AbortSignal.any([stop.signal, program.stop]) })
  }
  try {
    const { view, interrupted } = await runProgram({
      file: program.file, config: { ...config, endpoints: proxies.endpoints }, terminal: program.terminal, input: program.input ?? {},
      live: { show() {}, end() {}, note: (text) => { if (text.includes("worker is back")) mark("worker back") } },
      stateFolder: join(program.folder, ".agentflow"), stop: AbortSignal.any([stop.signal, program.stop]), onView,
      ...(program.workflow === undefined ? {} : { workflow: program.workflow }),
      ...(program.host === undefined ? {} : { sidecar: program.host.address }),
    })
    return {
      fault, ...endOf(view, interrupted), durationMs: (interrupted ? Date.now() : view.summary.updatedAtMs) - view.summary.createdAtMs, marks, bars: barsOf(view), seen: proxies.seen(),
      attempts: attemptsOf(view), ...(view.status === undefined ? {} : { spent: view.status.spent }),
    }
  } finally {
    clearTimeout(limit)
    await restarting?.catch(() => {})
    await proxies.close()
  }
}

interface Reached {
  readonly effects?: number
  readonly requests?: number
  readonly steps?: number
}

/** Due once. */
function openStrike(fault: FaultName, plan: Plan | undefined): { isDue(reached: Reached): boolean } {
  let isWaiting = fault === "worker" || fault === "sidecar"
  return {
    isDue(reached) {
      const { count, of } = plan?.strikeAfter ?? { count: Infinity, of: "requests" as const }
      if (!isWaiting || (reached[of] ?? 0) < count) return false
      isWaiting = false
      return true
    },
  }
}

export function finishedSteps(view: RunView): number {
  return [...everyStep(view.steps)].filter(({ attempts }) => attempts.some(({ outcome }) => outcome === "ok")).length
}

interface Answering {
  readonly given: RunControl
  readonly answered: Set<string>
  readonly stop: AbortSignal
}

/** Who pilots does not wait for people; a question whose sidecar has just been killed is answered when that is back. */
async function answerAll({ approve }: PilotedProgram, view: RunView, { given, answered, stop }: Answering): Promise<void> {
  for (const { step, for: what } of questionsOf(view)) {
    while (!answered.has(step) && !stop.aborted) {
      try {
        await answerQuestion({ client: given.client, address: given.address, runId: view.summary.id, step, answer: what === "answer" ? approve : undefined, by: "pilot" })
        answered.add(step)
      } catch (thrown) {
        if (isAnswered(thrown)) answered.add(step)
        // An answer of the wrong shape is one the next time too.
        else if (thrown instanceof Failure && thrown.exitCode === 1) throw thrown
        else await sleep(100)
      }
    }
  }
}

function endOf({ summary, failure }: RunView, interrupted: boolean): Pick<Observation, "status" | "result" | "why"> {
  if (interrupted || !hasEnded(summary)) return { status: "stuck", result: "null", why: "it did not end in time" }
  if (summary.status === "completed") return { status: "completed", result: summary.output ?? "null" }
  const kind = failure?.kind ?? summary.failure?.errorType ?? summary.status
  return { status: "failed", result: "null", why: failure === undefined ? kind : `${kind}: ${failure.message}` }
}
