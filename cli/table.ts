// All commands of `agentflow`: one row each; help, parsing and completion are made from it.

import { Failure, type ExitCode } from "./failure.ts"
import type { Terminal } from "./terminal.ts"

export interface Flag {
  readonly name: string
  readonly short?: string
  /** Absent for a switch; else what the value is, such as "FILE". */
  readonly value?: string
  readonly summary: string
}

export interface Invocation {
  readonly terminal: Terminal
  readonly positionals: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** Positional arguments as shown in help, such as "FILE [INPUT]". */
  readonly usage: string
  readonly minimum: number
  readonly maximum: number
  readonly flags: readonly Flag[]
  readonly examples: readonly string[]
  /** Loaded only when it is used: start-up stays short. */
  readonly load: () => Promise<{ readonly main: (invocation: Invocation) => Promise<ExitCode> }>
}

const json: Flag = { name: "json", summary: "print JSON for programs" }
const project: Flag = { name: "config", value: "FILE", summary: "config file (default: agentflow.config.yaml beside the program or above it)" }
const sidecar: Flag = { name: "sidecar", value: "HOST:PORT", summary: "gRPC address of a running sidecar or daprd (default: the one `agentflow run` started)" }

export const commands: readonly Command[] = [
  {
    name: "check",
    summary: "Check programs: syntax, names, types, policies, budgets",
    usage: "FILE…",
    minimum: 1,
    maximum: Number.POSITIVE_INFINITY,
    flags: [{ name: "format", value: "FORMAT", summary: "pretty, json, sarif or github (default: pretty)" }, json, project],
    examples: ["agentflow check examples/daily-brief/daily-brief.agentflow", "agentflow check --format sarif *.agentflow > agentflow.sarif"],
    load: () => import("./commands/check.ts"),
  },
  {
    name: "fmt",
    summary: "Format programs in place; files with syntax errors keep the broken part as it is",
    usage: "[FILE…]",
    minimum: 0,
    maximum: Number.POSITIVE_INFINITY,
    flags: [
      { name: "check", summary: "change nothing; list the files that would change and exit with 1 if there are any" },
      { name: "stdin", summary: "format standard input to standard output" },
    ],
    examples: ["agentflow fmt examples/daily-brief/daily-brief.agentflow", "agentflow fmt --check *.agentflow"],
    load: () => import("./commands/fmt.ts"),
  },
  {
    name: "cost",
    summary: "Show the worst case of tokens, dollars, calls, steps and time, step by step",
    usage: "FILE",
    minimum: 1,
    maximum: 1,
    flags: [{ name: "against", value: "OTHER", summary: "show what changed against this version of the program" }, json, project],
    examples: [
      "agentflow cost examples/daily-brief/daily-brief.agentflow",
      "agentflow cost flow.agentflow --against flow-before.agentflow",
    ],
    load: () => import("./commands/cost.ts"),
  },
  {
    name: "build",
    summary: "Compile a program into a TypeScript project that runs on Dapr, and lock what its runs start with",
    usage: "FILE [WHY]",
    minimum: 1,
    maximum: 2,
    flags: [
      { name: "out", short: "o", value: "FOLDER", summary: "where to write (default: generated/ beside the program)" },
      { name: "force", summary: "overwrite generated files that were changed by hand" },
      { name: "keep-old", summary: "keep the old version of changed workflows: old runs finish on it, new runs start on the new one" },
      { name: "accept-break", value: "WORKFLOW", summary: "let runs of it that are under way fail, and keep the reason WHY in the lock" },
      { name: "drop-old", value: "VERSION", summary: "drop a kept version, such as DailyBrief@1, whose last run has ended" },
      json,
      project,
    ],
    examples: [
      "agentflow build examples/daily-brief/daily-brief.agentflow",
      "agentflow build flow.agentflow --keep-old",
      "agentflow build flow.agentflow --accept-break DailyBrief \"no run is under way\"",
    ],
    load: () => import("./commands/build.ts"),
  },
  {
    name: "run",
    summary: "Build a program, start sidecar and worker, run a workflow and show it live",
    usage: "FILE [WORKFLOW]",
    minimum: 1,
    maximum: 2,
    flags: [
      { name: "input", short: "i", value: "JSON", summary: "the workflow's parameters as a JSON object, or @FILE" },
      { name: "id", value: "ID", summary: "id of the run; an id that exists already is resumed and shown" },
      { name: "db", value: "FILE", summary: "database of the sidecar (default: .agentflow/runs.db)" },
      { name: "port", value: "PORT", summary: "gRPC port of the sidecar (default: a free one)" },
      { name: "in-process", summary: "sidecar and worker inside this process: fastest, but a crash of one is a crash of all (nothing is lost)" },
      { name: "allow-remote", summary: "allow `endpoints:` to map to hosts that are not loopback" },
      { name: "approve", value: "ANSWER", summary: "answer every question of this run with ANSWER, through the inbox, and say so" },
      sidecar,
      json,
      project,
    ],
    examples: [
      "agentflow run examples/daily-brief/daily-brief.agentflow --input '{\"topic\":\"AI infrastructure\"}'",
      "agentflow run flow.agentflow DailyBrief --input @input.json --id morning",
    ],
    load: () => import("./commands/run.ts"),
  },
  {
    name: "approve",
    summary: "Answer a question that a run is waiting on",
    usage: "RUN [ANSWER]",
    minimum: 1,
    maximum: 2,
    flags: [
      { name: "step", value: "STEP", summary: "which question, when the run waits on several" },
      { name: "by", value: "NAME", summary: "who answers (default: the user name)" },
      sidecar,
      { name: "http", value: "HOST:PORT", summary: "HTTP address of the sidecar's state API" },
      json,
      project,
    ],
    examples: ["agentflow approve morning", "agentflow approve morning revise --by ada"],
    load: () => import("./commands/approve.ts"),
  },
  {
    name: "runs",
    summary: "List runs, or show one with its steps, spending and history",
    usage: "[RUN]",
    minimum: 0,
    maximum: 1,
    flags: [
      { name: "db", value: "FILE", summary: "read this database when no sidecar runs (default: .agentflow/runs.db)" },
      { name: "history", summary: "print every event of the run" },
      sidecar,
      json,
      project,
    ],
    examples: ["agentflow runs", "agentflow runs morning --history"],
    load: () => import("./commands/runs.ts"),
  },
  {
    name: "model",
    summary: "Serve the offline model as a local OpenAI-compatible server",
    usage: "",
    minimum: 0,
    maximum: 0,
    flags: [
      { name: "port", value: "PORT", summary: "port on 127.0.0.1 (default: 8089)" },
      { name: "script", value: "FILE", summary: "scripted answers (model.json)" },
    ],
    examples: ["agentflow model --port 8089 --script examples/daily-brief/model.json"],
    load: () => import("./commands/model.ts"),
  },
  {
    name: "sidecar",
    summary: "Run the embedded durable sidecar that workers and Dapr SDKs connect to",
    usage: "",
    minimum: 0,
    maximum: 0,
    flags: [
      { name: "db", value: "FILE", summary: "database (default: .agentflow/runs.db)" },
      { name: "grpc-port", value: "PORT", summary: "gRPC port on 127.0.0.1 (default: 50001)" },
      { name: "http-port", value: "PORT", summary: "HTTP port on 127.0.0.1 (default: 3500)" },
    ],
    examples: ["agentflow sidecar --db runs.db"],
    load: () => import("./commands/sidecar.ts"),
  },
  {
    name: "explain-policy",
    summary: "Show for a call which clause holds and where it comes from",
    usage: "FILE [STEP]",
    minimum: 1,
    maximum: 2,
    flags: [json, project],
    examples: [
      "agentflow explain-policy examples/daily-brief/daily-brief.agentflow",
      "agentflow explain-policy examples/daily-brief/daily-brief.agentflow DailyBrief/postToSlack",
    ],
    load: () => import("./commands/explain-policy.ts"),
  },
  {
    name: "explain",
    summary: "Explain a diagnostic code",
    usage: "CODE",
    minimum: 1,
    maximum: 1,
    flags: [],
    examples: ["agentflow explain AF1001"],
    load: () => import("./commands/explain.ts"),
  },
]

/** A port from a flag; anything but 0 to 65535 is wrong usage. */
export function portOf(flag: string | boolean | undefined, otherwise: number): number {
  if (flag === undefined) return otherwise
  const port = Number(flag)
  if (!/^\d+$/.test(String(flag)) || port > 65_535) throw new Failure(2, `'${flag}' is not a port.`, "Ports are 0 to 65535; 0 takes a free one.")
  return port
}
