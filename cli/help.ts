// The texts of --help: all commands in groups, and one command with its flags and examples; wrapped to the terminal.

import { wrap } from "../base/text/columns.ts"
import type { Command, Flag } from "./command.ts"
import { exitCodes } from "./failure.ts"
import { plainly, type Terminal } from "./terminal.ts"
import { version } from "./version.ts"

const groups: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: "Write a program", names: ["init", "check", "fmt", "explain", "explain-policy", "cost", "graph", "test", "pilot"] },
  { title: "Run it", names: ["run", "dev", "build", "replay"] },
  { title: "Look at runs and steer them", names: ["runs", "logs", "cancel", "terminate", "suspend", "resume", "dead", "redrive", "purge"] },
  { title: "Answer what runs ask", names: ["inbox", "approve", "reject", "answer"] },
  { title: "Around it", names: ["doctor", "playground", "sidecar", "model", "mcp", "lsp", "completion"] },
]

type Look = Pick<Terminal, "style" | "columns" | "unicode">

/** Longer lines are hard to read, however wide the terminal is. */
const widest = 100

/** The table of commands, for programs. */
export function helpJson(commands: readonly Command[]): string {
  return JSON.stringify({ version, commands: commands.map(({ name, summary, usage, flags, examples }) => ({ name, summary, usage, flags, examples })), exitCodes }, null, 2)
}

export function overview(commands: readonly Command[], look: Look): string {
  const { style } = look
  const columns = Math.min(widest, look.columns)
  const width = Math.max(...commands.map(({ name }) => name.length))
  const row = ({ name, summary }: Command): readonly string[] => entry(name.padEnd(width), summary, { columns, paint: style.cyan })
  const grouped = groups.map(({ title, names }) => ({ title, rows: names.flatMap((name) => commands.filter((command) => command.name === name)) }))
  const rest = commands.filter(({ name }) => !groups.some(({ names }) => names.includes(name)))
  return [
    ...wrap(`agentflow ${version}: agent workflows that resume, stop, undo, ask and are checked`, columns).map((line) => style.bold(line)),
    "",
    "Usage: agentflow COMMAND [ARGUMENTS] [FLAGS]",
    ...[...grouped, { title: "More", rows: rest }].flatMap(({ title, rows }) => (rows.length === 0 ? [] : ["", style.bold(title), ...rows.flatMap(row)])),
    "",
    ...wrap("agentflow COMMAND --help shows a command's flags and an example.", columns),
    ...wrap("A flag may be set for good: in agentflow.config.yaml (`cli: { db: FILE }`), over it in the environment (AGENTFLOW_DB), over both on the command line.", columns),
    ...wrap(`Exit codes: ${Object.entries(exitCodes).map(([code, means]) => `${code} ${means}`).join("; ")}.`, columns),
  ].join("\n")
}

export function usageOf({ name, summary, usage, flags, examples }: Command, look: Look): string {
  const { style } = look
  const columns = Math.min(widest, look.columns)
  const width = Math.max(0, ...flags.map((flag) => labelOf(flag).length))
  return [
    ...wrap(`${summary}.`, columns),
    "",
    `Usage: agentflow ${name} ${usage}`.trimEnd(),
    ...(flags.length === 0 ? [] : ["", "Flags:", ...flags.flatMap((flag) => entry(labelOf(flag).padEnd(width), flag.summary, { columns, paint: style.cyan }))]),
    "",
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.map((example) => `  ${example}`),
  ].map((line) => plainly(line, look)).join("\n")
}

function labelOf({ name, short, value }: Flag): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`
}

/** A name with its text beside it, or below it where the terminal is too narrow for both. */
function entry(name: string, text: string, { columns, paint }: { readonly columns: number; readonly paint: (text: string) => string }): readonly string[] {
  const beside = columns - name.length - 4
  if (beside < 24) return [`  ${paint(name.trimEnd())}`, ...wrap(text, columns - 6).map((line) => `      ${line}`)]
  const [first = "", ...more] = wrap(text, beside)
  return [`  ${paint(name)}  ${first}`, ...more.map((line) => `${" ".repeat(name.length + 4)}${line}`)]
}
