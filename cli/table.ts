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
const http: Flag = { name: "http", value: "HOST:PORT", summary: "HTTP address of the sidecar's state API" }
const step: Flag = { name: "step", value: "STEP", summary: "which question, when the run waits on several" }
const by: Flag = { name: "by", value: "NAME", summary: "who answers (default: the user name)" }

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
    name: "graph",
    summary: "Draw a workflow: its steps, branches, loops, retries, budgets, undos and people",
    usage: "FILE [WORKFLOW]",
    minimum: 1,
    maximum: 2,
    flags: [
      { name: "format", value: "FORMAT", summary: "svg, mermaid, dot or ascii (default: by the ending of --out, else ascii)" },
      { name: "out", short: "o", value: "FILE", summary: "write here" },
      json,
    ],
    examples: ["agentflow graph examples/daily-brief/daily-brief.agentflow", "agentflow graph flow.agentflow DailyBrief -o daily-brief.svg"],
    load: () => import("./commands/graph.ts"),
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
    name: "inbox",
    summary: "List what waits for a person, over all runs",
    usage: "[RUN]",
    minimum: 0,
    maximum: 1,
    flags: [sidecar, http, json],
    examples: ["agentflow inbox", "agentflow inbox --json"],
    load: () => import("./commands/inbox.ts"),
  },
  {
    name: "approve",
    summary: "Answer a question that a run is waiting on",
    usage: "RUN [ANSWER]",
    minimum: 1,
    maximum: 2,
    flags: [
      step,
      by,
      sidecar,
      http,
      json,
      project,
    ],
    examples: ["agentflow approve morning", "agentflow approve morning revise --by ada"],
    load: () => import("./commands/approve.ts"),
  },
  {
    name: "reject",
    summary: "Answer a question with no",
    usage: "RUN",
    minimum: 1,
    maximum: 1,
    flags: [step, by, sidecar, http, json],
    examples: ["agentflow reject morning", "agentflow reject morning --step approve --by ada"],
    load: () => import("./commands/reject.ts"),
  },
  {
    name: "answer",
    summary: "Answer a question with any value of its type",
    usage: "RUN [STEP] JSON",
    minimum: 2,
    maximum: 3,
    flags: [by, sidecar, http, json],
    examples: ["agentflow answer morning '{\"headline\":\"Chips arrive\"}'", "agentflow answer morning DailyBrief/saveToNotion/manual '{\"action\":\"retry\"}'"],
    load: () => import("./commands/answer.ts"),
  },
  {
    name: "cancel",
    summary: "Stop a run and undo what it has done",
    usage: "RUN",
    minimum: 1,
    maximum: 1,
    flags: [sidecar, json],
    examples: ["agentflow cancel morning"],
    load: () => import("./commands/cancel.ts"),
  },
  {
    name: "terminate",
    summary: "End a run at once; nothing is undone",
    usage: "RUN",
    minimum: 1,
    maximum: 1,
    flags: [sidecar, json],
    examples: ["agentflow terminate morning"],
    load: () => import("./commands/terminate.ts"),
  },
  {
    name: "suspend",
    summary: "Hold a run until it is resumed",
    usage: "RUN",
    minimum: 1,
    maximum: 1,
    flags: [sidecar, json],
    examples: ["agentflow suspend morning"],
    load: () => import("./commands/suspend.ts"),
  },
  {
    name: "resume",
    summary: "Let a suspended run go on",
    usage: "RUN",
    minimum: 1,
    maximum: 1,
    flags: [sidecar, json],
    examples: ["agentflow resume morning"],
    load: () => import("./commands/resume.ts"),
  },
  {
    name: "dead",
    summary: "List dead letters, or show those of one run",
    usage: "[RUN]",
    minimum: 0,
    maximum: 1,
    flags: [sidecar, http, json],
    examples: ["agentflow dead", "agentflow dead morning"],
    load: () => import("./commands/dead.ts"),
  },
  {
    name: "redrive",
    summary: "Start a failed run again, as a new run with the same input",
    usage: "RUN",
    minimum: 1,
    maximum: 1,
    flags: [
      { name: "id", value: "ID", summary: "id of the new run (default: made from the old one, so that it starts once)" },
      { name: "input", short: "i", value: "JSON", summary: "other parameters, or @FILE" },
      sidecar,
      http,
      json,
    ],
    examples: ["agentflow redrive morning", "agentflow redrive morning --input @mended.json"],
    load: () => import("./commands/redrive.ts"),
  },
  {
    name: "purge",
    summary: "Remove ended runs with their histories",
    usage: "[RUN…]",
    minimum: 0,
    maximum: Number.POSITIVE_INFINITY,
    flags: [{ name: "older", value: "AGE", summary: "every run that ended longer ago than this, such as 7d" }, sidecar, json],
    examples: ["agentflow purge morning", "agentflow purge --older 7d"],
    load: () => import("./commands/purge.ts"),
  },
  {
    name: "logs",
    summary: "Show what workers wrote, of all runs or of one",
    usage: "[RUN]",
    minimum: 0,
    maximum: 1,
    flags: [{ name: "follow", short: "f", summary: "go on with what comes, until Ctrl-C" }, json],
    examples: ["agentflow logs morning", "agentflow logs --follow"],
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "mcp",
    summary: "Compare the tools of MCP servers with agentflow.lock, or pin them",
    usage: "[SERVER…]",
    minimum: 0,
    maximum: Number.POSITIVE_INFINITY,
    flags: [{ name: "pin", summary: "write the tools as they are now into agentflow.lock" }, json, project],
    examples: ["agentflow mcp", "agentflow mcp tracker --pin"],
    load: () => import("./commands/mcp.ts"),
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
      { name: "host", value: "ADDRESS", summary: "listen here (default: 127.0.0.1; any other asks for DAPR_API_TOKEN in the environment)" },
      { name: "grpc-port", value: "PORT", summary: "gRPC port (default: 50001)" },
      { name: "http-port", value: "PORT", summary: "HTTP port (default: 3500)" },
      { name: "keep", value: "TIME", summary: "forget ended runs after, such as 7d or completed=1d,failed=30d (default: never)" },
      { name: "max-message-size", value: "SIZE", summary: "refuse larger payloads (default: 64Mi; daprd's own is 4Mi)" },
      { name: "secrets", value: "STORE=FILE,…", summary: "secret stores from local JSON files" },
      { name: "state-store", value: "NAME,…", summary: "state stores (default: statestore)" },
      { name: "pubsub", value: "NAME,…", summary: "publish/subscribe components (default: pubsub)" },
      { name: "binding", value: "NAME=file:FOLDER|http://ADDRESS,…", summary: "output bindings" },
      { name: "app", value: "ID=http://ADDRESS,…", summary: "apps that can be invoked, and get their jobs" },
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
    name: "lsp",
    summary: "Run the language server that editors talk to, on standard input and output",
    usage: "",
    minimum: 0,
    maximum: 0,
    flags: [{ name: "stdio", summary: "accepted for clients that pass it; it is the only way" }],
    examples: ["agentflow lsp"],
    load: () => import("./commands/lsp.ts"),
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
