// Runs an example in a folder of its own, with its services, as `npm start` does; for tests that interfere with it.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readConfig } from "../../cli/config.ts"
import type { Address } from "../../cli/processes.ts"
import { runProgram, type RunControl, type RunOutcome } from "../../cli/run-program.ts"
import { openTerminal } from "../../cli/terminal.ts"
import { everyStep, type RunView } from "../../cli/view/fold.ts"
import { startServices, type Services } from "../../examples/daily-brief/services.ts"

const root = join(import.meta.dirname, "../..")

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
  const folder = mkdtempSync(join(tmpdir(), "agentflow-brief-"))
  cpSync(join(root, "examples/daily-brief"), folder, { recursive: true, filter: (path) => !/generated|\.secrets\.json$/.test(path) })
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const secrets = join(folder, ".secrets.json")
  writeFileSync(secrets, JSON.stringify({ slackToken }), { mode: 0o600 })
  const services = await startServices({ journal: join(folder, "journal.jsonl"), secrets, hangMs: 1_000 })
  const stateFolder = join(folder, ".agentflow")
  return {
    folder,
    services,
    run: ({ id, approve, sidecar, inProcess, onView }) =>
      runProgram({
        file: join(folder, "daily-brief.agentflow"),
        config: readConfig(folder, undefined, { ...process.env, DAILY_BRIEF_SERVICES: services.origin }),
        terminal: openTerminal({ NO_COLOR: "1" }),
        live: { show() {}, note() {}, end() {} },
        input: { topic: "AI infrastructure" },
        id,
        stateFolder,
        ...(approve === undefined ? {} : { approve }),
        ...(sidecar === undefined ? {} : { sidecar }),
        ...(inProcess === undefined ? {} : { inProcess }),
        ...(onView === undefined ? {} : { onView }),
      }),
    async close() {
      await services.close()
      rmSync(folder, { recursive: true, force: true })
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
