// Runs a command line: finds the command in the table, parses its flags, prints failures in one line.

import { parseArgs } from "node:util"
import { nearest } from "../base/diagnostics/suggest.ts"
import { Failure, messageOf, type ExitCode } from "./failure.ts"
import { overview, usageOf } from "./help.ts"
import { withLasting } from "./lasting.ts"
import { endOf } from "./pipe.ts"
import { commands, type Command, type Invocation } from "./table.ts"
import { openTerminal, type Terminal } from "./terminal.ts"
import { quietExperimentalWarnings } from "./warnings.ts"

/** Errors of the engine whose message is written for people; known by name so that start-up does not load it. */
const plainErrors: ReadonlySet<string> = new Set(["ClientError", "StoreError", "PortError"])
/** What a file system says when it is not the program's fault. */
const surroundings: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "ENOENT", "EEXIST", "EISDIR", "EMFILE"])
const help = { type: "boolean", short: "h" } as const

async function main(argv: readonly string[]): Promise<ExitCode> {
  const terminal = openTerminal()
  const [name, ...rest] = argv
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.out(name === "help" && rest[0] !== undefined ? usageOf(commandNamed(rest[0]), terminal) : overview(commands, terminal))
    return name === undefined ? 2 : 0
  }
  const command = commandNamed(name)
  const parsed = parse(command, rest)
  if (parsed === "help") {
    terminal.out(usageOf(command, terminal))
    return 0
  }
  const { main: runCommand } = await command.load()
  return runCommand({ terminal, ...parsed })
}

function commandNamed(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name)
  if (command !== undefined) return command
  const near = nearest(name, [...commands.map((candidate) => candidate.name), "--help", "--version"])
  throw new Failure(2, name.startsWith("-") ? `There is no flag '${name}'.` : `There is no command '${name}'.`, near === undefined ? "agentflow --help lists all commands." : `Did you mean 'agentflow ${near}'?`)
}

function parse(command: Command, rest: readonly string[]): Omit<Invocation, "terminal"> | "help" {
  const options = Object.fromEntries(
    command.flags.map((flag) => [flag.name, { type: flag.value === undefined ? "boolean" : "string", ...(flag.short ? { short: flag.short } : {}) } as const]),
  )
  let parsed
  try {
    parsed = parseArgs({ args: [...rest], options: { ...options, help }, allowPositionals: true })
  } catch (thrown) {
    const unknown = /'--([\w-]+)'/.exec(messageOf(thrown))?.[1]
    const near = unknown === undefined ? undefined : nearest(unknown, command.flags.map((flag) => flag.name))
    const message = messageOf(thrown).split(". ")[0]!.replace(/\.?$/, ".")
    throw new Failure(2, message, near === undefined ? `agentflow ${command.name} --help lists its flags.` : `Did you mean '--${near}'?`)
  }
  if (parsed.values["help"]) return "help"
  const { positionals } = parsed
  if (positionals.length < command.minimum || positionals.length > command.maximum) {
    const problem = positionals.length < command.minimum ? "An argument is missing" : `'${positionals[command.maximum]}' is one argument too many`
    throw new Failure(2, `${problem}.`, `Usage: agentflow ${command.name} ${command.usage}`)
  }
  return { positionals, flags: withLasting(command, { positionals, flags: parsed.values as Invocation["flags"] }, process.env) }
}

/** Sets the exit code of the process; never rejects. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  quietExperimentalWarnings()
  process.stdout.on("error", endOf)
  try {
    process.exitCode = await main(argv)
  } catch (thrown) {
    process.exitCode = report(thrown, argv)
  }
}

function isUnreachable(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "ClientError" && (thrown as Error & { readonly code?: unknown }).code === "unreachable"
}

/** Tells of whatever a command threw. */
export function report(thrown: unknown, argv: readonly string[], terminal: Terminal = openTerminal()): ExitCode {
  // A program that reads `--json` gets its failure as JSON too.
  if (argv.includes("--json")) {
    terminal.out(JSON.stringify({ error: { message: messageOf(thrown), advice: thrown instanceof Failure ? thrown.advice ?? null : null } }, null, 2))
  }
  if (thrown instanceof Failure) {
    terminal.error(`${terminal.paint("error", "error")} ${thrown.message}`)
    if (thrown.advice !== undefined) terminal.error(`  ${thrown.advice}`)
    return thrown.exitCode
  }
  if (isUnreachable(thrown)) {
    terminal.error(`${terminal.paint("error", "error")} No sidecar answers there${/connect E\w+ [^\s]+/.exec(messageOf(thrown))?.[0].replace("connect ", ": ") ?? "."}`)
    terminal.error("  Is it running, and is the address its gRPC port? `agentflow doctor` says what runs here.")
  } else if (thrown instanceof Error && plainErrors.has(thrown.name)) {
    terminal.error(`${terminal.paint("error", "error")} ${thrown.message}`)
  } else if (thrown instanceof Error && surroundings.has((thrown as NodeJS.ErrnoException).code ?? "")) {
    terminal.error(`${terminal.paint("error", "error")} ${thrown.message}`)
    terminal.error("  Check that the folder exists, that you may write to it and that the disk has room.")
  } else {
    terminal.error(`${terminal.paint("error", "internal error")} ${messageOf(thrown)}`)
    terminal.error("  This is a defect of agentflow, not of your program. AGENTFLOW_DEBUG=1 shows where it happened.")
    if (process.env["AGENTFLOW_DEBUG"]) terminal.error(thrown instanceof Error ? thrown.stack ?? "" : "")
  }
  return 2
}
