// Runs a command line: finds the command in the table, parses its flags, prints failures in one line.

import { relative } from "node:path"
import { parseArgs } from "node:util"
import { nearest } from "../base/diagnostics/suggest.ts"
import { Failure, failureJson, isUnreachable, messageOf, tellFailure, type ExitCode } from "./failure.ts"
import { helpJson, overview, usageOf } from "./help.ts"
import { withLasting } from "./lasting.ts"
import { endOnClosedPipe } from "./stop.ts"
import { commands, type Command, type Invocation } from "./table.ts"
import { openTerminal, type Terminal } from "./terminal.ts"
import { version } from "./version.ts"
import { quietExperimentalWarnings } from "./warnings.ts"

/** Errors of the engine whose message is written for people; known by name so that start-up does not load it. */
const plainErrors: ReadonlySet<string> = new Set(["ClientError", "StoreError", "PortError"])
/** What a file system says when it is not the program's fault, and what it means. */
const surroundings: Readonly<Record<string, string>> = {
  EACCES: "you may not read or write it", EPERM: "you may not change it", EROFS: "it is on a disk that can only be read", ENOSPC: "the disk is full", EDQUOT: "your share of the disk is used up",
  ENOTDIR: "a part of the path is a file", ENOENT: "it, or a folder on the way to it, is not there", EEXIST: "something else is there", EISDIR: "it is a folder", EMFILE: "too many files are open",
}
const help = { type: "boolean", short: "h" } as const

async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = argv
  const isJson = rest.includes("--json")
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = name === "help" ? rest.find((each) => !each.startsWith("-")) : undefined
    const chosen = asked === undefined ? undefined : commandNamed(asked)
    if (isJson) terminal.out(helpJson(chosen === undefined ? commands : [chosen]))
    else terminal.out(chosen === undefined ? overview(commands, terminal) : usageOf(chosen, terminal))
    return name === undefined ? 2 : 0
  }
  if (name === "--version" || name === "-v") {
    terminal.out(isJson ? JSON.stringify({ version, node: process.versions.node }) : version)
    return 0
  }
  const command = commandNamed(name)
  const parsed = parse(command, rest)
  if (parsed === "help") {
    terminal.out(isJson ? helpJson([command]) : usageOf(command, terminal))
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

/** What a command is given; wrong usage is a Failure. */
export function parse(command: Command, rest: readonly string[]): Omit<Invocation, "terminal"> | "help" {
  const options = Object.fromEntries(
    command.flags.map((flag) => [flag.name, { type: flag.value === undefined ? "boolean" : "string", ...(flag.short ? { short: flag.short } : {}) } as const]),
  )
  let parsed
  try {
    parsed = parseArgs({ args: [...rest], options: { ...options, help }, allowPositionals: true })
  } catch (thrown) {
    throw wrongFlag(command, messageOf(thrown))
  }
  if (parsed.values["help"]) return "help"
  const { positionals } = parsed
  if (positionals.length < command.minimum || positionals.length > command.maximum) {
    const problem = positionals.length < command.minimum ? "An argument is missing" : `'${positionals[command.maximum]}' is one argument too many`
    throw new Failure(2, `${problem}.`, `Usage: agentflow ${command.name} ${command.usage}`.trimEnd())
  }
  return { positionals, flags: withLasting(command, { positionals, flags: parsed.values as Invocation["flags"] }, process.env) }
}

/** What Node says of a flag, in our words. */
function wrongFlag({ name, flags }: Command, said: string): Failure {
  const advice = `agentflow ${name} --help lists its flags.`
  const spelt = /'(?:-\w, )?(--?[\w-]+)/.exec(said)?.[1] ?? ""
  const flag = flags.find((each) => `--${each.name}` === spelt || `-${each.short}` === spelt)
  if (flag === undefined) {
    const near = spelt.startsWith("--") ? nearest(spelt.slice(2), flags.map((each) => each.name)) : undefined
    return new Failure(2, `There is no flag '${spelt}'.`, near === undefined ? advice : `Did you mean '--${near}'?`)
  }
  if (flag.value === undefined) return new Failure(2, `--${flag.name} takes no value.`, advice)
  return new Failure(2, `--${flag.name} needs a value: ${flag.value}.`, said.includes("ambiguous") ? `One that begins with a dash is written behind '=': --${flag.name}=${flag.value}` : advice)
}

/** Sets the exit code of the process; never rejects. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  quietExperimentalWarnings()
  endOnClosedPipe()
  const terminal = openTerminal()
  try {
    process.exitCode = await main(argv, terminal)
  } catch (thrown) {
    process.exitCode = report(thrown, argv, terminal)
  } finally {
    terminal.progress(undefined)
  }
}

/** A file that could not be read or written. */
function asSurroundings(thrown: unknown): Failure | undefined {
  const { code = "", path, message } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : { message: "" }
  const why = surroundings[code]
  if (why === undefined) return undefined
  return new Failure(2, path === undefined ? message : `${relative(process.cwd(), path) || "."} can't be used: ${why}.`, "Choose another path, or mend this one.")
}

/** Tells of whatever a command threw. */
export function report(given: unknown, argv: readonly string[], terminal: Terminal): ExitCode {
  const thrown = asSurroundings(given) ?? given
  // A program that reads `--json` gets its failure as JSON too.
  if (argv.includes("--json")) {
    terminal.out(JSON.stringify(failureJson(thrown), null, 2))
  }
  if (thrown instanceof Failure) {
    tellFailure(thrown, terminal)
    return thrown.exitCode
  }
  if (isUnreachable(thrown)) {
    const message = `No sidecar answers there${/connect E\w+ [^\s]+/.exec(messageOf(thrown))?.[0].replace("connect ", ": ") ?? "."}`.replace(/([^.])$/, "$1.")
    tellFailure({ message, advice: "Is it running, does --sidecar name its gRPC port and --http its HTTP port? `agentflow doctor` says what runs here." }, terminal)
  } else if (thrown instanceof Error && plainErrors.has(thrown.name)) {
    tellFailure({ message: thrown.message, advice: undefined }, terminal)
  } else {
    tellFailure({ message: messageOf(thrown), advice: "This is a defect of agentflow, not of your program. AGENTFLOW_DEBUG=1 shows where it happened." }, terminal, "internal error")
    if (process.env["AGENTFLOW_DEBUG"]) terminal.error(thrown instanceof Error ? thrown.stack ?? "" : "")
  }
  return 2
}
