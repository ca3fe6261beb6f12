// npm start: the daily brief from source to result on this machine, with its worker killed in the middle of the run.

import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { parseArgs } from "node:util"
import { readConfig } from "../dist/cli/config.js"
import { printOutcome } from "../dist/cli/commands/run.js"
import { Failure } from "../dist/cli/failure.js"
import { questionsOf } from "../dist/cli/questions.js"
import { runProgram, type RunControl } from "../dist/cli/run-program.js"
import { openTerminal } from "../dist/cli/terminal.js"
import { everyStep, type RunView } from "../dist/cli/view/fold.js"
import { liveView } from "../dist/cli/view/live.js"
import { count, dollars } from "../dist/cli/view/render.js"
import { quietExperimentalWarnings } from "../dist/cli/warnings.js"
import { startServices } from "../examples/daily-brief/services.ts"

const root = join(import.meta.dirname, "..")
const example = join(root, "examples/daily-brief")
const { values: flags } = parseArgs({
  options: { interactive: { type: "boolean" }, topic: { type: "string", default: "AI infrastructure" } },
})

quietExperimentalWarnings()
process.chdir(root)
const terminal = openTerminal()
const { style } = terminal
const stateFolder = join(root, ".agentflow")
const id = `daily-brief-${randomBytes(3).toString("hex")}`

/** What was running and what had finished when the worker was killed. */
interface Kill {
  /** By path: how many attempts it took. */
  readonly finished: ReadonlyMap<string, number>
  readonly inFlight: readonly string[]
}

let kill: Kill | undefined
let answered = false

function heading(text: string): void {
  terminal.out(`\n${style.bold(style.cyan(text))}`)
}

/** Every path with the attempts that have ended, and those that have not. */
function attemptsOf(view: RunView): Kill {
  const finished = new Map<string, number>()
  const inFlight: string[] = []
  for (const { path, attempts } of everyStep(view.steps)) {
    if (attempts.some((attempt) => attempt.outcome === "ok")) finished.set(path, attempts.length)
    else if (attempts.some((attempt) => attempt.outcome === undefined)) inFlight.push(path)
  }
  return { finished, inFlight }
}

const live = liveView(terminal)

function interfere(view: RunView, { worker }: RunControl): void {
  const fetched = attemptsOf(view)
  if (kill === undefined && fetched.inFlight.length > 0 && [...fetched.finished.keys()].filter((path) => path.endsWith("/fetchSource")).length >= 6) {
    kill = fetched
    live.note(`${terminal.paint("warning", "SIGKILL")} to the worker (process ${worker.pid()}): ${fetched.finished.size} steps have finished, ${fetched.inFlight.length} are in flight`)
    worker.kill("SIGKILL")
  }
  const question = questionsOf(view)[0]
  if (question === undefined || answered) return
  answered = true
  const command = ["approve", view.summary.id, "publish", "--by", "npm-start"]
  if (flags.interactive === true) {
    live.note(`${style.magenta("The run waits for you.")} In another terminal: npx agentflow ${command.slice(0, 3).join(" ")}   (or revise, reject)`)
    return
  }
  live.note(`${style.magenta("The run asks a person; this script answers by")} agentflow ${command.join(" ")}`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...command], { encoding: "utf8" })
  live.note((status === 0 ? stdout : stderr).trimEnd())
}

async function main(): Promise<number> {
  const journal = join(stateFolder, "daily-brief.journal.jsonl")
  mkdirSync(stateFolder, { recursive: true })
  rmSync(journal, { force: true })
  const secrets = join(example, ".secrets.json")
  if (!existsSync(secrets)) writeFileSync(secrets, JSON.stringify({ slackToken: `demo-${randomBytes(12).toString("hex")}` }), { mode: 0o600 })
  const services = await startServices({ journal, secrets })
  process.env["DAILY_BRIEF_SERVICES"] = services.origin
  const file = "examples/daily-brief/daily-brief.agentflow"
  heading(`${file}, ${JSON.stringify(flags.topic)}`)
  terminal.out(style.dim("compile, start, research 15 sources, write a brief, ask, publish; the worker is killed on the way"))
  try {
    const outcome = await runProgram({
      file,
      config: readConfig(example, undefined, process.env),
      terminal,
      live,
      input: { topic: flags.topic },
      id,
      stateFolder,
      onView: interfere,
    })
    printOutcome(terminal, outcome, file)
    heading("What happened")
    const { view } = outcome
    if (kill !== undefined) {
      const attempts = new Map([...everyStep(view.steps)].map((step) => [step.path, step.attempts.length]))
      const again = [...kill.finished].filter(([path, before]) => attempts.get(path) !== before)
      const inFlight = kill.inFlight.length
      terminal.out(`After the kill ${inFlight === 1 ? "1 step that was" : `${inFlight} steps that were`} in flight ran again; of the ${kill.finished.size} that had finished ${again.length === 0 ? "none" : again.length} did.`)
    }
    const received = services.received()
    const firsts = (path: string): number => received.filter((request) => request.path === path && request.effect === "first").length
    terminal.out(`Slack got ${firsts("/api/chat.postMessage")} post, Notion ${firsts("/v1/pages")} page, however often they were asked.`)
    const spent = view.status?.spent
    if (spent !== undefined) terminal.out(`Spent ${dollars(spent.nanoDollars)} of $0.50 and ${count(spent.tokens)} of 200,000 tokens.`)
    terminal.out(style.dim(`what the services received: ${relative(root, journal)}`))
    return view.summary.status === "completed" ? 0 : 3
  } finally {
    await services.close()
  }
}

try {
  process.exitCode = await main()
} catch (thrown) {
  if (!(thrown instanceof Failure)) throw thrown
  terminal.error(`${terminal.paint("error", "error")} ${thrown.message}`)
  if (thrown.advice !== undefined) terminal.error(`  ${thrown.advice}`)
  process.exitCode = thrown.exitCode
}
