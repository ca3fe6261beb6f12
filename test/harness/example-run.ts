// Runs the daily brief in a folder of its own, with its services, as `npm start` does; for tests that interfere with it.

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../cli/processes.ts"
import type { RunControl, RunOutcome } from "../../cli/run-program.ts"
import { everyStep, type RunView } from "../../cli/view/fold.ts"
import { startServices, type Services } from "../../examples/daily-brief/services.ts"
import { copyExample, runCopy } from "./example.ts"

export interface BriefRun {
  readonly folder: string
  readonly services: Services
  run(options: {
    readonly id: string
    readonly approve?: string
    readonly sidecar?: Address
    readonly inProcess?: boolean
    readonly onView?: (view: RunView, control: RunControl) => void | Promise<void>
  }): Promise<RunOutcome>
  /** Everything that the run left behind: database, logs, generated files. */
  close(): Promise<void>
}

export const slackToken = "test-token-5c1f0a77"

/** A copy of the daily brief with its services running; `close` removes it. */
export async function openBrief(): Promise<BriefRun> {
  const copy = copyExample("daily-brief")
  const secrets = join(copy.folder, ".secrets.json")
  writeFileSync(secrets, JSON.stringify({ slackToken }), { mode: 0o600 })
  const services = await startServices({ journal: join(copy.folder, "journal.jsonl"), secrets, hangMs: 1_000 })
  return {
    folder: copy.folder,
    services,
    run: (options) => runCopy(copy, { ...options, input: { topic: "AI infrastructure" }, variables: { DAILY_BRIEF_SERVICES: services.origin } }),
    async close() {
      await services.close()
      copy.remove()
    },
  }
}

/** How many attempts have ended well so far. */
export function finishedSteps(view: RunView): number {
  return [...everyStep(view.steps)].filter((step) => step.attempts.some((attempt) => attempt.outcome === "ok")).length
}

export function readText(...path: readonly string[]): string {
  return readFileSync(join(...path), "utf8")
}
