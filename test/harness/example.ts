// Runs any example in a folder of its own, with its services on this machine, for tests that interfere with it.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { expect } from "vitest"
import { readConfig } from "../../cli/config.ts"
import type { Address } from "../../cli/processes.ts"
import { answerQuestion, questionsOf } from "../../cli/questions.ts"
import { runProgram, type RunControl, type RunOptions, type RunOutcome } from "../../cli/run-program.ts"
import { openTerminal } from "../../cli/terminal.ts"
import { everyStep, type RunView, type StepView } from "../../cli/view/fold.ts"
import type { Received } from "../../examples/shared/journal.ts"
import { startLocalServices, type LocalServices, type World } from "../../examples/shared/local-services.ts"

const examples = join(import.meta.dirname, "../../examples")

export interface ExampleOptions {
  readonly world?: World
  /** Of the world's; `usual` when absent. */
  readonly scenario?: string
  /** Sees a request after its work is done and before its answer leaves; `killWorker` then makes that answer arrive nowhere. */
  readonly onReceived?: (entry: Received, example: Pick<Example, "killWorker">) => void | Promise<void>
  /** Replaced in the copy of the program, once each: a time limit that a test can wait for. */
  readonly edit?: Readonly<Record<string, string>>
}

export interface ExampleRunOptions {
  readonly id: string
  /** The example's `input.json` when absent. */
  readonly input?: unknown
  /** Given one after the other, each to a new question. */
  readonly answers?: readonly string[]
  readonly sidecar?: Address
  readonly onView?: (view: RunView, control: RunControl) => void | Promise<void>
}

export interface Example {
  readonly folder: string
  readonly services: LocalServices
  run(options: ExampleRunOptions): Promise<RunOutcome>
  /** The work that a route did, repeats left out. */
  effects(route: string): readonly Received[]
  /** Ends the worker of the run with SIGKILL; waits for its successor when it was killed before. */
  killWorker(): Promise<void>
  close(): Promise<void>
}

/** A copy of the example with its services running; `close` removes it. */
export async function openExample(name: string, options: ExampleOptions = {}): Promise<Example> {
  const copy = copyExample(name)
  for (const [from, to] of Object.entries(options.edit ?? {})) {
    const text = readFileSync(copy.file, "utf8")
    expect(text).toContain(from)
    writeFileSync(copy.file, text.replace(from, to))
  }
  const world = options.world ?? { routes: {} }
  let control: RunControl | undefined
  let killed: number | undefined
  const killWorker = async (): Promise<void> => {
    while (control === undefined || control.worker.pid() === killed) await delay(20)
    killed = control.worker.pid()
    control.worker.kill("SIGKILL")
  }
  const services = await startLocalServices({
    world, journal: join(copy.folder, "received.jsonl"), faults: world.scenarios?.[options.scenario ?? "usual"] ?? {},
    onReceived: (entry) => options.onReceived?.(entry, { killWorker }),
  })
  return {
    folder: copy.folder,
    services,
    killWorker,
    effects: (route) => services.received().filter((entry) => entry.route === route && entry.effect === "first"),
    run: ({ id, input = inputOf(name), answers = [], sidecar, onView }) => {
      const answer = answering(answers)
      return runCopy(copy, {
        id, input, variables: { EXAMPLE_SERVICES: services.origin },
        ...(sidecar === undefined ? {} : { sidecar }),
        onView: async (view, given) => {
          control = given
          await onView?.(view, given)
          await answer(view, given)
        },
      })
    },
    async close() {
      await services.close()
      copy.remove()
    },
  }
}

export interface ExampleCopy {
  readonly folder: string
  readonly file: string
  remove(): void
}

/** With what the examples share beside it, and the packages above it; nothing that an earlier run left. */
export function copyExample(name: string): ExampleCopy {
  const root = mkdtempSync(join(tmpdir(), `agentflow-${name}-`))
  const folder = join(root, name)
  const leftBehind = /[\\/](generated|\.agentflow|\.secrets\.json)([\\/]|$)/
  cpSync(join(examples, name), folder, { recursive: true, filter: (path) => !leftBehind.test(path.slice(examples.length)) })
  cpSync(join(examples, "shared"), join(root, "shared"), { recursive: true })
  symlinkSync(join(examples, "../node_modules"), join(root, "node_modules"))
  return { folder, file: join(folder, `${name}.agentflow`), remove: () => rmSync(root, { recursive: true, force: true }) }
}

type CopyRunOptions = Pick<RunOptions, "input" | "approve" | "sidecar" | "inProcess" | "onView"> & {
  readonly id: string
  /** For the `${NAME}` of its config. */
  readonly variables: Readonly<Record<string, string>>
}

export function runCopy({ folder, file }: ExampleCopy, { variables, ...options }: CopyRunOptions): Promise<RunOutcome> {
  return runProgram({
    ...options,
    file,
    config: readConfig(folder, undefined, { ...process.env, ...variables }),
    terminal: openTerminal({ NO_COLOR: "1" }),
    live: { show() {}, note() {}, end() {} },
    stateFolder: join(folder, ".agentflow"),
  })
}

/** What the example's README runs it with. */
export function inputOf(name: string): unknown {
  return JSON.parse(readFileSync(join(examples, name, "input.json"), "utf8"))
}

function answering(answers: readonly string[]): (view: RunView, control: RunControl) => Promise<void> {
  const left = [...answers]
  const answered = new Set<string>()
  return async (view, { client, address }) => {
    for (const { step } of questionsOf(view)) {
      if (answered.has(step) || left.length === 0) continue
      answered.add(step)
      await answerQuestion({ client, address, runId: view.summary.id, step, answer: left.shift(), by: "ada" })
    }
  }
}

export function outputOf({ view }: RunOutcome): unknown {
  expect(view.failure).toBeUndefined()
  // With its reason, so that a failure that is not one of ours is told.
  expect([view.summary.status, view.summary.failure?.errorMessage]).toEqual(["completed", undefined])
  return JSON.parse(view.summary.output ?? "null")
}

/** Steps by path, where the path matches. */
export function stepsAt(view: RunView, path: RegExp): readonly StepView[] {
  return [...everyStep(view.steps)].filter((step) => path.test(step.path))
}

export function outcomesAt(view: RunView, path: RegExp): readonly (string | undefined)[] {
  return stepsAt(view, path).flatMap(({ attempts }) => attempts.map(({ outcome, error }) => error?.kind ?? outcome))
}
